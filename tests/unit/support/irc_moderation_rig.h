/*
 * One channel of a scripted server as the end's moderation sees it, for tests
 * of src/irc_moderation. What the bridge is told is logged, one line each:
 *
 *	ban|mod begins, complete, complete whole, unknown
 *	ban|mod + net/bob Bob mask=M by=B at=S auto shown
 *	done|refused|later|not shown ban|mod + net/bob mask=M: why
 *	topic|name|restricted = VALUE by=B at=S
 *	set topic|name|restricted done|refused|later|not shown VALUE: why
 *	may|may not bans|moderators|topic|name|restricted: why
 *
 * Who comes from the host "puppets" is one of ours and stands for the Chime
 * person "arn:NICK" (link with --wrap=irc_puppets_owner).
 *
 * `at` is in seconds after the rig's beginning, where it is not 0.
 */
#ifndef SUPPORT_IRC_MODERATION_RIG_H
#define SUPPORT_IRC_MODERATION_RIG_H

#include "irc_peer.h"

#include "irc_moderation/moderation.h"

#define MODERATION_CAPS                                                        \
	"account-notify account-tag batch extended-join message-tags "         \
	"multi-prefix server-time userhost-in-names"

#define MODERATION_RENAME_CAPS                                                 \
	"account-notify account-tag batch draft/channel-rename "               \
	"extended-join message-tags multi-prefix server-time "                 \
	"userhost-in-names"

struct irc_moderation_rig {
	struct irc_peer peer;
	struct irc_folk folk;
	struct irc_census *census;
	struct irc_moderation_settings settings;
	struct irc_moderation *moderation; /* NULL: closed by the test */
	struct buf told;
	bool closes;             /* in the next thing told */
	unsigned goes;           /* of people who have left */
	char gone[IRC_ID_BYTES]; /* the last of them */
	const char *caps;
	const char *isupport;
};

/* Not up: set caps, isupport and settings before. */
void irc_moderation_rig_init(struct irc_moderation_rig *rig);
void irc_moderation_rig_release(struct irc_moderation_rig *rig);
/* Up, in #a with these NAMES besides "@belfry", which has `rank` ("@", ""). */
void irc_moderation_rig_join(
	struct irc_moderation_rig *rig, const char *rank, const char *names);
/* Watched; the lists are asked for and have these entries ("mask setter s",
 * NULL ends). Empties the log. */
void irc_moderation_rig_watch(
	struct irc_moderation_rig *rig, const char *const *bans);
/* The next line written is a fence; it is answered. */
void irc_moderation_rig_fence(struct irc_moderation_rig *rig);

#define rig_expects(rig, text) peer_assert_log((rig)->told, text)
#define rig_says(rig, line, text)                                              \
	do {                                                                   \
		irc_peer_feed_bytes(&(rig)->peer, line, strlen(line));         \
		rig_expects(rig, text);                                        \
	} while (0)

/* A line that the next one comes with: no turn of the loop between. */
void irc_moderation_rig_feed(struct irc_moderation_rig *rig, const char *line);

#endif
