/*
 * A private conversation between one person on IRC and one of Chime, by way of
 * the latter's puppet: the IRC end's other implementation of model/end.h. One
 * of many of its network (end_irc/directs.h), which finds what is said to it.
 *
 * What the person says to the puppet is presented; what the other says is
 * spoken by the puppet to the nick that the person has at that moment
 * (end_irc/direct_send.h). That nick is known from the network's main
 * connection while the person is in a channel of ours. Else it is the one they
 * last spoke under, as long as nobody else is known to have it; but when we
 * saw them since, and do not any more, they are gone and it may be anybody's.
 * While that connection is down, or has not listed its channels, it is waited.
 *
 * What the bridge cannot take yet waits: at most DIRECT_WAITING_MAX messages;
 * beyond them the person is told that it is not relayed.
 */
#ifndef END_IRC_DIRECT_H
#define END_IRC_DIRECT_H

#include "end_irc/directs.h"
#include "end_irc/inbox.h"
#include "model/event.h"

enum { DIRECT_WAITING_MAX = 200 };

struct irc_direct_room;

/* `key` is how `directs` finds it; `inbox` what was said before there was a
 * room: both are taken over. */
struct irc_direct_room *irc_direct_room_new(struct irc_directs *directs,
	const struct end_irc_direct_params *params, const struct end_sink *sink,
	char *key, struct irc_inbox *inbox) MUST_CHECK;
struct end_room *irc_direct_room_base(struct irc_direct_room *room);
/* "puppet's id LF person's id" */
const char *irc_direct_room_key(const struct irc_direct_room *room);
const char *irc_direct_room_peer(const struct irc_direct_room *room);

/* The person has said this to the puppet, under this nick. */
void irc_direct_room_take(struct irc_direct_room *room,
	const struct event *event, const char *nick);
/* Somebody of this nick comes to or leaves a channel of ours. */
void irc_direct_room_seen(struct irc_direct_room *room, const char *nick);
/* The puppet is in another state. */
void irc_direct_room_changed(struct irc_direct_room *room);

#endif
