/*
 * Who of those that we show in a channel is not there any more, though nobody
 * of us took them out for all we know: somebody of the channel removed them, or
 * a crash has cut us off from what we did ourselves. Told of each
 * complete list of its members.
 *
 * One missing in a single list may have come since it was begun, or not be
 * known everywhere yet. So it takes two lists, the second begun at least
 * ABSENCE_SURE_MS after the first, and a membership older than either; and
 * when more than ABSENCE_FEW and more than half of all are missing,
 * ABSENCE_MANY_MS between them. A list without the one who asked is not
 * believed.
 */
#ifndef END_CHIME_ABSENCE_H
#define END_CHIME_ABSENCE_H

#include "chime_users/users.h"
#include "end_chime/members.h"
#include "util/attr.h"

enum {
	ABSENCE_SURE_MS = 5 * 1000,
	ABSENCE_FEW = 20,
	ABSENCE_MANY_MS = 5 * 60 * 1000,
	/* A membership younger than that may be missing in a list. */
	ABSENCE_YOUNG_MS = 10 * 1000,
};

struct absence;

/* One whose puppet is not there. */
struct absent {
	const char *person_id;
	const char *name;
	/* We were about to add it, or to take it out, and do not know what
	 * became of that: it was not somebody else. */
	bool is_in_doubt;
};

struct absence_params {
	struct users *users; /* borrowed */
	const char *object;  /* for logs; copied, as all strings */
	const char *channel; /* ARN */
	const char *bearer;  /* ARN of the one who lists */
	/* The membership is forgotten already. May not free the absence. */
	void (*absent)(void *arg, const struct absent *absent);
	void *arg;
};

struct absence *absence_new(const struct absence_params *params) MUST_CHECK;
void absence_free(struct absence *absence); /* NULL is fine */

/* The list is complete; it was begun so long ago. True: somebody is missing,
 * and another list soon would tell. */
bool absence_judge(struct absence *absence, const struct members *all,
	int64_t age_ms) MUST_CHECK;

#endif
