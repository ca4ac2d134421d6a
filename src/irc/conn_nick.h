/*
 * Who we are on the network: our nick (001 and NICK are believed), user and
 * host as others see them, and how we come back to the nick we want.
 * Internal to the connection.
 */
#ifndef IRC_CONN_NICK_H
#define IRC_CONN_NICK_H

#include "irc/message.h"
#include "util/buf.h"

#include <stdbool.h>

struct irc_conn;

enum {
	CONN_NICK_RETRY_MS = 60 * 1000,
	/* At least, while MONITOR watches the nick. */
	CONN_NICK_WATCHED_MS = 10 * 60 * 1000,
	/* Two requests that an event caused are at least so far apart. */
	CONN_NICK_EVENT_MS = 5 * 1000,
};

/* The parameters are there; and the end of the connection. */
void conn_nick_init(struct irc_conn *conn);
void conn_nick_release(struct irc_conn *conn);
/* Sends NICK with the n-th choice. 0 or negative errno. */
int conn_nick_ask(struct irc_conn *conn, unsigned n);
/* 432, 433, 436, 437: another choice while registering. May lose the link. */
void conn_nick_on_refused(struct irc_conn *conn, const struct irc_message *msg);
void conn_nick_set(struct irc_conn *conn, const char *nick);
/* READY: begins to work for the wanted nick when we have another. */
void conn_nick_begin(struct irc_conn *conn);
/* The link is down. */
void conn_nick_end(struct irc_conn *conn);
/*
 * Learns from a message that happens now: NICK, CHGHOST, 396, and the source of
 * all that comes from us; QUIT and NICK of who holds the wanted nick, and 731,
 * where MONITOR is to be had.
 */
void conn_nick_take(
	struct irc_conn *conn, const struct irc_message *msg, bool is_own);
/* A line that a light connection passes over: about neither us nor who has the
 * nick we want. */
bool conn_nick_is_of_others(
	const struct irc_conn *conn, const char *line, size_t len);
/* The regain timer. */
void conn_nick_on_timer(void *conn);
/* "nick!user@host" as far as it is known. */
void conn_nick_source(const struct irc_conn *conn, struct buf *out);

#endif
