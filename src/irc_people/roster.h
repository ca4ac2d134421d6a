/*
 * Who of the people of IRC is in one channel, told to the bridge (the verb
 * `watch` of model/end.h; model/presence.h).
 *
 * Once we are in the channel and NAMES has ended, WHO is asked for
 * (irc_people/census.h), which tells accounts, hosts and robots; then the list
 * is said (BEGINS, HERE for each, COMPLETE), and what happens after it. When
 * the channel or the link is lost nothing is known until the next list.
 *
 * Told are people only: not ourselves, our puppets, other bridges, services,
 * nor robots where they are ignored (irc_people/folk.h). Two sessions of one
 * account are one person, who is here as long as one of them is, under the nick
 * of the one that came first; another nick is told when that one goes or
 * changes its own.
 */
#ifndef IRC_PEOPLE_ROSTER_H
#define IRC_PEOPLE_ROSTER_H

#include "irc_people/census.h"
#include "irc_people/folk.h"
#include "model/sink.h"
#include "net/loop.h"

#include <stdbool.h>
#include <stddef.h>

struct irc_roster;

/* Borrowed until irc_roster_close(), but for the sink: copied. */
struct irc_roster_params {
	struct irc_folk *folk;
	struct irc_census *census;
	const char *channel;
	const struct end_sink *sink; /* roster and presence */
};

struct irc_roster *irc_roster_new(
	struct loop *loop, const struct irc_roster_params *params) MUST_CHECK;
/* Frees at the end of the turn; nothing is called any more. NULL is fine. */
void irc_roster_close(struct irc_roster *roster);

/* As end_ops.watch: tells from the loop. */
void irc_roster_watch(struct irc_roster *roster, bool on);
/* We are in the channel, and its NAMES have ended. */
void irc_roster_joined(struct irc_roster *roster);
/* We are not any more. */
void irc_roster_left(struct irc_roster *roster);
/*
 * Every message of now, of whatever kind and channel, after irc_identity_take()
 * and before what is said is presented: what the message says about people
 * comes first.
 */
void irc_roster_take(
	struct irc_roster *roster, const struct irc_message *message);

/* Who is known to be here: the nick of this person, NULL when not here. With
 * several sessions: one after another, `prev` NULL for the first. Valid until
 * the next message. */
const char *irc_roster_nick(const struct irc_roster *roster,
	const char *person_id, const char *prev);
/* People, each counted once. */
size_t irc_roster_count(const struct irc_roster *roster);

#endif
