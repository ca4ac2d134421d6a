/*
 * Parcels of one room on their way into the channel: each is split into lines,
 * which are confirmed one by one. At most `window` parcels are unconfirmed at
 * a time, in order, with one line each: the next line of a parcel is sent when
 * the one before it is confirmed, the next parcel when all lines of the one
 * before it were sent. So what is confirmed of a parcel has no holes and is
 * never said twice; a long text costs one round trip for each line, whatever
 * the window. After a failure nothing new is sent until all that is on the
 * wire has been settled; then the receipts go out in the order of the parcels.
 *
 * Lines are said by one of several connections (end_irc/draft.h). Those of one
 * follow those of another only when these are confirmed. Where another voice
 * than the bridge's is not heard, the bridge says the line.
 *
 * A parcel that was sent before, by an earlier process or on a link that died,
 * is looked for in the channel's history (end_irc/lookup.h), and so much of it
 * as is there is confirmed. It is sent (again) when it is not there, or when
 * nobody can tell and the parcel does not forbid it.
 */
#ifndef END_IRC_OUTBOUND_H
#define END_IRC_OUTBOUND_H

#include "end_irc/draft.h"
#include "irc/conn.h"
#include "model/end.h"

struct irc_outbound;

struct irc_outbound_params {
	struct irc_conn *conn; /* borrowed */
	const char *channel;
	unsigned window;       /* unconfirmed parcels, >= 1 */
	unsigned max_lines;    /* per parcel; 0: no limit */
	int64_t late_after_ms; /* 0: never */
	/*
	 * Who says it: fills in another voice than the bridge's. Returns 0, or
	 * for how many ms at most to wait for a better one (asked again then,
	 * and when poked). `waited_ms`: since it was the head. NULL: the bridge
	 * says all.
	 */
	int64_t (*voice)(void *arg, const struct rendered *rendered,
		int64_t waited_ms, struct irc_voice *ret);
	/* As whom it may have been said in this way, maybe by an earlier
	 * process; false: not at all. NULL with `voice`. */
	bool (*past_voice)(void *arg, const struct rendered *rendered,
		enum irc_way way, struct irc_voice *ret);
	/* A line of this payload was not taken from that voice; the bridge
	 * says it. May be NULL. */
	void (*unheard)(void *arg, const char *payload, size_t len,
		enum irc_way way, const char *why);
	/* Receipts go here: from the loop only. */
	void (*receipt)(void *arg, const struct receipt *receipt);
	void *arg;
};

struct irc_outbound *irc_outbound_new(
	struct loop *loop, const struct irc_outbound_params *params) MUST_CHECK;
/* Takes back what is queued and frees it all at the end of the turn, also from
 * inside a receipt; none comes any more. NULL is fine. */
void irc_outbound_close(struct irc_outbound *outbound);

/* We are not in the channel any more: what is being looked up waits. */
void irc_outbound_left(struct irc_outbound *outbound);

/* Another voice may be had, or is not to be waited for any more. */
void irc_outbound_poke(struct irc_outbound *outbound);

/* Takes a copy of the parcel and sends when its turn comes. */
void irc_outbound_add(
	struct irc_outbound *outbound, const struct parcel *parcel);

#endif
