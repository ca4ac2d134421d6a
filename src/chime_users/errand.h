/*
 * What it takes until a person has a puppet that is a member of a channel:
 *
 *	            +---------- 201 -----------+
 *	            |                          v
 *	  not known: create -- 409 --> describe -- ours --> join --> done
 *	                 ^                |  ^               |
 *	                 +-- next id -----+  +--- 403, 404 --+
 *	                     (not ours)         (once)
 *
 * Of a user one errand at a time creates or describes; others of that user
 * wait for it, as all do while it is being retired. Behind users_ensure().
 */
#ifndef CHIME_USERS_ERRAND_H
#define CHIME_USERS_ERRAND_H

#include "chime_users/users.h"

/* As users_ensure(), which has found that something is to be done. */
struct users_wait *errand_begin(struct users *users,
	const struct users_request *request, users_fn *fn,
	void *arg) MUST_CHECK;
/* NULL is fine. The last one to go takes the errand with him. */
void errand_cancel(struct users_wait *wait);

/* Something has changed about the user of this id: those who wait for that go
 * on. From the loop. */
void errands_wake(struct users *users, const char *id);
/* Is anything under way for it? */
bool errands_has(const struct users *users, const char *id);
/* All go, without a word. */
void errands_release(struct users *users);

#endif
