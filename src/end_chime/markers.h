/*
 * Read markers in one channel: the service stamps "now" for the membership of
 * whoever calls. That of the bridge's own user follows what was relayed, that
 * of a puppet what its person has said. Nobody else's is touched.
 *
 * Best effort, in the background: one try, of which nothing waits for the end;
 * the next occasion is the next try. What is refused as forbidden or not found
 * is not tried again for MARKERS_BARRED_MS. At most one call of the bridge's
 * user in MARKERS_READ_MS and one of a puppet in MARKERS_SPOKE_MS; puppets one
 * after the other. MARKERS_PUPPETS_MAX of them are remembered; what more of
 * them say meanwhile moves no marker. Who is no member any more when their turn
 * comes has none to be moved.
 */
#ifndef END_CHIME_MARKERS_H
#define END_CHIME_MARKERS_H

#include "chime/client.h"
#include "chime_users/users.h"
#include "util/attr.h"

#include <stdbool.h>

enum {
	MARKERS_READ_MS = 30 * 1000,
	MARKERS_SPOKE_MS = 60 * 1000,
	MARKERS_BARRED_MS = 10 * 60 * 1000,
	MARKERS_PUPPETS_MAX = 500,
};

struct markers;

/* Strings are copied; client and users are borrowed. */
struct markers_params {
	struct chime_client *client;
	const struct users *users;
	const char *object;  /* for logs */
	const char *channel; /* ARN */
	const char *bridge;  /* ARN of the bridge's own user */
};

/* May all be called inside callbacks of the client. */
struct markers *markers_new(
	struct loop *loop, const struct markers_params *params) MUST_CHECK;
/* Frees at the end of the turn. NULL is fine. */
void markers_close(struct markers *markers);

/* The bridge has relayed all that there is: now. False when it is too early
 * for that: ask again when it is still so later. */
bool markers_read(struct markers *markers) MUST_CHECK;
/* This puppet (ARN) has spoken; moves its marker at once or when it may be
 * moved again. */
void markers_spoke(struct markers *markers, const char *puppet);

#endif
