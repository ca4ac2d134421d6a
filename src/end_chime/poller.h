/*
 * Reads one channel by listing its messages, oldest first, again and again.
 *
 * A cursor is not a timestamp: each listing, but not much more than one a
 * second, looks back a little (about twenty messages while there is talk), and
 * once a minute by the whole overlap, so that a message which surfaces late is
 * not missed. Whoever takes the messages drops those it knows, by id.
 *
 * The interval is the shortest after activity and grows by half with every
 * quiet poll; a service that answers slowly is asked less often. Failures back
 * off. When the taker is busy the page waits until
 * poller_resume(). One page is in memory at most.
 */
#ifndef END_CHIME_POLLER_H
#define END_CHIME_POLLER_H

#include "chime/client.h"
#include "chime/decode.h"
#include "util/attr.h"

#include <stdbool.h>
#include <stdint.h>

struct poller;

struct poller_params {
	struct chime_client *client; /* borrowed */
	const char *object;          /* for logs; copied, as all strings */
	const char *channel;         /* ARN */
	const char *bearer;          /* ARN of the user who reads */
	int64_t min_ms;
	int64_t max_ms;
	int64_t overlap_ms;
	int64_t position; /* where to begin; -1: now */
	/* False: busy, present it again after poller_resume(). */
	bool (*message)(void *arg, const struct chime_message *message);
	/* The channel stands here (position was -1). */
	void (*position_found)(void *arg, int64_t position);
	/* A listing came to its end: all that there was is taken. Or NULL. */
	void (*listed)(void *arg);
	/* The channel can (not) be read; the last why is NULL when it can. */
	void (*state)(void *arg, bool readable, const char *why);
	void *arg;
};

/* The callbacks come from the loop only, and may close the poller. */
struct poller *poller_new(
	struct loop *loop, const struct poller_params *params) MUST_CHECK;
/* Frees at the end of the turn; no callback comes any more. NULL is fine. */
void poller_close(struct poller *poller);

void poller_resume(struct poller *poller);
/* Something happened in the channel: the next poll is soon. */
void poller_poke(struct poller *poller);
/* Must somebody do something, as far as the last failure tells? */
bool poller_needs_people(const struct poller *poller);
/* Other bounds of the interval, from now on. */
void poller_set_pace(struct poller *poller, int64_t min_ms, int64_t max_ms);

#endif
