/*
 * What a person of Chime says to one person on IRC, in private: parcels as
 * PRIVMSG from the person's own puppet, one line at a time, each confirmed by
 * the server. The puppet is made to connect when it does not; what waits
 * longer than DIRECT_WAIT_MS for it goes back as RECEIPT_LATER. While there is
 * something to say, and for DIRECT_HOLD_MS after, the puppet stays.
 *
 * Whom it is said to is asked for before each line. Nobody, and that is
 * certain: RECEIPT_REFUSED.
 *
 * A payload is '1', a kind byte ('m', 'a', 'n'), LF, and the text as mIRC
 * formatting, lines separated by LF. A progress is an offset into these bytes.
 */
#ifndef END_IRC_DIRECT_SEND_H
#define END_IRC_DIRECT_SEND_H

#include "irc_puppets/puppets.h"
#include "model/end.h"

enum {
	DIRECT_WAIT_MS = 30 * 1000,
	DIRECT_HOLD_MS = 15 * 60 * 1000,
};

struct irc_direct_send;

struct irc_direct_send_params {
	struct irc_puppets *puppets; /* borrowed */
	const char *peer;            /* id on Chime; copied, as is the name */
	const char *peer_name;
	const char *name; /* of the one on IRC, for people; copied */
	/* Their nick at this moment, valid until the next message; NULL: not
	 * to be found. */
	const char *(*nick)(void *arg);
	/* When they are not: will they be, for all that is known now? What is
	 * said is RECEIPT_LATER then. */
	bool (*may_come)(void *arg);
	/* From the loop only. */
	void (*receipt)(void *arg, const struct receipt *receipt);
	void *arg;
};

struct irc_direct_send *irc_direct_send_new(struct loop *loop,
	const struct irc_direct_send_params *params) MUST_CHECK;
/* Takes back what is queued and frees it all at the end of the turn, also from
 * inside a receipt; none comes any more. NULL is fine. */
void irc_direct_send_close(struct irc_direct_send *send);
/* Takes a copy of the parcel and sends when its turn comes. */
void irc_direct_send_add(
	struct irc_direct_send *send, const struct parcel *parcel);
/* The puppet is in another state. */
void irc_direct_send_changed(struct irc_direct_send *send);
/* The puppet's connection, NULL while it is not ready. */
struct irc_conn *irc_direct_send_conn(const struct irc_direct_send *send);

/* The event as payload: see `prepare` in model/end.h. */
int irc_direct_payload(struct buf *out, const struct event *event,
	const char **ret_why) MUST_CHECK;

#endif
