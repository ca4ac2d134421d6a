/*
 * The channel of two: of the puppet of somebody on the other side, and of its
 * peer. The puppet makes the channel (PRIVATE, and RESTRICTED, so that nobody
 * else is let in), adds the peer, and acts there with its own rights: the
 * bridge's user is no member. What was made is remembered as other channels
 * are (end_chime/opening_memory.h: `joined` when the peer was added), and the
 * same mapping always asks for the same channel. A channel in which the puppet
 * has no rights any more (its user was deleted) is given up for a new one.
 *
 * Failures are told and tried again, slowly, until it works.
 */
#ifndef END_CHIME_PAIR_H
#define END_CHIME_PAIR_H

#include "chime/client.h"
#include "chime_users/users.h"
#include "model/store.h"
#include "util/attr.h"

struct pair;

struct pair_params {
	struct chime_client *client; /* borrowed, as users and store */
	struct users *users;
	struct store *store;
	const char *object; /* for logs; copied, as all strings */
	const char *mapping;
	const char *app_instance; /* ARN */
	const char *person;       /* the id on the other side */
	const char *person_name;
	const char *peer; /* ARN */
	/* Once, from the loop; then it has ended. */
	void (*opened)(void *arg, const char *channel);
	/* After each failure that is news. */
	void (*failed)(void *arg, const char *why);
	void *arg;
};

struct pair *pair_new(
	struct loop *loop, const struct pair_params *params) MUST_CHECK;
/* Frees at the end of the turn, also inside its callbacks. NULL is fine. */
void pair_close(struct pair *pair);

#endif
