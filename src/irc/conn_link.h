/*
 * Is the other side alive? Numbered PINGs, sent when it has been silent and as
 * barriers behind lines whose fate must be known; the answers, and what their
 * absence means. While nothing is read (irc_conn_pause(), also here) neither
 * is seen, and the server is kept content. Internal to the connection.
 */
#ifndef IRC_CONN_LINK_H
#define IRC_CONN_LINK_H

#include "irc/message.h"

struct irc_conn;

/* The wire is connected. */
void conn_link_begin(struct irc_conn *conn);
void conn_link_end(struct irc_conn *conn);
/* Queues a PING, before all lines that are not PINGs or PONGs. */
void conn_link_ping(struct irc_conn *conn);
/* Answers PING and takes PONG. */
void conn_link_take(struct irc_conn *conn, const struct irc_message *msg);
/* The timer. May lose the link. */
void conn_link_on_timer(void *conn);

#endif
