/*
 * What users.c, errand.c, rename.c and retire.c share: the users of one app
 * instance. Nobody else includes this.
 */
#ifndef CHIME_USERS_USERS_PRIVATE_H
#define CHIME_USERS_USERS_PRIVATE_H

#include "chime_users/barred.h"
#include "chime_users/puppets.h"
#include "chime_users/userid.h"
#include "chime_users/users.h"
#include "net/loop.h"
#include "util/log.h"

#include <stdint.h>

enum {
	USERS_MAX = 90000,
	/* After the service had no room for one more, none is asked for. */
	USERS_FULL_MS = 10 * 60 * 1000,
	USERS_FULL_LOG_MS = 60 * 60 * 1000,
	USERS_DAY_MS = 24 * 3600 * 1000,
};

struct errand;
struct renames;

struct users {
	struct loop *loop;
	struct chime_client *client;
	struct puppets *puppets;
	struct barred barred;
	char *app_instance;
	char *bridge;
	char *name_template;
	size_t max_puppets;
	struct errand *errands; /* under way */
	struct timer *errands_timer;
	struct renames *renames;
	int64_t full_until_ms; /* mono; 0: never was */
	char *full_channel;    /* the last one that had no room; or NULL */
	int64_t channel_full_until_ms;
	struct log_once full_news, channel_full_news;
	bool wants_room;             /* somebody found no place: retire one */
	struct timer *retires;       /* whoever does that; or NULL */
	char retiring[USERID_BYTES]; /* is being deleted; "" */
	uint64_t remade;             /* users that had to be made once more */
};

/* The id of the person's user, past those that are not ours. */
void users_id(const struct users *users, const char *person_id,
	char out[USERID_BYTES]);
uint16_t users_today(void);
/* Somebody found no place: whoever retires looks soon; now and then it is
 * told. */
void users_want_room(struct users *users);
/* Somebody could not be made a member. */
void users_tell_channel_full(struct users *users, const char *channel);

#endif
