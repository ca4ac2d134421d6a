#include "irc/conn_send.h"

#include "irc/conn_nick.h"
#include "irc/conn_private.h"
#include "irc/split.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/str.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

/* JOIN lines and queries that wait in the queue at once: what has not been
 * queued yet can still be changed. */
enum { JOINS_AHEAD = 2, QUERIES_AHEAD = 2 };

int conn_queue(struct irc_conn *conn, const struct conn_line *line,
	struct irc_queued **ret)
{
	struct irc_line built = *line->line;
	char target[IRC_NAME_BYTES];
	int rc;

	if (built.line_bytes == 0)
		built.line_bytes = conn->isupport.linelen;
	irc_renames_out(&conn->renames, conn->isupport.casemap, &built);
	buf_clear(&conn->line);
	rc = irc_line_build(&conn->line, &built);
	if (rc < 0)
		return rc;
	if (line->target)
		(void)irc_casemap_fold(conn->isupport.casemap, line->target,
			target, sizeof(target));
	rc = irc_sendq_push(&conn->sendq,
		&(struct irc_sendq_entry){
			.priority = line->priority,
			.target = line->target ? target : NULL,
			.owner = line->owner,
			.bytes = conn->line.data,
			.len = conn->line.len,
		},
		loop_now_ms(conn->loop), ret);
	if (rc < 0)
		conn->stats.lines_dropped++;
	return rc;
}

int conn_command(struct irc_conn *conn, const char *command, ...)
{
	struct irc_line line = {.command = command};
	size_t n = 0;
	va_list ap;

	va_start(ap, command);
	while (n < IRC_PARAMS_MAX &&
		(line.params[n] = va_arg(ap, const char *)) != NULL)
		n++;
	va_end(ap);
	return conn_queue(conn,
		&(struct conn_line){.priority = IRC_PRIO_LINK, .line = &line},
		NULL);
}

int conn_send_on_write(const char *bytes, size_t len, void *arg)
{
	struct irc_conn *conn = arg;
	int rc;

	if (!conn->wire)
		return -ENOTCONN;
	rc = conn->wire_ops->write(conn->wire, bytes, len);
	if (rc == 0)
		conn->stats.lines_sent++;
	return rc;
}

void conn_send_on_fate(
	const struct irc_queued *line, enum irc_sendq_fate fate, void *arg)
{
	struct irc_conn *conn = arg;

	if (fate != IRC_SENDQ_WRITTEN)
		conn->stats.lines_dropped++;
	if (line->owner)
		irc_delivery_on_fate(line->owner, fate);
	else if (fate != IRC_SENDQ_WRITTEN)
		log_debug(conn->params.name, "dropped a queued line for %s",
			line->target ? line->target : "the server");
}

static bool send_join(struct irc_conn *conn)
{
	struct buf AUTOBUF channels;
	struct buf AUTOBUF keys;
	struct irc_line line = {.command = "JOIN"};

	buf_init(&channels, IRC_LINE_BYTES);
	buf_init(&keys, IRC_LINE_BYTES);
	if (!irc_joins_next(
		    &conn->joins, loop_now_ms(conn->loop), &channels, &keys))
		return false;
	line.params[0] = channels.data;
	line.params[1] = keys.len > 0 ? keys.data : NULL;
	/* A line that finds no room counts as not answered: asked again. */
	return conn_queue(conn,
		       &(struct conn_line){
			       .priority = IRC_PRIO_COMMAND, .line = &line},
		       NULL) == 0;
}

static bool send_modes_query(struct irc_conn *conn)
{
	/* A light connection has no place for them. */
	const char *channel = conn->params.is_light
				      ? NULL
				      : irc_joins_next_modes(&conn->joins);
	const struct irc_line line = {
		.command = "MODE",
		.params = {channel},
	};

	return channel && conn_queue(conn,
				  &(struct conn_line){
					  .priority = IRC_PRIO_BULK,
					  .target = channel,
					  .line = &line,
				  },
				  NULL) == 0;
}

static bool send_feed(struct irc_conn *conn)
{
	struct irc_joins *joins = &conn->joins;

	if (!joins->is_changed && joins->modes_due == 0)
		return false;
	if (conn->sendq.count[IRC_PRIO_COMMAND] < JOINS_AHEAD &&
		joins->is_changed) {
		if (send_join(conn))
			return true;
		joins->is_changed = false;
	}
	return conn->sendq.count[IRC_PRIO_BULK] < QUERIES_AHEAD &&
	       send_modes_query(conn);
}

static void send_plan_rejoin(struct irc_conn *conn)
{
	int64_t wait_ms =
		irc_joins_wait_ms(&conn->joins, loop_now_ms(conn->loop));

	if (wait_ms < 0)
		timer_cancel(conn->rejoin);
	else
		timer_arm(conn->rejoin, wait_ms > 0 ? wait_ms : 1);
}

