/*
 * What is said in a channel, as an event. Pure translation.
 *
 * Not made into events: CTCP other than ACTION, messages to a part of the
 * channel ("@#chan"), history that a server or bouncer plays back unasked
 * (batch chathistory, znc.in/playback), and notices that a server itself sends.
 */
#ifndef END_IRC_INBOUND_H
#define END_IRC_INBOUND_H

#include "irc/conn.h"
#include "model/event.h"
#include "util/buf.h"

#include <stdbool.h>

enum {
	INBOUND_ID_BYTES = 512,
	/* Of a decoded name: no line has one that is longer. */
	INBOUND_NAME_BYTES = 64 * 1024,
};

/* An event and the memory that it borrows from. */
struct irc_inbound {
	struct event event;
	struct text text;
	/* Decoded as the text is: UTF-8, else CP1252. */
	struct buf name;
	struct buf account;
	char id[INBOUND_ID_BYTES];
};

void irc_inbound_init(struct irc_inbound *inbound);
void irc_inbound_release(struct irc_inbound *inbound);

/*
 * False when there is nothing to relay. `inbound` may be used again; the
 * event is valid until then and as long as the message is.
 */
bool irc_inbound_read(struct irc_inbound *inbound, const struct irc_conn *conn,
	const char *network, const struct irc_message *message);

/*
 * The same for a message of the past that we asked for. What is known of
 * people now says nothing about them; nor are services heard that put joins
 * into words ("HistServ").
 */
bool irc_inbound_read_past(struct irc_inbound *inbound,
	const struct irc_conn *conn, const char *network,
	const struct irc_message *message);

#endif
