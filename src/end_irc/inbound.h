/*
 * What is said in a channel, as an event. Pure translation.
 *
 * Not made into events: CTCP other than ACTION, messages to a part of the
 * channel ("@#chan"), history played back by a server or bouncer (batch
 * chathistory, znc.in/playback), and notices that a server itself sends.
 */
#ifndef END_IRC_INBOUND_H
#define END_IRC_INBOUND_H

#include "irc/conn.h"
#include "model/event.h"

#include <stdbool.h>

enum { INBOUND_ID_BYTES = 512 };

/* An event and the memory that it borrows from. */
struct irc_inbound {
	struct event event;
	struct text text;
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

#endif
