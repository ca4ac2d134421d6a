/*
 * What goes out on a connection: building, queueing, writing when it may be
 * written, asking for channels. Internal to the connection.
 */
#ifndef IRC_CONN_SEND_H
#define IRC_CONN_SEND_H

#include "irc/line.h"
#include "irc/sendq.h"
#include "util/attr.h"

#include <stddef.h>

struct irc_conn;

/* Parameters after the command, up to the NULL: a line of priority LINK. 0 or
 * negative errno. */
int conn_command(struct irc_conn *conn, const char *command, ...)
	__attribute__((sentinel));

struct conn_line {
	enum irc_priority priority;
	const char *target; /* not folded; or NULL */
	void *owner;
	const struct irc_line *line;
};

/* Builds and queues, whatever the state; does not write. As
 * irc_sendq_push(), or the error of irc_line_build(). */
int conn_queue(struct irc_conn *conn, const struct conn_line *line,
	struct irc_queued **ret) MUST_CHECK;
/* JOINs that are due, MODE queries, then what the queue lets out. */
void conn_pump(struct irc_conn *conn);
/* Drops what is queued for a channel. */
void conn_purge(struct irc_conn *conn, const char *channel);

/* Queues PART. */
void conn_leave(struct irc_conn *conn, const char *channel);

/* For struct irc_sendq_params. */
int conn_send_on_write(const char *bytes, size_t len, void *conn);
void conn_send_on_fate(
	const struct irc_queued *line, enum irc_sendq_fate fate, void *conn);

#endif
