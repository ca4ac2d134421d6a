/*
 * One channel of a scripted server that keeps history, as a room of the IRC
 * end sees it, and what a bridge was told, for tests of src/end_irc.
 */
#ifndef SUPPORT_IRC_ROOM_H
#define SUPPORT_IRC_ROOM_H

#include "irc_peer.h"

#include "irc_people/folk.h"
#include "model/end.h"

/* Without labels, so that requests look alike. */
#define ROOM_CAPS                                                              \
	"account-tag batch draft/chathistory draft/event-playback "            \
	"message-tags server-time"
/* The time of all messages is in that minute. */
#define ROOM_MINUTE_MS INT64_C(1600000000000) /* 2020-09-13T12:26:40Z */

/* Who is who on the network "net" of this peer, which is made; nothing is
 * remembered. */
void irc_room_folk_init(struct irc_folk *folk, struct irc_peer *peer);
void irc_room_folk_release(struct irc_folk *folk);

/* Peer up and in #a; `caps` as irc_peer_welcome(). */
void irc_room_up(struct irc_peer *peer, const char *caps);
/* The link ends, comes back, and we are in #a again. */
void irc_room_again(struct irc_peer *peer, const char *caps);
/* "2020-09-13T12:26:SS.000Z" where SS is 40 and `s` seconds. */
const char *irc_room_time(int64_t s);
/* A page: "BATCH +p chathistory #a", lines of "ID SECONDS TEXT" from bob, the
 * end. "!" before the text: from us, "-": a JOIN. */
void irc_room_page(struct irc_peer *peer, const char *const *lines, size_t n);
/* The next request is for this: "AFTER … " and the rest of the line. */
void irc_room_expect(struct irc_peer *peer, const char *reference);

/* Logs "event TEXT [ID] @S" and so on, S in seconds after ROOM_MINUTE_MS. */
void irc_room_log_event(struct buf *log, const struct event *event);

#endif
