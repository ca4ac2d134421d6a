/*
 * How far people have read in one channel, where its list of members does not
 * say so: asks about the membership of each who has spoken within the last
 * day, one after the other, in the background. Only an admin of the app
 * instance may ask: who is refused does not ask again.
 *
 * One call in MARKS_EVERY_MS, and none while nobody has spoken. MARKS_MAX
 * people are remembered; who has not spoken for longest is forgotten first.
 */
#ifndef END_CHIME_MARKS_H
#define END_CHIME_MARKS_H

#include "chime/client.h"
#include "util/attr.h"

enum {
	MARKS_EVERY_MS = 10 * 1000,
	MARKS_SPOKE_MS = 24 * 3600 * 1000,
	MARKS_MAX = 200,
};

struct marks;

struct marks_params {
	struct chime_client *client; /* borrowed */
	const char *object;          /* for logs; copied, as all strings */
	const char *channel;         /* ARN */
	const char *bearer;          /* ARN of the user who asks */
	/* From the loop only; may close. The same moment may come again. */
	void (*has_read)(void *arg, const char *arn, int64_t at_ms);
	void *arg;
};

/* May all be called inside callbacks of the client. */
struct marks *marks_new(
	struct loop *loop, const struct marks_params *params) MUST_CHECK;
/* Frees at the end of the turn. NULL is fine. */
void marks_close(struct marks *marks);

/* This one (ARN) has just spoken. */
void marks_spoke(struct marks *marks, const char *arn);
/* The list of members tells: nothing is asked any more. */
void marks_stop(struct marks *marks);

#endif
