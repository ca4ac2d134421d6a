/*
 * In which channels may the bridge's user act as a moderator? One list of the
 * channels that it moderates (ListChannelsModeratedByAppInstanceUser) serves
 * all who ask; of a channel that is not in it, it is tried whether its bans can
 * be listed, as an administrator of the app instance can.
 *
 * Asked when somebody begins to watch, every MANDATE_EVERY_MS, and soon after a
 * doubt; not oftener than every MANDATE_GAP_MS. All in the background.
 */
#ifndef CHIME_MODERATION_MANDATE_H
#define CHIME_MODERATION_MANDATE_H

#include "chime/client.h"
#include "net/loop.h"
#include "util/attr.h"

#include <stdbool.h>

enum {
	MANDATE_EVERY_MS = 5 * 60 * 1000,
	MANDATE_SOON_MS = 500, /* many come at once */
	MANDATE_GAP_MS = 10 * 1000,
};

struct mandate;
struct mandate_watch;

/* Borrows the client; copies the ARN of the bridge's user. */
struct mandate *mandate_new(struct loop *loop, struct chime_client *client,
	const char *bridge) MUST_CHECK;
/* Nobody may watch any more. */
void mandate_free(struct mandate *mandate);

/* `why` (for people, borrowed) when not. From the loop, after each time it was
 * asked; others and this one may be unwatched inside. */
typedef void mandate_fn(void *arg, bool may, const char *why);

struct mandate_watch *mandate_watch(struct mandate *mandate,
	const char *channel, mandate_fn *fn, void *arg) MUST_CHECK;
void mandate_unwatch(struct mandate_watch *watch); /* NULL is fine */

/* Something was forbidden: it is asked again soon. */
void mandate_doubt(struct mandate *mandate);

#endif
