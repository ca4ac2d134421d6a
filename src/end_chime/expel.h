/*
 * Removes members of a channel in the bridge's name, one after the other, and
 * says in the channel who wanted that and why. Best effort: what fails is told
 * in the log, and not tried again.
 *
 * When the service refuses, it is asked whether the bridge's user moderates
 * the channel. If so the refusal is about this one (a moderator or an admin),
 * who is then not tried again for EXPEL_BARRED_MS; if not, nobody is.
 */
#ifndef END_CHIME_EXPEL_H
#define END_CHIME_EXPEL_H

#include "chime/client.h"
#include "chime_users/users.h"
#include "model/presence.h"
#include "util/attr.h"

enum {
	EXPEL_MAX = 64,       /* that wait */
	EXPEL_KEPT_MAX = 256, /* that were refused, remembered */
	EXPEL_BARRED_MS = 60 * 60 * 1000,
	EXPEL_NAME_BYTES = 100,
	EXPEL_REASON_BYTES = 300,
};

struct expel;

struct expel_params {
	struct chime_client *client; /* borrowed, as users */
	const struct users *users;
	const char *object;  /* for logs; copied, as all strings */
	const char *channel; /* ARN */
	const char *bridge;  /* ARN of the bridge's own user */
	/* From the loop only; may close. */
	void (*note)(void *arg, const char *text);
	/* Somebody was removed. Closes nothing. */
	void (*removed)(void *arg);
	void *arg;
};

struct expel *expel_new(
	struct loop *loop, const struct expel_params *params) MUST_CHECK;
/* Frees at the end of the turn; those who wait stay. NULL is fine. */
void expel_close(struct expel *expel);

/*
 * -EPERM: is known to be refused, or it is one of our own. -EINVAL: the id is
 * no ARN. -ENOBUFS: too many wait.
 */
int expel_add(struct expel *expel, const struct removal *removal) MUST_CHECK;

#endif
