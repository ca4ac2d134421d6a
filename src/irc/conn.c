#include "irc/conn.h"

#include "irc/conn_input.h"
#include "irc/conn_link.h"
#include "irc/conn_nick.h"
#include "irc/conn_params.h"
#include "irc/conn_private.h"
#include "irc/conn_register.h"
#include "irc/conn_send.h"
#include "util/alloc.h"
#include "util/log.h"
#include "util/rand.h"
#include "util/str.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
	CONNECT_GRACE_MS = 2000, /* the stream's own timeout comes first */
	CLOSE_MS = 2000,
	STABLE_MS = 5 * 60 * 1000, /* after this the back-off starts anew */
	TENTH = 10,
};

/* States. */

static const struct conn_state_row {
	const char *name;
	unsigned to; /* bits of the states that may follow */
} STATES[] = {
#define TO(state) (1U << (IRC_CONN_##state))
	[IRC_CONN_IDLE] = {"idle", TO(CONNECTING)},
	[IRC_CONN_CONNECTING] = {"connecting",
		TO(REGISTERING) | TO(WAITING) | TO(IDLE)},
	[IRC_CONN_REGISTERING] = {"registering",
		TO(READY) | TO(CLOSING) | TO(WAITING) | TO(IDLE)},
	[IRC_CONN_READY] = {"ready", TO(CLOSING) | TO(WAITING) | TO(IDLE)},
	[IRC_CONN_CLOSING] = {"closing", TO(IDLE)},
	[IRC_CONN_WAITING] = {"waiting", TO(CONNECTING) | TO(IDLE)},
#undef TO
};

const char *irc_conn_state_name(enum irc_conn_state state)
{
	return STATES[state].name;
}

void conn_set_state(struct irc_conn *conn, enum irc_conn_state state,
	int64_t deadline_ms, const char *why)
{
	if (!(STATES[conn->state].to & 1U << state))
		abort();
	log_debug(conn->params.name, "%s -> %s (%s)", STATES[conn->state].name,
		STATES[state].name, why);
	conn->state = state;
	if (deadline_ms >= 0)
		timer_arm(conn->deadline, deadline_ms);
	else
		timer_cancel(conn->deadline);
	if (conn->events.state)
		conn->events.state(conn, state, why, conn->arg);
}

void conn_soon(struct irc_conn *conn)
{
	if (!timer_is_armed(conn->soon))
		timer_arm(conn->soon, 0);
}

/* False when the owner freed us. */
static bool conn_tell_channels(struct irc_conn *conn)
{
	struct irc_join_news *news;

	while (!conn->is_dead &&
		(news = irc_joins_news(&conn->joins)) != NULL) {
		if (conn->events.channel)
			conn->events.channel(conn, news->channel, news->joined,
				news->why, conn->arg);
		irc_join_news_free(news);
	}
	return !conn->is_dead;
}

void conn_flush(struct irc_conn *conn)
{
	if (conn->is_dead || !conn_tell_channels(conn))
		return;
	irc_deliveries_flush(conn);
	irc_histories_flush(conn);
	if (conn->is_dead)
		return;
	irc_histories_pump(conn);
	conn_pump(conn);
	if (conn->joins.news || conn->deliveries.done || conn->histories.done)
		conn_soon(conn);
}

/* The end of a link. */

static void conn_close_wire(struct irc_conn *conn)
{
	conn->is_paused = false;
	if (conn->wire)
		conn->wire_ops->close(TAKE(conn->wire));
}

/* Everything that belonged to the link goes with it. */
static void conn_drop_link(struct irc_conn *conn, const char *why)
{
	conn_close_wire(conn);
	conn_link_end(conn);
	conn_nick_end(conn);
	timer_cancel(conn->registration.step);
	timer_cancel(conn->pump);
	timer_cancel(conn->rejoin);
	timer_cancel(conn->probe);
	irc_sendq_purge(&conn->sendq, NULL);
	irc_deliveries_down(&conn->deliveries, why);
	irc_histories_down(conn, why);
	irc_batches_clear(&conn->batches);
	irc_joins_down(&conn->joins, why);
	irc_renames_clear(&conn->renames);
	irc_isupport_init(&conn->isupport);
	irc_track_clear(&conn->track);
	irc_caps_release(&conn->caps);
	irc_sasl_release(&conn->sasl);
	irc_sasl_init(&conn->sasl);
	set_string(&conn->parting_why, NULL);
	conn->parting = IRC_LOSS_NORMAL;
	conn->has_skew = false;
}

