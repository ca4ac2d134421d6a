/*
 * From a mapping's words to a channel that the bridge's own user can use:
 * the channel is found (configured, remembered, or by its name among the
 * user's channels) or created, the user becomes a member, and its rights as a
 * moderator are checked. Failures are told and tried again, slowly, until it
 * works.
 */
#ifndef END_CHIME_OPENING_H
#define END_CHIME_OPENING_H

#include "chime/client.h"
#include "model/store.h"
#include "util/attr.h"

#include <stdbool.h>

struct opening;

struct opening_params {
	struct chime_client *client; /* borrowed, as the store */
	struct store *store;
	const char *object; /* for logs; copied, as all strings */
	const char *mapping;
	const char *app_instance; /* ARN */
	const char *bridge;       /* ARN of the bridge's own user */
	const char *channel;      /* ARN, or NULL: by the rest */
	const char *name;
	const char *privacy;
	const char *mode;
	bool create;
	/* Once, from the loop; then the opening has ended. */
	void (*opened)(void *arg, const char *channel);
	/* After each failure that is news. */
	void (*failed)(void *arg, const char *why);
	void *arg;
};

struct opening *opening_new(
	struct loop *loop, const struct opening_params *params) MUST_CHECK;
/* Frees at the end of the turn, also inside its callbacks. NULL is fine. */
void opening_close(struct opening *opening);

/* The channel that the mapping had when it was last open, by this name if it
 * has one; owned. NULL: it had none, or that cannot be read. */
char *opening_channel(
	struct store *store, const char *mapping, const char *name) MUST_CHECK;

/*
 * What was all right when the mapping was last opened is not asked again at the
 * next start (a restart with many mappings would use up the rate for minutes).
 * This makes the next opening ask: call it when the channel turns out
 * unreadable.
 */
void opening_forget(struct store *store, const char *mapping);

#endif
