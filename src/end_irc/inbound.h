/*
 * What is said in a channel, as an event. Pure translation.
 *
 * Not made into events: CTCP other than ACTION, messages to a part of the
 * channel ("@#chan"), history that a server or bouncer plays back unasked
 * (batch chathistory, znc.in/playback), notices that a server itself sends, and
 * commands ("!chime who", end_irc/command.h).
 *
 * What our own users say comes back as ORIGIN_SELF; what other bridges say, and
 * robots where they are ignored, is ORIGIN_BRIDGE.
 */
#ifndef END_IRC_INBOUND_H
#define END_IRC_INBOUND_H

#include "irc/conn.h"
#include "irc_people/folk.h"
#include "model/event.h"

#include <stdbool.h>

/* An event and the memory that it borrows from. */
struct irc_inbound {
	struct event event;
	struct text text;
	struct irc_portrait sender;
};

void irc_inbound_init(struct irc_inbound *inbound);
void irc_inbound_release(struct irc_inbound *inbound);

/*
 * False when there is nothing to relay. `inbound` may be used again; the
 * event is valid until then and as long as the message is.
 */
bool irc_inbound_read(struct irc_inbound *inbound, const struct irc_folk *folk,
	const struct irc_message *message);

/*
 * The same for a message of the past that we asked for. What is known of
 * people now says nothing about them; nor are services heard that put joins
 * into words ("HistServ").
 */
bool irc_inbound_read_past(struct irc_inbound *inbound,
	const struct irc_folk *folk, const struct irc_message *message);

#endif