/* Back-off, but never less than what the kind of loss asks for. */
static int64_t conn_delay_ms(struct irc_conn *conn, enum irc_loss loss)
{
	int64_t floor_ms = irc_loss_wait_ms(loss);
	int64_t delay_ms;

	if (conn->state == IRC_CONN_READY &&
		loop_now_ms(conn->loop) - conn->ready_ms >= STABLE_MS)
		backoff_reset(&conn->backoff);
	delay_ms = backoff_next_ms(&conn->backoff);
	if (floor_ms > 0)
		floor_ms += rand_below((uint32_t)(floor_ms / TENTH));
	return delay_ms > floor_ms ? delay_ms : floor_ms;
}

static void conn_wait(
	struct irc_conn *conn, enum irc_loss loss, const char *why)
{
	struct buf AUTOBUF text;
	int64_t delay_ms = conn_delay_ms(conn, loss);

	conn->server = (conn->server + 1) % conn->params.server_count;
	buf_init(&text, IRC_BODY_BYTES + 256);
	if (loss != IRC_LOSS_NORMAL)
		buf_addf(&text, "%s: ", irc_loss_name(loss));
	buf_addf(&text, "%s; next attempt in %" PRId64 " s at %s:%u", why,
		(delay_ms + 999) / 1000, irc_conn_server(conn)->host,
		irc_conn_server(conn)->port);
	conn_set_state(conn, IRC_CONN_WAITING, delay_ms, text.data);
}

void conn_lose(struct irc_conn *conn, enum irc_loss loss, const char *why)
{
	/* `why` may live in what is dropped. */
	char *AUTOFREE reason = xstrdup(*why ? why : "the link is lost");
	/* Wanted again while closing: comes back from IDLE, in the next turn.
	 */
	bool comes_back = conn->is_wanted && conn->state != IRC_CONN_CLOSING;

	if (loss < conn->parting)
		loss = conn->parting;
	conn_drop_link(conn, reason);
	conn_soon(conn);
	if (comes_back)
		conn_wait(conn, loss, reason);
	else
		conn_set_state(conn, IRC_CONN_IDLE, -1, reason);
}

/* The way up. */

static void conn_on_connected(struct irc_conn *conn)
{
	struct buf AUTOBUF why;
	const struct irc_server *server = irc_conn_server(conn);

	buf_init(&why, 1024);
	buf_addf(&why, "connected to %s:%u", server->host, server->port);
	irc_sendq_restart(&conn->sendq, loop_now_ms(conn->loop));
	conn_link_begin(conn);
	conn_set_state(conn, IRC_CONN_REGISTERING,
		conn->params.register_timeout_ms, why.data);
	if (conn->is_dead)
		return;
	conn_register_begin(conn);
	conn_flush(conn);
}

void conn_ready(struct irc_conn *conn)
{
	struct buf AUTOBUF why;

	conn->ready_ms = loop_now_ms(conn->loop);
	conn->stats.links++;
	irc_track_clear(&conn->track); /* takes the case mapping over */
	irc_joins_up(&conn->joins, conn->ready_ms);
	buf_init(&why, 1024);
	buf_addf(&why, "registered as %s on %s", conn->self.nick,
		irc_conn_server(conn)->host);
	conn_set_state(conn, IRC_CONN_READY, -1, why.data);
	if (!conn->is_dead)
		conn_nick_begin(conn);
}

/* `to_the_end`: even while paused. */
static void conn_read(struct irc_conn *conn, bool to_the_end)
{
	char *line;
	size_t len;
	int rc;

	while (!conn->is_dead && conn->wire &&
		(to_the_end || !conn->is_paused)) {
		rc = conn->wire_ops->next_line(conn->wire, &line, &len);
		if (rc == 0)
			break;
		if (rc < 0) {
			conn->stats.lines_bad++;
			continue;
		}
		conn_input_line(conn, line, len);
		irc_deliveries_flush(conn);
		irc_histories_flush(conn);
	}
	conn_flush(conn);
}

static void conn_on_closed(struct irc_conn *conn)
{
	enum irc_loss loss = IRC_LOSS_NORMAL;
	const char *why;

	/* The last words. */
	conn_read(conn, true);
	if (conn->is_dead || !conn->wire)
		return;
	why = conn->wire_ops->why(conn->wire);
	if (conn->wire_ops->is_untrusted(conn->wire))
		loss = IRC_LOSS_UNTRUSTED;
	conn_lose(conn, loss, conn->parting_why ? conn->parting_why : why);
}

static void conn_on_wire(enum stream_event event, void *arg)
{
	struct irc_conn *conn = arg;

	switch (event) {
	case STREAM_CONNECTED:
		conn_on_connected(conn);
		return;
	case STREAM_READABLE:
		conn_read(conn, false);
		return;
	case STREAM_DRAINED:
		irc_sendq_unblock(&conn->sendq);
		conn_flush(conn);
		return;
	case STREAM_CLOSED:
		conn_on_closed(conn);
		return;
	}
}