/* The name goes with what is left. */
static void send_leave(struct irc_conn *conn)
{
	const char *name;

	while ((name = irc_joins_next_leave(
			&conn->joins, loop_now_ms(conn->loop))) != NULL) {
		char *AUTOFREE channel = xstrdup(name);

		irc_conn_part(conn, channel);
	}
}

void conn_pump(struct irc_conn *conn)
{
	bool is_ready = conn->state == IRC_CONN_READY && conn->is_wanted;
	bool had_changed = conn->joins.is_changed;
	int64_t wait_ms;
	bool more;

	if (!conn->wire)
		return;
	if (is_ready && had_changed)
		send_leave(conn);
	do {
		more = is_ready && send_feed(conn);
		wait_ms = irc_sendq_pump(&conn->sendq, loop_now_ms(conn->loop));
	} while (more);
	if (wait_ms < 0)
		timer_cancel(conn->pump);
	else
		timer_arm(conn->pump, wait_ms > 0 ? wait_ms : 1);
	/* Still changed: the queue has no room now, and will pump again. */
	if (is_ready && had_changed && !conn->joins.is_changed)
		send_plan_rejoin(conn);
}

void conn_purge(struct irc_conn *conn, const char *channel)
{
	char folded[IRC_NAME_BYTES];

	(void)irc_casemap_fold(
		conn->isupport.casemap, channel, folded, sizeof(folded));
	irc_sendq_purge(&conn->sendq, folded);
	irc_histories_left(conn, channel);
}

void conn_leave(struct irc_conn *conn, const char *channel)
{
	const struct irc_line line = {.command = "PART", .params = {channel}};

	/* Where we must not be we do not stay for want of room. */
	if (conn_queue(conn,
		    &(struct conn_line){
			    .priority = IRC_PRIO_COMMAND,
			    .line = &line,
		    },
		    NULL) < 0)
		(void)conn_command(conn, "PART", channel, NULL);
}

int irc_conn_send(struct irc_conn *conn, enum irc_priority priority,
	const char *target, const struct irc_line *line)
{
	int rc;

	if (conn->state != IRC_CONN_READY || !conn->is_wanted)
		return -ENOTCONN;
	rc = conn_queue(conn,
		&(struct conn_line){
			.priority = priority,
			.target = target,
			.line = line,
		},
		NULL);
	if (rc == -EMSGSIZE)
		rc = -EINVAL;
	conn_pump(conn);
	return rc;
}

int irc_conn_who(struct irc_conn *conn, const char *channel)
{
	const struct irc_line line = {
		.command = "WHO",
		.params = {channel,
			conn->isupport.whox ? IRC_TRACK_WHOX : NULL},
	};

	return irc_conn_send(conn, IRC_PRIO_BULK, channel, &line);
}

void irc_conn_join(struct irc_conn *conn, const char *channel, const char *key)
{
	irc_joins_add(&conn->joins, channel, key);
	conn_soon(conn);
}

void irc_conn_part(struct irc_conn *conn, const char *channel)
{
	conn_purge(conn, channel);
	if (irc_joins_remove(&conn->joins, channel) &&
		conn->state == IRC_CONN_READY)
		conn_leave(conn, channel);
	conn_soon(conn);
}

void irc_conn_part_soon(struct irc_conn *conn, const char *channel)
{
	conn_purge(conn, channel);
	irc_joins_linger(&conn->joins, channel, loop_now_ms(conn->loop));
	conn_soon(conn);
}

size_t irc_conn_text_room(
	const struct irc_conn *conn, const char *command, const char *target)
{
	struct buf AUTOBUF own;

	buf_init(&own, IRC_BODY_BYTES);
	conn_nick_source(conn, &own);
	return irc_split_budget(&conn->isupport, own.data, command,
		irc_conn_channel_name(conn, target));
}

size_t irc_conn_relay_room(const struct irc_conn *conn, const char *relay_nick,
	const char *channel)
{
	return irc_split_budget(
		&conn->isupport, relay_nick, "PRIVMSG", channel);
}

const char *irc_conn_relay_separators(const struct irc_conn *conn)
{
	if (!irc_caps_has(&conn->caps, IRC_CAP_RELAYMSG))
		return NULL;
	return str_or_empty(irc_caps_value(&conn->caps, IRC_CAP_RELAYMSG));
}

int irc_conn_mark_read(
	struct irc_conn *conn, const char *target, int64_t time_ms)
{
	char time[CLOCK_ISO8601_BYTES];
	char stamp[CLOCK_ISO8601_BYTES + sizeof("timestamp=")];
	const struct irc_line line = {
		.command = "MARKREAD",
		.params = {target, stamp},
	};

	if (!irc_caps_has(&conn->caps, IRC_CAP_READ_MARKER))
		return -ENOTSUP;
	clock_format_iso8601(time_ms, time);
	(void)snprintf(stamp, sizeof(stamp), "timestamp=%s", time);
	return irc_conn_send(conn, IRC_PRIO_BULK, target, &line);
}
