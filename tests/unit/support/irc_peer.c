#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "irc_peer.h"

#include "irc/channel.h"
#include "util/clock.h"
#include "util/str.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* The wire. */

static void *peer_open(
	void *context, const struct irc_wire_target *target, struct err *err)
{
	struct irc_peer *peer = context;

	if (peer->why && str_eq(peer->why, "impossible")) {
		(void)err_set(err, -EINVAL, "impossible");
		return NULL;
	}
	peer->fn = target->fn;
	peer->arg = target->arg;
	peer->opened++;
	peer->is_paused = false;
	(void)snprintf(peer->host, sizeof(peer->host), "%s:%u",
		target->server->host, target->server->port);
	buf_clear(&peer->written);
	peer->feed = NULL;
	return peer;
}

static void peer_close(void *wire)
{
	struct irc_peer *peer = wire;

	peer->fn = NULL;
	peer->feed = NULL;
}

static int peer_next_line(void *wire, char **ret_line, size_t *ret_len)
{
	struct irc_peer *peer = wire;

	if (!peer->feed)
		return 0;
	*ret_line = peer->feed;
	*ret_len = peer->feed_len;
	peer->feed = NULL;
	return 1;
}

static int peer_write(void *wire, const void *bytes, size_t len)
{
	struct irc_peer *peer = wire;

	if (peer->is_full)
		return -ENOBUFS;
	buf_add(&peer->written, bytes, len);
	return 0;
}

static void peer_pause(void *wire, bool is_paused)
{
	struct irc_peer *peer = wire;

	peer->is_paused = is_paused;
}

static const char *peer_why(const void *wire)
{
	const struct irc_peer *peer = wire;

	return peer->why ? peer->why : "";
}

static bool peer_is_untrusted(const void *wire)
{
	const struct irc_peer *peer = wire;

	return peer->is_untrusted;
}

static bool peer_is_tls(const void *wire)
{
	const struct irc_peer *peer = wire;

	return peer->is_tls;
}

static const struct irc_wire_ops PEER_WIRE = {
	.open = peer_open,
	.close = peer_close,
	.next_line = peer_next_line,
	.write = peer_write,
	.pause = peer_pause,
	.why = peer_why,
	.is_untrusted = peer_is_untrusted,
	.is_tls = peer_is_tls,
};

/* The owner. */

static void peer_on_state(struct irc_conn *conn, enum irc_conn_state state,
	const char *why, void *arg)
{
	struct irc_peer *peer = arg;

	assert_int_equal(irc_conn_state(conn), state);
	buf_addf(&peer->states, "%s: %s\n", irc_conn_state_name(state), why);
}

/* "[batch] PRIVMSG #a (echo) (history)". */
static void peer_on_message(
	struct irc_conn *conn, const struct irc_message *msg, void *arg)
{
	struct irc_peer *peer = arg;
	const char *batch = irc_conn_batch_type(conn, msg);

	if (batch)
		buf_addf(&peer->messages, "[%s] ", batch);
	buf_addf(&peer->messages, "%s %s%s%s\n", msg->command,
		irc_message_param(msg, 0),
		irc_conn_is_own_echo(conn, msg) ? " (echo)" : "",
		irc_conn_is_history(conn, msg) ? " (history)" : "");
	for (size_t i = 0; irc_conn_affected(conn, i); i++)
		buf_addf(&peer->messages, " affects %s\n",
			irc_channel_name(irc_conn_affected(conn, i)));
	if (peer->free_in_message) {
		irc_conn_free(conn);
		peer->conn = NULL;
	}
}

static void peer_on_channel(struct irc_conn *conn, const char *channel,
	bool joined, const char *why, void *arg)
{
	struct irc_peer *peer = arg;

	(void)conn;
	buf_addf(&peer->channels, "%c%s: %s\n", joined ? '+' : '-', channel,
		why);
}

/* Life. */

void irc_peer_init(struct irc_peer *peer)
{
	memset(peer, 0, sizeof(*peer));
	clock_freeze(1000000, INT64_C(1600000000000));
	peer->loop = loop_new();
	peer->servers[0] = (struct irc_server){"one.example", 6667};
	peer->servers[1] = (struct irc_server){"two.example", 6668};
	peer->params = (struct irc_conn_params){
		.name = "test",
		.servers = peer->servers,
		.server_count = 1,
		.nick = "belfry",
		.username = "bel",
		.realname = "Bridge of tests",
	};
	peer->events = (struct irc_conn_events){
		.state = peer_on_state,
		.message = peer_on_message,
		.channel = peer_on_channel,
	};
	buf_init(&peer->written, PEER_LOG_BYTES);
	buf_init(&peer->states, PEER_LOG_BYTES);
	buf_init(&peer->channels, PEER_LOG_BYTES);
	buf_init(&peer->messages, PEER_LOG_BYTES);
}

void irc_peer_make_for(struct irc_peer *peer, void *arg)
{
	peer->conn =
		irc_conn_new_on(peer->loop, &peer->params, &peer->events, arg,
			&(struct irc_wire_choice){
				.ops = &PEER_WIRE,
				.context = peer,
			});
}

void irc_peer_make(struct irc_peer *peer)
{
	irc_peer_make_for(peer, peer);
}

void irc_peer_release(struct irc_peer *peer)
{
	irc_conn_free(peer->conn);
	loop_free(peer->loop);
	buf_release(&peer->written);
	buf_release(&peer->states);
	buf_release(&peer->channels);
	buf_release(&peer->messages);
	clock_unfreeze();
}

