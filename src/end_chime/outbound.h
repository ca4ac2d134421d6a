/*
 * Parcels of one room on their way into the channel: one call at a time, in
 * order. A parcel is sent by the puppet of its person (made when needed), or
 * by the bridge's own user, with the token it was given; one whose first attempt is
 * older than a token can be trusted is looked up first.
 */
#ifndef END_CHIME_OUTBOUND_H
#define END_CHIME_OUTBOUND_H

#include "end_chime/users.h"
#include "model/end.h"

struct chime_outbound;

struct chime_outbound_params {
	struct chime_client *client; /* borrowed, as users */
	struct users *users;
	const char *object;   /* for logs; copied, as all strings */
	const char *channel;  /* ARN */
	const char *bridge;   /* ARN of the bridge's own user */
	int64_t token_trust_ms;
	/* From the loop only; may close the outbound. */
	void (*receipt)(void *arg, const struct receipt *receipt);
	void *arg;
};

struct chime_outbound *chime_outbound_new(
	struct loop *loop, const struct chime_outbound_params *params) MUST_CHECK;
/* Frees at the end of the turn; no receipt comes any more. NULL is fine. */
void chime_outbound_close(struct chime_outbound *outbound);

/* Takes a copy of the parcel and sends it when its turn comes. */
void chime_outbound_add(struct chime_outbound *outbound, const struct parcel *parcel);

#endif