static void conn_connect(struct irc_conn *conn)
{
	struct buf AUTOBUF why;
	struct err err = {.code = 0};
	const struct irc_server *server = irc_conn_server(conn);

	buf_init(&why, 1024);
	buf_addf(&why, "trying %s:%u", server->host, server->port);
	conn_set_state(conn, IRC_CONN_CONNECTING,
		conn->params.connect_timeout_ms + CONNECT_GRACE_MS, why.data);
	if (conn->is_dead)
		return;
	conn->wire = conn->wire_ops->open(conn->wire_context,
		&(struct irc_wire_target){
			.loop = conn->loop,
			.server = server,
			.params = &conn->params,
			.fn = conn_on_wire,
			.arg = conn,
		},
		&err);
	if (!conn->wire)
		conn_lose(conn, IRC_LOSS_NORMAL, err.text);
}

static void conn_on_deadline(void *arg)
{
	struct irc_conn *conn = arg;

	switch (conn->state) {
	case IRC_CONN_CONNECTING:
		conn_lose(conn, IRC_LOSS_NORMAL, "connecting took too long");
		return;
	case IRC_CONN_REGISTERING:
		if (conn->registration.is_welcome)
			conn_ready(conn);
		else
			conn_lose(conn, IRC_LOSS_NORMAL,
				"registration took too long");
		conn_flush(conn);
		return;
	case IRC_CONN_CLOSING:
		conn_lose(conn, IRC_LOSS_NORMAL, "stopped");
		return;
	case IRC_CONN_WAITING:
		conn_connect(conn);
		return;
	case IRC_CONN_IDLE:
	case IRC_CONN_READY:
		return;
	}
}

/* The way down. */

static void conn_quit(struct irc_conn *conn)
{
	irc_sendq_purge(&conn->sendq, NULL);
	/* A reason that cannot be sent is no reason not to go. */
	if (conn_command(conn, "QUIT", conn->quit_reason, NULL) < 0)
		(void)conn_command(conn, "QUIT", NULL);
	conn_pump(conn);
	conn_set_state(conn, IRC_CONN_CLOSING, CLOSE_MS, conn->quit_reason);
}

static void conn_go_down(struct irc_conn *conn)
{
	switch (conn->state) {
	case IRC_CONN_CONNECTING:
		conn_lose(conn, IRC_LOSS_NORMAL, conn->quit_reason);
		return;
	case IRC_CONN_WAITING:
		conn_set_state(conn, IRC_CONN_IDLE, -1, conn->quit_reason);
		return;
	case IRC_CONN_REGISTERING:
	case IRC_CONN_READY:
		conn_quit(conn);
		return;
	case IRC_CONN_IDLE:
	case IRC_CONN_CLOSING:
		return;
	}
}

static void conn_on_soon(void *arg)
{
	struct irc_conn *conn = arg;

	if (!conn->is_wanted)
		conn_go_down(conn);
	else if (conn->state == IRC_CONN_IDLE)
		conn_connect(conn);
	conn_flush(conn);
}

static void conn_on_pump(void *arg)
{
	conn_flush(arg);
}

static void conn_on_rejoin(void *arg)
{
	struct irc_conn *conn = arg;

	conn->joins.is_changed = true;
	conn_flush(conn);
}

/* Life. */

static void conn_new_timers(struct irc_conn *conn)
{
	struct loop *loop = conn->loop;

	conn->deadline = timer_new(loop, conn_on_deadline, conn);
	conn->soon = timer_new(loop, conn_on_soon, conn);
	conn->pump = timer_new(loop, conn_on_pump, conn);
	conn->rejoin = timer_new(loop, conn_on_rejoin, conn);
	conn->probe = timer_new(loop, irc_deliveries_on_probe, conn);
	conn->registration.step =
		timer_new(loop, conn_register_on_timeout, conn);
	conn->self.regain = timer_new(loop, conn_nick_on_timer, conn);
	conn->link.timer = timer_new(loop, conn_link_on_timer, conn);
	conn->histories.timer = timer_new(loop, irc_histories_on_timeout, conn);
}

