/*
 * One channel of a scripted server and the people in it, as the end's identity
 * and roster see them, for tests of src/end_irc. What the bridge is told is
 * logged, one line each:
 *
 *	begins, complete, unknown
 *	here net/bob Bob (account) [nick!user@host] bot, was net/x
 *	left|quit|split|removed|renamed net/bob Bob, by OP: reason
 */
#ifndef SUPPORT_IRC_PEOPLE_RIG_H
#define SUPPORT_IRC_PEOPLE_RIG_H

#include "irc_peer.h"

#include "irc_people/roster.h"

#define RIG_CAPS                                                               \
	"account-notify account-tag batch extended-join message-tags "         \
	"server-time userhost-in-names"

struct irc_people_rig {
	struct irc_peer peer;
	struct store *store;
	struct irc_folk folk;
	struct irc_census *census;
	struct irc_roster *roster; /* NULL: closed by the test */
	struct buf told;
	/* Called for each thing told, after it is logged; may be NULL. */
	void (*hook)(struct irc_people_rig *rig,
		const struct presence *presence, int state);
	void *hook_arg;
	const char *caps;
	const char *isupport;
};

/* Not up: set caps, isupport, folk.relays and so on before. */
void irc_people_rig_init(struct irc_people_rig *rig);
void irc_people_rig_release(struct irc_people_rig *rig);
/* The link comes up; the grace of old bindings is over. */
void irc_people_rig_up(struct irc_people_rig *rig);
/* Joins #a with these NAMES besides us, MODE is expected. */
void irc_people_rig_join(struct irc_people_rig *rig, const char *names);
/* Watched: WHO is expected and ends at once. */
void irc_people_rig_watch(struct irc_people_rig *rig);
/* The end starts again: who is who is read from the store. */
void irc_people_rig_restart(struct irc_people_rig *rig);
/* The link ends and comes back. */
void irc_people_rig_again(struct irc_people_rig *rig);
/* Feeds a line, and tests and empties the log. */
#define rig_says(rig, line, text)                                              \
	do {                                                                   \
		irc_peer_feed_bytes(&(rig)->peer, line, strlen(line));         \
		peer_assert_log((rig)->told, text);                            \
	} while (0)
/* The id of who has this nick now, in a buffer of its own (four at a time). */
const char *irc_people_rig_id(struct irc_people_rig *rig, const char *nick);

#endif
