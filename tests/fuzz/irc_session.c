/*
 * A whole connection against arbitrary lines: it must neither crash nor grow.
 * The first byte chooses the parameters; a line that begins with a byte below
 * 8 is something else that may happen: time passes, the link ends, a delivery
 * is made or cancelled, a channel wanted or not any more.
 */
#include "irc/channel.h"
#include "irc/conn.h"
#include "irc/conn_private.h"
#include "irc/delivery.h"
#include "net/loop.h"
#include "util/clock.h"

#include <stdlib.h>
#include <string.h>

enum { LINE_BYTES = 16384, HELD = 16, LINES_MAX = 2000 };

struct session {
	struct loop *loop;
	struct irc_conn *conn;
	irc_wire_fn *fn;
	void *arg;
	char line[LINE_BYTES + 1];
	size_t len;
	bool has_line;
	bool is_full;
	bool is_tls;
	bool is_paused;
	struct irc_delivery *held[HELD]; /* not answered yet */
	int answered;                    /* by callback */
	int asked;
	int cancelled;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The wire. */

static void *session_open(
	void *context, const struct irc_wire_target *target, struct err *err)
{
	struct session *session = context;

	(void)err;
	session->fn = target->fn;
	session->arg = target->arg;
	return session;
}

static void session_close(void *wire)
{
	struct session *session = wire;

	session->fn = NULL;
}

static int session_next_line(void *wire, char **ret_line, size_t *ret_len)
{
	struct session *session = wire;

	if (!session->has_line)
		return 0;
	session->has_line = false;
	*ret_line = session->line;
	*ret_len = session->len;
	return 1;
}

/* The oracle for what goes out: one line, whole. */
static int session_write(void *wire, const void *bytes, size_t len)
{
	const struct session *session = wire;
	const char *text = bytes;

	if (session->is_full)
		return -1;
	if (len < 3 || text[len - 1] != '\n' || text[len - 2] != '\r' ||
		memchr(text, '\0', len) || memchr(text, '\n', len - 1) ||
		memchr(text, '\r', len - 2))
		abort();
	return 0;
}

static void session_pause(void *wire, bool is_paused)
{
	struct session *session = wire;

	session->is_paused = is_paused;
}

static const char *session_why(const void *wire)
{
	(void)wire;
	return "the end";
}

static bool session_is_untrusted(const void *wire)
{
	(void)wire;
	return false;
}

static bool session_is_tls(const void *wire)
{
	const struct session *session = wire;

	return session->is_tls;
}

static const struct irc_wire_ops SESSION_WIRE = {
	.open = session_open,
	.close = session_close,
	.next_line = session_next_line,
	.write = session_write,
	.pause = session_pause,
	.why = session_why,
	.is_untrusted = session_is_untrusted,
	.is_tls = session_is_tls,
};

/* The owner. */

static void session_on_message(
	struct irc_conn *conn, const struct irc_message *msg, void *arg)
{
	(void)arg;
	(void)irc_conn_batch_type(conn, msg);
	for (size_t i = 0; irc_conn_affected(conn, i); i++)
		(void)irc_channel_name(irc_conn_affected(conn, i));
}

struct slot {
	struct session *session;
	int i;
};

static struct slot slots[HELD];

static void session_on_result(
	const struct irc_delivery_result *result, void *arg)
{
	struct slot *slot = arg;

	(void)result;
	if (!slot->session->held[slot->i])
		abort(); /* called twice, or after the cancel */
	slot->session->held[slot->i] = NULL;
	slot->session->answered++;
}

static void session_deliver(struct session *session, int i)
{
	struct irc_delivery *delivery = NULL;

	if (session->held[i])
		return;
	slots[i] = (struct slot){session, i};
	if (irc_deliver(session->conn,
		    &(struct irc_delivery_request){
			    .command = "PRIVMSG",
			    .channel = i % 2 ? "#a" : "#b",
			    .text = "text",
			    .text_len = 4,
			    .id = "id",
			    .relay_nick = i % 4 == 3 ? "bob/c" : NULL,
		    },
		    session_on_result, &slots[i], &delivery) != 0)
		return;
	session->held[i] = delivery;
	session->asked++;
}

static void session_cancel(struct session *session, int i)
{
	if (!session->held[i])
		return;
	irc_delivery_cancel(session->held[i]);
	session->held[i] = NULL;
	session->cancelled++;
}

static void session_turn(struct session *session)
{
	for (int i = 0; i < 3; i++)
		loop_turn(session->loop, 0);
}

/* What a line that begins with a byte below 8 stands for. */
static void session_happen(struct session *session, int what, int n)
{
	switch (what) {
	case 1:
		clock_advance((int64_t)n * 1000);
		break;
	case 2:
		if (session->fn)
			session->fn(STREAM_CLOSED, session->arg);
		break;
	case 3:
		session_deliver(session, n % HELD);
		break;
	case 4:
		session_cancel(session, n % HELD);
		break;
	case 5:
		irc_conn_part(session->conn, n % 2 ? "#a" : "#b");
		break;
	case 6:
		irc_conn_join(session->conn, n % 2 ? "#a" : "#b", NULL);
		break;
	case 7:
		session->is_full = !session->is_full;
		if (session->fn && !session->is_full)
			session->fn(STREAM_DRAINED, session->arg);
		break;
	default:
		break;
	}
	session_turn(session);
}

static void session_feed(struct session *session, const char *line, size_t len)
{
	if (len >= 1 && (unsigned char)line[0] < 8) {
		session_happen(session, line[0], len > 1 ? line[1] & 127 : 0);
		return;
	}
	if (irc_conn_state(session->conn) == IRC_CONN_CONNECTING && session->fn)
		session->fn(STREAM_CONNECTED, session->arg);
	if (!session->fn)
		return;
	session->len = len < LINE_BYTES ? len : LINE_BYTES;
	memcpy(session->line, line, session->len);
	session->has_line = true;
	session->fn(STREAM_READABLE, session->arg);
	session_turn(session);
}

static void session_begin(struct session *session, uint8_t choice)
{
	static const struct irc_server server = {"server.example", 6667};
	const struct irc_conn_events events = {.message = session_on_message};

	clock_freeze(1000000, INT64_C(1600000000000));
	*session = (struct session){.loop = loop_new()};
	session->is_tls = choice & 4;
	session->conn = irc_conn_new_on(session->loop,
		&(struct irc_conn_params){
			.servers = &server,
			.server_count = 1,
			.nick = "me",
			.nick_suffix = choice & 64 ? "[c]" : NULL,
			.is_light = choice & 32,
			.username = "u",
			.realname = "r",
			.sasl = (enum irc_sasl_mechanism)(choice & 3),
			.sasl_account = "a",
			.sasl_password = "p",
			.sasl_required = choice & 8,
			.flood_burst = choice & 16 ? 4 : 0,
			.flood_interval_ms = 500,
			.sendq_max_lines = 50,
			.sendq_max_age_ms = 60000,
		},
		&events, session,
		&(struct irc_wire_choice){&SESSION_WIRE, session});
	irc_conn_join(session->conn, "#a", NULL);
	irc_conn_start(session->conn);
	session_turn(session);
}

/* What could grow did not. */
static void session_check(struct session *session)
{
	struct irc_conn_stats stats;
	int held = 0;

	irc_conn_stats(session->conn, &stats);
	for (int i = 0; i < HELD; i++)
		held += session->held[i] != NULL;
	if (stats.queued > 50 || session->conn->deliveries.count > 1000 ||
		session->asked != session->answered + session->cancelled + held)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct session session;
	const char *text = (const char *)data;
	const char *end;

	if (size < 2)
		return 0;
	session_begin(&session, data[0]);
	text++;
	size--;
	for (int i = 0; i < LINES_MAX && size > 0; i++) {
		end = memchr(text, '\n', size);
		size_t len = end ? (size_t)(end - text) : size;

		session_feed(&session, text, len);
		size -= end ? len + 1 : len;
		text += end ? len + 1 : len;
	}
	session_check(&session);
	irc_conn_free(session.conn);
	loop_free(session.loop);
	clock_unfreeze();
	return 0;
}