void irc_peer_turn(struct irc_peer *peer)
{
	/* What a turn arms is due in the next. */
	for (int i = 0; i < 4; i++)
		loop_turn(peer->loop, 0);
}

void irc_peer_pass(struct irc_peer *peer, int64_t ms)
{
	while (ms > 0) {
		int64_t step = ms < 1000 ? ms : 1000;

		clock_advance(step);
		irc_peer_turn(peer);
		ms -= step;
	}
}

int64_t irc_peer_pass_until(
	struct irc_peer *peer, enum irc_conn_state state, int64_t max_ms)
{
	int64_t start_ms = clock_mono_ms();

	while (irc_conn_state(peer->conn) != state &&
		clock_mono_ms() - start_ms < max_ms)
		irc_peer_pass(peer, 100);
	assert_int_equal(irc_conn_state(peer->conn), state);
	return clock_mono_ms() - start_ms;
}

/* The server's part. */

void irc_peer_feed_bytes(struct irc_peer *peer, const char *bytes, size_t len)
{
	assert_true(len < sizeof(peer->feed_copy));
	assert_non_null(peer->fn);
	memcpy(peer->feed_copy, bytes, len);
	peer->feed_copy[len] = '\0';
	peer->feed = peer->feed_copy;
	peer->feed_len = len;
	peer->fn(STREAM_READABLE, peer->arg);
	irc_peer_turn(peer);
}

void irc_peer_feed(struct irc_peer *peer, const char *fmt, ...)
{
	char line[16384];
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	assert_in_range(len, 0, sizeof(line) - 1);
	irc_peer_feed_bytes(peer, line, (size_t)len);
}

void irc_peer_close(struct irc_peer *peer, const char *why)
{
	peer->why = why;
	assert_non_null(peer->fn);
	peer->fn(STREAM_CLOSED, peer->arg);
	irc_peer_turn(peer);
}

void irc_peer_drain(struct irc_peer *peer)
{
	peer->is_full = false;
	peer->fn(STREAM_DRAINED, peer->arg);
	irc_peer_turn(peer);
}

const char *irc_peer_next(struct irc_peer *peer)
{
	static char line[16384];
	const char *end = memchr(peer->written.data, '\n', peer->written.len);
	size_t len;

	line[0] = '\0';
	if (!end) {
		assert_int_equal(peer->written.len, 0);
		return line;
	}
	len = (size_t)(end - peer->written.data) + 1;
	assert_true(len >= 2 && len < sizeof(line));
	assert_int_equal(end[-1], '\r');
	memcpy(line, peer->written.data, len - 2);
	line[len - 2] = '\0';
	memmove(peer->written.data, peer->written.data + len,
		peer->written.len - len);
	buf_truncate(&peer->written, peer->written.len - len);
	return line;
}

void irc_peer_expect(struct irc_peer *peer, const char *fmt, ...)
{
	char line[16384];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	assert_string_equal(irc_peer_next(peer), line);
}

void irc_peer_expect_none(struct irc_peer *peer)
{
	assert_string_equal(peer->written.data, "");
}

void irc_peer_link(struct irc_peer *peer)
{
	irc_conn_start(peer->conn);
	irc_peer_turn(peer);
	assert_non_null(peer->fn);
	peer->fn(STREAM_CONNECTED, peer->arg);
	irc_peer_turn(peer);
}

void irc_peer_start(struct irc_peer *peer)
{
	irc_peer_link(peer);
	irc_peer_expect(peer, "CAP LS 302");
	if (peer->params.password)
		irc_peer_expect(peer, "PASS %s", peer->params.password);
	irc_peer_expect(peer, "NICK %s", peer->params.nick);
	irc_peer_expect(peer, "USER bel 0 * :Bridge of tests");
}

void irc_peer_welcome(
	struct irc_peer *peer, const char *caps, const char *isupport)
{
	if (caps) {
		irc_peer_feed(peer, ":s CAP * LS :%s", caps);
		if (*caps) {
			irc_peer_expect(peer, "CAP REQ %s%s",
				strchr(caps, ' ') ? ":" : "", caps);
			irc_peer_feed(peer, ":s CAP * ACK :%s", caps);
		}
		irc_peer_expect(peer, "CAP END");
	}
	irc_peer_feed(peer, ":s 001 belfry :Welcome");
	irc_peer_feed(peer, ":s 005 belfry %s :are supported", isupport);
	irc_peer_feed(peer, ":s 422 belfry :MOTD File is missing");
	assert_int_equal(irc_conn_state(peer->conn), IRC_CONN_READY);
}

void irc_peer_join(struct irc_peer *peer, const char *channel)
{
	irc_conn_join(peer->conn, channel, NULL);
	irc_peer_turn(peer);
	irc_peer_expect(peer, "JOIN %s", channel);
	irc_peer_feed(peer, ":belfry!bel@here JOIN %s", channel);
	irc_peer_feed(peer, ":s 353 belfry = %s :@belfry", channel);
	irc_peer_feed(peer, ":s 366 belfry %s :End of NAMES", channel);
	irc_peer_expect(peer, "MODE %s", channel);
	irc_peer_expect_none(peer);
}

void irc_peer_assert_log(
	struct buf *log, const char *text, const char *file, int line)
{
	_assert_string_equal(log->data, text, file, line);
	buf_clear(log);
}

bool irc_peer_log_has(const struct buf *log, const char *text)
{
	return strstr(log->data, text) != NULL;
}
