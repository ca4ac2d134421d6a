#include "irc/conn_link.h"

#include "irc/conn_private.h"
#include "irc/conn_send.h"
#include "irc/delivery_match.h"
#include "util/str.h"

#include <inttypes.h>
#include <stdio.h>

enum {
	/* Servers ask after 20 s of silence and more. */
	PAUSED_PING_MS = 15 * 1000,
};

static bool link_is_waiting(const struct conn_link *link)
{
	return link->ping_sent > link->ping_heard;
}

/* PINGs and PONGs come and go between two calls: the timer is not moved for
 * them, it looks again after an interval at the latest. */
static void link_plan(struct irc_conn *conn)
{
	const struct conn_link *link = &conn->link;
	int64_t now_ms = loop_now_ms(conn->loop);
	int64_t wait_ms = conn->params.ping_interval_ms;
	int64_t dead_ms = link->waiting_ms + conn->params.ping_timeout_ms;

	if (conn->is_paused)
		wait_ms = wait_ms < PAUSED_PING_MS ? wait_ms : PAUSED_PING_MS;
	else if (!link_is_waiting(link))
		wait_ms -= now_ms - link->heard_ms;
	else if (dead_ms - now_ms < wait_ms)
		wait_ms = dead_ms - now_ms;
	timer_arm(link->timer, wait_ms > 0 ? wait_ms : 1);
}

void conn_link_begin(struct irc_conn *conn)
{
	struct conn_link *link = &conn->link;

	link->heard_ms = loop_now_ms(conn->loop);
	link->ping_sent = 0;
	link->ping_heard = 0;
	link_plan(conn);
}

void conn_link_end(struct irc_conn *conn)
{
	timer_cancel(conn->link.timer);
}

/* An answer to what it may have asked, and a question, for servers that count
 * only one of them. */
static void link_keep(struct irc_conn *conn)
{
	(void)conn_command(conn, "PONG", conn->self.nick, NULL);
	conn_link_ping(conn);
}

void irc_conn_pause(struct irc_conn *conn)
{
	if (conn->is_paused || conn->state != IRC_CONN_READY || !conn->wire)
		return;
	conn->is_paused = true;
	conn->wire_ops->pause(conn->wire, true);
	link_plan(conn);
}

void irc_conn_resume(struct irc_conn *conn)
{
	struct conn_link *link = &conn->link;

	if (!conn->is_paused || !conn->wire)
		return;
	conn->is_paused = false;
	link->heard_ms = loop_now_ms(conn->loop);
	link->waiting_ms = link->heard_ms;
	link_plan(conn);
	conn->wire_ops->pause(conn->wire, false);
}

void conn_link_ping(struct irc_conn *conn)
{
	struct conn_link *link = &conn->link;
	char number[24];

	(void)snprintf(number, sizeof(number), "%" PRIu64, link->ping_sent + 1);
	if (conn_command(conn, "PING", number, NULL) < 0)
		return;
	link->ping_ms = loop_now_ms(conn->loop);
	if (!link_is_waiting(link))
		link->waiting_ms = link->ping_ms;
	link->ping_sent++;
}

static void link_on_pong(struct irc_conn *conn, uint64_t number)
{
	struct conn_link *link = &conn->link;

	if (number <= link->ping_heard || number > link->ping_sent)
		return;
	if (number == link->ping_sent)
		conn->stats.lag_ms = loop_now_ms(conn->loop) - link->ping_ms;
	link->ping_heard = number;
	link->waiting_ms = loop_now_ms(conn->loop);
	irc_deliveries_on_pong(conn, number);
}

/* Our number is in the last parameter, on some servers in the one before. */
static void link_take_pong(struct irc_conn *conn, const struct irc_message *msg)
{
	uint64_t number;

	for (size_t i = msg->nparams; i-- > 0;)
		if (parse_u64(msg->params[i], UINT64_MAX, &number) == 0) {
			link_on_pong(conn, number);
			return;
		}
}

void conn_link_take(struct irc_conn *conn, const struct irc_message *msg)
{
	if (irc_message_is(msg, "PING"))
		(void)conn_command(conn, "PONG", irc_message_last(msg), NULL);
	else if (irc_message_is(msg, "PONG"))
		link_take_pong(conn, msg);
}

void conn_link_on_timer(void *arg)
{
	struct irc_conn *conn = arg;
	const struct conn_link *link = &conn->link;
	int64_t now_ms = loop_now_ms(conn->loop);
	char why[64];

	if (conn->is_paused) {
		link_keep(conn);
		link_plan(conn);
		conn_flush(conn);
		return;
	}
	if (link_is_waiting(link) &&
		now_ms - link->waiting_ms >= conn->params.ping_timeout_ms) {
		(void)snprintf(why, sizeof(why),
			"no answer to PING for %" PRId64 " s",
			(now_ms - link->waiting_ms) / 1000);
		conn_lose(conn, IRC_LOSS_NORMAL, why);
		return;
	}
	if (!link_is_waiting(link) &&
		now_ms - link->heard_ms >= conn->params.ping_interval_ms)
		conn_link_ping(conn);
	link_plan(conn);
	conn_flush(conn);
}
