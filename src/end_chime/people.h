/*
 * The people of one channel. While the bridge watches it is told who is there
 * (end_chime/roster.h), how far they have read, and who of those that we show
 * was removed by somebody. And they can be removed (end_chime/expel.h).
 */
#ifndef END_CHIME_PEOPLE_H
#define END_CHIME_PEOPLE_H

#include "chime/client.h"
#include "chime_users/users.h"
#include "model/sink.h"
#include "util/attr.h"

struct people;

struct people_params {
	struct chime_client *client; /* borrowed, as users, load and sink */
	struct users *users;
	const char *object;  /* for logs; copied, as all strings */
	const char *channel; /* ARN */
	const char *bearer;  /* ARN of the user who looks */
	int64_t every_ms;
	unsigned *load; /* see end_chime/roster.h */
	const struct end_sink *sink;
	/* Says it in the channel. From the loop. */
	void (*note)(void *arg, const char *text);
	/* The one who looks is not in two lists: it is no member any more.
	 * From the loop; closes nothing. */
	void (*lost)(void *arg);
	void *arg; /* of these two */
};

/* May all be called inside callbacks of the client and of the sink. */
struct people *people_new(
	struct loop *loop, const struct people_params *params) MUST_CHECK;
/* Frees at the end of the turn; the sink is not called any more. NULL is
 * fine. */
void people_close(struct people *people);

/* As `watch` of model/end.h. */
void people_watch(struct people *people, bool on);
/* As `expel` of model/end.h; other errors are those of expel_add(). */
int people_expel(
	struct people *people, const struct removal *removal) MUST_CHECK;
/* The channel can (not) be read; from the loop. */
void people_set_readable(struct people *people, bool is_readable);
/* This one (ARN) has spoken in the channel. */
void people_heard(struct people *people, const char *arn);
#endif
