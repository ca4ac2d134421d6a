/*
 * Takes back what was done in Chime for a mapping (end_chime_unmap() in
 * end_chime/end_chime.h has the contract), one call after the other:
 *
 *	the channel, when it is to go and we created it; else
 *	each membership that is remembered: "made" is removed; of one that was
 *	found the service tells who invited it, and it is removed if that was
 *us; the bridge's own, if it was made for the mapping; what is remembered of
 *the mapping.
 *
 * Each is forgotten as soon as it is done. What is refused stays remembered,
 * and so does the mapping then. Faults are tried again CLEANUP_TRIES times.
 */
#ifndef END_CHIME_CLEANUP_H
#define END_CHIME_CLEANUP_H

#include "chime_users/users.h"
#include "end_chime/end_chime.h"

struct cleanup;

enum { CLEANUP_TRIES = 5 };

struct cleanup_params {
	struct loop *loop;
	struct chime_client *client; /* borrowed, as users and store */
	struct users *users;
	struct store *store;
	const char *bridge; /* ARN of the bridge's own user; copied, as all */
	const char *mapping;
	bool delete_channel;
	/* Has somebody opened the mapping, or the channel, again? Then it ends.
	 */
	bool (*is_in_use)(void *arg, const char *channel);
	end_chime_unmap_fn
		*fn; /* the last time with is_done: it is gone then */
	void *arg;
};

/* NULL: the state cannot be read. */
struct cleanup *cleanup_new(const struct cleanup_params *params) MUST_CHECK;
/* Gives up without a word. Not after is_done. NULL is fine. */
void cleanup_free(struct cleanup *cleanup);
/* The channel's ARN, or NULL. */
const char *cleanup_channel(const struct cleanup *cleanup);

#endif
