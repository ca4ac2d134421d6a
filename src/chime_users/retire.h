/*
 * Users that stand for people who were not seen for long are deleted: the
 * service has room for 100,000. In the background, one after the other, the
 * one that was not seen for longest first; those of `retire_after_ms` and
 * more, and, when somebody has found no room, one of any age of a day and more.
 * Never one who is present (member of a channel whose members are minded,
 * users_mind()), or for whom something is under way. What is remembered of
 * them goes too; a person who comes back gets a new user.
 */
#ifndef CHIME_USERS_RETIRE_H
#define CHIME_USERS_RETIRE_H

#include "chime_users/users.h"

struct retire;

enum {
	RETIRE_LOOK_MS = 10 * 60 * 1000, /* between two looks at all */
	RETIRE_PACE_MS = 1000,           /* between two that are deleted */
	RETIRE_HURRY_MS = 5000, /* between two looks for who needs room */
	RETIRE_STOP_MS = 60 * 60 * 1000, /* when our keys lack the right */
	RETIRE_BATCH = 64, /* the oldest ones, found by one look */
};

struct retire_params {
	struct loop *loop;
	struct chime_client *client; /* borrowed, as users */
	struct users *users;
	int64_t after_ms; /* 0: never */
	/* Is something under way for this user (ARN)? Or NULL. */
	bool (*is_busy)(void *arg, const char *arn);
	void *arg;
};

/* NULL when it is never to be done. */
struct retire *retire_new(const struct retire_params *params) MUST_CHECK;
/* Before the users are freed. NULL is fine. */
void retire_free(struct retire *retire);

#endif
