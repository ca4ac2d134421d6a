/*
 * A private conversation on the scripted network of irc_crowd.h, between "bob",
 * who is in #a, and the puppet of alice, "Alice[c]"; the second connection of
 * the crowd. What the bridge is told is in `log`.
 */
#ifndef SUPPORT_IRC_DIRECT_H
#define SUPPORT_IRC_DIRECT_H

#include "irc_crowd.h"

struct irc_talk {
	struct irc_crowd crowd;
	struct end_room *room; /* NULL: closed */
	struct buf log;
	bool is_slow; /* nobody opens a room for who begins */
	bool is_busy; /* the bridge's answer */
};

/* For cmocka. The puppet is there; nobody has said anything. */
int irc_talk_setup(void **state);
/* The same with settings of the end: change them, then irc_talk_start(). */
int irc_talk_setup_cold(void **state);
void irc_talk_start(struct irc_talk *talk);
int irc_talk_teardown(void **state);

/* Somebody comes to #a; says something to the puppet ("PRIVMSG"). */
void irc_talk_come(struct irc_talk *talk, const char *mask);
void irc_talk_say(struct irc_talk *talk, const char *mask, const char *command,
	const char *text);
/* Opens it, and starts it; as from the end's `direct`. */
void irc_talk_open(struct irc_talk *talk, const char *person, const char *nick);
void irc_talk_close(struct irc_talk *talk);
/* alice says something, with this number. */
void irc_talk_reply(
	struct irc_talk *talk, int n, enum event_kind kind, const char *text);

#endif
