/*
 * A line of text whose fate is known: sends PRIVMSG or NOTICE and finds out
 * whether the server took it. In order of preference: labeled-response with
 * echo-message (own message with our label; a labelled NOTICE or numeric
 * instead is a refusal), echo-message alone (own echo, oldest first, same
 * target), else a PING barrier after the line (PONG: everything before it was
 * processed, and refusals came before it).
 *
 * Barrier PINGs are not counted against the flood bucket: a window of one
 * keeps at most two unprocessed lines at the server. A label or echo that is
 * not there after 10 s is asked for with a PING too: when its PONG comes first,
 * the server has dropped the line (IRC_DELIVERY_BLOCKED).
 *
 * Results come in the order in which the server decided; those of one channel
 * in the order of the lines. When the link is lost, lines that were written
 * are LOST and lines that were still queued are UNSENT. irc_conn_free() ends
 * all deliveries without a callback; their handles are gone then.
 *
 * Without labels, refusals are told apart by channel: a refusal of another
 * PRIVMSG or NOTICE that was sent to the same channel with irc_conn_send()
 * would be taken for one of ours. Send what matters with irc_deliver().
 */
#ifndef IRC_DELIVERY_H
#define IRC_DELIVERY_H

#include "irc/conn.h"

enum irc_delivery_outcome {
	IRC_DELIVERY_CONFIRMED,
	IRC_DELIVERY_REFUSED, /* for good: 412, 417, FAIL INVALID_UTF8 … */
	IRC_DELIVERY_BLOCKED, /* for now: 404, 403, 442, throttled NOTICE, not
				 joined */
	IRC_DELIVERY_UNSENT,  /* never reached the socket: purged, link down */
	IRC_DELIVERY_LOST,    /* written, link died before the confirmation */
};

struct irc_delivery_result {
	enum irc_delivery_outcome outcome;
	const char *msgid; /* confirmed by echo: the server's, else "" */
	const char *why;   /* for people when not confirmed */
	/* Blocked because of relay_nick (no rights, a nick that is not liked):
	 * the same text may go without. */
	bool is_relay_refused;
};

struct irc_delivery;
typedef void irc_delivery_fn(
	const struct irc_delivery_result *result, void *arg);

struct irc_delivery_request {
	const char *command; /* PRIVMSG or NOTICE */
	const char *channel;
	const char *text; /* one line, fits irc_conn_text_room() */
	size_t text_len;
	/* Value of the client-only tag +belfry/id where the server relays
	 * client tags (message-tags, not in CLIENTTAGDENY), or NULL. */
	const char *id;
	/*
	 * Said under this nick (RELAYMSG, draft/relaymsg), or NULL. Only
	 * PRIVMSG to a channel; text fits irc_conn_relay_room().
	 */
	const char *relay_nick;
};

/*
 * The callback comes once, never from inside this call, also when the link
 * is down. The handle is gone when it is called. -EINVAL: the text cannot be
 * one line, for instance because our host has become longer since it was
 * split (no callback then). `fn` may be NULL when nobody wants to know; the
 * handle is of no use then.
 */
int irc_deliver(struct irc_conn *conn,
	const struct irc_delivery_request *request, irc_delivery_fn *fn,
	void *arg, struct irc_delivery **ret) MUST_CHECK;
/* Forgets it; a line still in the queue is taken back. NULL is fine. */
void irc_delivery_cancel(struct irc_delivery *delivery);

#endif
