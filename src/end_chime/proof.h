/*
 * When a person may not speak or join: is it about that person, or can the
 * bridge do nothing there? A call that the bridge's own user must be able to
 * make shows it.
 */
#ifndef END_CHIME_PROOF_H
#define END_CHIME_PROOF_H

#include "chime/client.h"

enum proof {
	PROOF_READS,     /* lists the channel's messages */
	PROOF_MODERATES, /* is a moderator of the channel */
};

struct proof_request {
	struct chime_client *client; /* borrowed */
	enum proof proof;
	const char *channel; /* ARN; copied, as `bridge` */
	const char *bridge;  /* ARN of the bridge's own user */
};

/* As chime_start(): CHIME_OK proves it. */
struct chime_call *proof_start(const struct proof_request *request,
	chime_fn *fn, void *arg) MUST_CHECK;

#endif
