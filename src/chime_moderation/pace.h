/*
 * When the next of what is asked again and again is due. An interval is
 * `every_ms` with a jitter of a tenth, longer for long lists: one asker takes a
 * twentieth of its bearer's rate, and all of them together (`load`) a fifth. It
 * makes way for other calls of its bearer, for PACE_PATIENCE_MS at most. After
 * failures it backs off, to PACE_RETRY_MAX_MS.
 */
#ifndef CHIME_MODERATION_PACE_H
#define CHIME_MODERATION_PACE_H

#include "chime/client.h"
#include "net/loop.h"
#include "util/backoff.h"

#include <stdint.h>

enum {
	PACE_PATIENCE_MS = 2 * 60 * 1000,
	PACE_RETRY_MAX_MS = 10 * 60 * 1000,
};

struct pace_params {
	struct loop *loop;
	struct chime_client *client; /* borrowed, as bearer and load */
	const char *bearer;          /* ARN */
	int64_t every_ms;
	/* The pages of all askers of this bearer, kept by them. */
	unsigned *load;
	/* From the loop: ask now; then say pace_next() or pace_failed(). */
	void (*due)(void *arg);
	void *arg;
};

/* Plain value; in its owner, and not due before it is said when. */
struct pace {
	struct pace_params params;
	struct timer *timer;
	unsigned load; /* our part of params.load */
	int64_t latest_ms;
	struct backoff backoff;
};

void pace_init(struct pace *pace, const struct pace_params *params);
void pace_release(struct pace *pace);

/* Due after so long, whatever was before. */
void pace_in(struct pace *pace, int64_t ms);
/* It went well, and took so many calls. */
void pace_next(struct pace *pace, unsigned calls);
/* Not before `retry_after_ms`. */
void pace_failed(struct pace *pace, int64_t retry_after_ms);
/* Not due until something is said again. */
void pace_stop(struct pace *pace);

#endif
