/*
 * What is to be done about one person, from all that is known of them: pure.
 *
 * - policy full: whoever is there is shown; lazy: whoever is shown stays as
 *   long as they are there; off: nothing is done.
 * - Who has left, or is not to be seen, is not shown any more; who lingers is
 *   shown until their time is over.
 * - As long as it is not known who is there, nobody is taken away.
 */
#ifndef PEOPLE_VERDICT_H
#define PEOPLE_VERDICT_H

#include "people/people.h"
#include "people/roster.h"

struct verdict_rules {
	enum members_policy policy;
	bool is_known; /* the list of who is there has come */
	int64_t now_ms;
};

/* As due_ms: never. */
#define VERDICT_NEVER INT64_MAX

struct verdict {
	enum member_work work; /* now */
	int64_t due_ms; /* when there is no work: look again at this time */
	bool is_over;   /* nothing has to be known of them any more */
};

struct verdict verdict_of(
	const struct member *member, const struct verdict_rules *rules);

#endif