static void conn_new_parts(struct irc_conn *conn)
{
	const struct irc_conn_params *params = &conn->params;

	irc_isupport_init(&conn->isupport);
	irc_caps_init(&conn->caps);
	irc_sasl_init(&conn->sasl);
	irc_batches_init(&conn->batches);
	irc_track_init(&conn->track, &conn->isupport);
	irc_joins_init(&conn->joins, &conn->isupport);
	irc_deliveries_init(&conn->deliveries);
	irc_sendq_init(&conn->sendq,
		&(struct irc_sendq_params){
			.burst = params->flood_burst,
			.interval_ms = params->flood_interval_ms,
			.max_lines = params->sendq_max_lines,
			.max_age_ms = params->sendq_max_age_ms,
			.write = conn_send_on_write,
			.fate = conn_send_on_fate,
			.arg = conn,
		},
		loop_now_ms(conn->loop));
	buf_init(&conn->line, IRC_CLIENT_TAGS_BYTES + IRC_LINELEN_MAX);
	backoff_init(
		&conn->backoff, params->retry_min_ms, params->retry_max_ms);
}

struct irc_conn *irc_conn_new_on(struct loop *loop,
	const struct irc_conn_params *params,
	const struct irc_conn_events *events, void *arg,
	const struct irc_wire_choice *wire)
{
	struct irc_conn *conn = xcalloc(1, sizeof(*conn));

	if (params->server_count == 0)
		abort();
	conn->loop = loop;
	irc_conn_params_copy(&conn->params, params);
	conn->events = *events;
	conn->arg = arg;
	conn->wire_ops = wire->ops;
	conn->wire_context = wire->context;
	conn->stats.lag_ms = -1;
	conn_nick_init(conn);
	set_string(&conn->quit_reason, "");
	conn_new_parts(conn);
	conn_new_timers(conn);
	return conn;
}

struct irc_conn *irc_conn_new(struct loop *loop,
	const struct irc_conn_params *params,
	const struct irc_conn_events *events, void *arg)
{
	return irc_conn_new_on(loop, params, events, arg,
		&(struct irc_wire_choice){.ops = &irc_wire_stream});
}

static struct timer **conn_timer(struct irc_conn *conn, size_t i)
{
	struct timer **const timers[] = {&conn->deadline, &conn->soon,
		&conn->pump, &conn->rejoin, &conn->probe,
		&conn->registration.step, &conn->self.regain, &conn->link.timer,
		&conn->histories.timer};

	return i < ARRAY_LEN(timers) ? timers[i] : NULL;
}

/* At the end of the turn: a callback of ours may have been on the stack. */
static void conn_on_destroy(void *arg)
{
	struct irc_conn *conn = arg;
	struct timer **timer;

	for (size_t i = 0; (timer = conn_timer(conn, i)) != NULL; i++)
		timer_free(*timer);
	irc_sendq_release(&conn->sendq);
	irc_deliveries_release(&conn->deliveries);
	irc_histories_release(&conn->histories);
	irc_joins_release(&conn->joins);
	irc_renames_clear(&conn->renames);
	irc_track_release(&conn->track);
	irc_batches_clear(&conn->batches);
	irc_caps_release(&conn->caps);
	irc_sasl_release(&conn->sasl);
	buf_release(&conn->line);
	conn_nick_release(conn);
	free(conn->quit_reason);
	free(conn->parting_why);
	irc_conn_params_release(&conn->params);
	free(conn);
}

void irc_conn_free(struct irc_conn *conn)
{
	struct timer **timer;

	if (!conn)
		return;
	conn->is_dead = true;
	conn->events = (struct irc_conn_events){.state = NULL};
	conn_close_wire(conn);
	for (size_t i = 0; (timer = conn_timer(conn, i)) != NULL; i++)
		timer_cancel(*timer);
	loop_defer(conn->loop, conn_on_destroy, conn);
}

void irc_conn_start(struct irc_conn *conn)
{
	conn->is_wanted = true;
	conn_soon(conn);
}

void irc_conn_stop(struct irc_conn *conn, const char *reason)
{
	conn->is_wanted = false;
	set_string(&conn->quit_reason, str_or_empty(reason));
	conn_soon(conn);
}

enum irc_conn_state irc_conn_state(const struct irc_conn *conn)
{
	return conn->state;
}

const struct irc_isupport *irc_conn_isupport(const struct irc_conn *conn)
{
	return &conn->isupport;
}

bool irc_conn_has_cap(const struct irc_conn *conn, const char *cap)
{
	return irc_caps_has_name(&conn->caps, cap);
}

const struct irc_channel *irc_conn_channel(
	const struct irc_conn *conn, const char *channel)
{
	return irc_track_find(&conn->track, channel);
}

void irc_conn_stats(const struct irc_conn *conn, struct irc_conn_stats *ret)
{
	*ret = conn->stats;
	ret->queued = irc_sendq_length(&conn->sendq);
}

const struct irc_server *irc_conn_server(const struct irc_conn *conn)
{
	return &conn->params.servers[conn->server];
}

const char *irc_conn_account(const struct irc_conn *conn)
{
	return conn->self.account;
}
