/*
 * The inside of a cast, for the two who share it: cast.c (who is shown) and
 * voices.c (who speaks how).
 */
#ifndef END_IRC_CAST_PRIVATE_H
#define END_IRC_CAST_PRIVATE_H

#include "end_irc/cast.h"
#include "util/hash.h"

/* One of them: shown, or asked for, or somebody who speaks. */
struct irc_role {
	char *id;
	char *name;
	bool is_shown;        /* in the channel, as far as is remembered */
	unsigned asks;        /* admit() not answered yet */
	unsigned dismissals;  /* the same of dismiss() */
	const char *obstacle; /* static: why there is no puppet */
	int64_t asked_ms;
	int64_t away_until_ms;
	int64_t mute_until_ms;
	int64_t read_ms;
	bool has_given_up; /* was waited for in vain: not again */
	bool is_idle;      /* the puppet went since nobody wanted it */
	bool is_working;   /* is in `work` */
	struct irc_role *prev, *next;
	UT_hash_handle hh;
};

struct irc_cast {
	struct loop *loop;
	struct irc_cast_params params;
	char *channel;
	char *key;
	char *prefix; /* of the keys of our facts */
	struct irc_role *roles;
	struct irc_role *work; /* to be looked at */
	struct timer *timer;
	int64_t relay_off_until_ms;
	unsigned waits_in_vain; /* for a voice, in a row */
	bool closed;
};

struct irc_role *irc_cast_find(const struct irc_cast *cast, const char *id);
/* Made when there is none; NULL leaves the name as it is. */
struct irc_role *irc_cast_get(
	struct irc_cast *cast, const char *id, const char *name);
/* Remembered when the person is shown. */
void irc_cast_name(
	const struct irc_cast *cast, struct irc_role *role, const char *name);

#endif
