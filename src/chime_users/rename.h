/*
 * Renaming of puppets whose person has another name now: in the background, at
 * most RENAMES_UNDER_WAY at once, of one user one at a time and not more often
 * than every RENAMES_PAUSE_MS; of several names meanwhile the last counts.
 * What fails is asked for again when the person is next heard of. Nobody waits
 * for any of it.
 */
#ifndef CHIME_USERS_RENAME_H
#define CHIME_USERS_RENAME_H

#include "util/attr.h"

struct renames;
struct users;

enum {
	RENAMES_UNDER_WAY = 4,
	RENAMES_MAX = 10000, /* that wait; more are left for the next time */
	RENAMES_PAUSE_MS = 5 * 1000,
	RENAMES_FAILED_MS = 60 * 1000, /* the pause after a failure */
};

/* Both are borrowed for each other's life. */
struct renames *renames_new(struct users *users) MUST_CHECK;
void renames_free(struct renames *renames);

/* The person, who has a puppet, has this name: nothing when it is the one that
 * was given last. */
void renames_want(
	struct renames *renames, const char *person_id, const char *nick);

#endif
