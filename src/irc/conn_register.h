/*
 * The beginning of a link: CAP, PASS, NICK and USER at once (servers without
 * CAP never answer it), SASL, another nick when the wanted one is not to be
 * had, until 001 and the end of the MOTD. Also capabilities and logins that
 * come later. Internal to the connection.
 */
#ifndef IRC_CONN_REGISTER_H
#define IRC_CONN_REGISTER_H

#include "irc/message.h"

struct irc_conn;

enum {
	/* No answer to CAP REQ or AUTHENTICATE within this: go on without. */
	CONN_REGISTER_STEP_MS = 20 * 1000,
	/* 001 came, the end of the MOTD did not. */
	CONN_REGISTER_MOTD_MS = 15 * 1000,
};

/* Sends the first lines. May lose the link. */
void conn_register_begin(struct irc_conn *conn);
/* May lose the link or make it ready. */
void conn_register_take(struct irc_conn *conn, const struct irc_message *msg);
/* The step timer. */
void conn_register_on_timeout(void *conn);

#endif
