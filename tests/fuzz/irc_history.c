/*
 * The reader of history against arbitrary answers: a line that begins with a
 * byte below 8 is something else that happens (a request, a cancel, time, a
 * pause, the end of the link). Every request is told once, after its lines,
 * and not at all when it was cancelled.
 */
#include "irc/conn_private.h"
#include "irc/history.h"
#include "net/loop.h"
#include "util/clock.h"

#include <stdlib.h>
#include <string.h>

enum { LINE_BYTES = 16384, HELD = 4, LINES_MAX = 1000 };

struct script {
	struct loop *loop;
	struct irc_conn *conn;
	irc_wire_fn *fn;
	void *arg;
	char line[LINE_BYTES + 1];
	size_t len;
	bool has_line;
	bool is_paused;
	struct irc_history *held[HELD];
};

static struct script script;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void *script_open(
	void *context, const struct irc_wire_target *target, struct err *err)
{
	(void)err;
	script.fn = target->fn;
	script.arg = target->arg;
	script.is_paused = false;
	return context;
}

static void script_close(void *wire)
{
	(void)wire;
	script.fn = NULL;
}

static int script_next_line(void *wire, char **ret_line, size_t *ret_len)
{
	(void)wire;
	if (!script.has_line)
		return 0;
	script.has_line = false;
	*ret_line = script.line;
	*ret_len = script.len;
	return 1;
}

static int script_write(void *wire, const void *bytes, size_t len)
{
	const char *text = bytes;

	(void)wire;
	if (len < 3 || text[len - 1] != '\n' || memchr(text, '\n', len - 1))
		abort();
	return 0;
}

static void script_pause(void *wire, bool is_paused)
{
	(void)wire;
	script.is_paused = is_paused;
}

static const char *script_why(const void *wire)
{
	(void)wire;
	return "the end";
}

static bool script_no(const void *wire)
{
	(void)wire;
	return false;
}

static const struct irc_wire_ops SCRIPT_WIRE = {
	.open = script_open,
	.close = script_close,
	.next_line = script_next_line,
	.write = script_write,
	.pause = script_pause,
	.why = script_why,
	.is_untrusted = script_no,
	.is_tls = script_no,
};

static void on_line(const struct irc_message *msg, void *arg)
{
	struct irc_history **held = arg;

	if (!*held || !irc_conn_is_history(script.conn, msg))
		abort();
	(void)irc_history_is_own(script.conn, msg);
}

static void on_done(const struct irc_history_result *result, void *arg)
{
	struct irc_history **held = arg;

	if (!*held || !result->code || !result->why)
		abort(); /* told twice, or after the cancel */
	*held = NULL;
}

static void script_ask(unsigned n)
{
	struct irc_history **held = &script.held[n % HELD];

	if (*held)
		return;
	*held = irc_history_ask(script.conn,
		&(struct irc_history_request){
			.side = (enum irc_history_side)(n / HELD % 3),
			.channel = n & 64 ? "#b" : "#a",
			.msgid = n & 32 ? "id" : NULL,
			.time_ms = clock_wall_ms(),
			.line = on_line,
			.done = on_done,
			.arg = held,
		});
}

static void script_turn(void)
{
	for (int i = 0; i < 3; i++)
		loop_turn(script.loop, 0);
}

static void script_happen(int what, unsigned n)
{
	if (what == 1)
		clock_advance((int64_t)n * 1000);
	else if (what == 2 && script.fn && n == 0)
		script.fn(STREAM_CLOSED, script.arg);
	else if (what == 3)
		script_ask(n);
	else if (what == 4) {
		irc_history_cancel(script.held[n % HELD]);
		script.held[n % HELD] = NULL;
	} else if (what == 5)
		irc_conn_pause(script.conn);
	else if (what == 6)
		irc_conn_resume(script.conn);
	script_turn();
}

static void script_feed(const char *line, size_t len)
{
	if (irc_conn_state(script.conn) == IRC_CONN_CONNECTING && script.fn)
		script.fn(STREAM_CONNECTED, script.arg);
	if (!script.fn)
		return;
	script.len = len < LINE_BYTES ? len : LINE_BYTES;
	memcpy(script.line, line, script.len);
	script.has_line = true;
	script.fn(STREAM_READABLE, script.arg);
	script_turn();
}

static void script_begin(bool labels)
{
	static const struct irc_server server = {"server.example", 6667};
	static const char LS[] = ":s CAP * LS :batch draft/chathistory "
				 "labeled-response message-tags server-time";
	static const char *const LINES[] = {
		":s 001 me :Welcome",
		":s 005 me CHANTYPES=# CHATHISTORY=5 :are supported",
		":s 422 me :No MOTD",
		":me!u@h JOIN #a",
		":s 366 me #a :End",
	};
	const char *caps = labels ? ":s CAP * ACK :batch draft/chathistory "
				    "labeled-response message-tags server-time"
				  : ":s CAP * ACK :batch draft/chathistory "
				    "message-tags server-time";

	clock_freeze(1000000, INT64_C(1600000000000));
	script = (struct script){.loop = loop_new()};
	script.conn = irc_conn_new_on(script.loop,
		&(struct irc_conn_params){
			.servers = &server,
			.server_count = 1,
			.nick = "me",
			.username = "u",
			.realname = "r",
		},
		&(struct irc_conn_events){.state = NULL}, NULL,
		&(struct irc_wire_choice){&SCRIPT_WIRE, &script});
	irc_conn_join(script.conn, "#a", NULL);
	irc_conn_start(script.conn);
	script_turn();
	script_feed(LS, strlen(LS));
	script_feed(caps, strlen(caps));
	for (size_t i = 0; i < sizeof(LINES) / sizeof(*LINES); i++)
		script_feed(LINES[i], strlen(LINES[i]));
}

/* The link ends: whoever still waits is told. */
static void script_end(void)
{
	irc_conn_stop(script.conn, "end");
	script_turn();
	clock_advance(10000);
	script_turn();
	clock_advance(10 * 60 * 1000);
	script_turn();
	for (int i = 0; i < HELD; i++)
		if (script.held[i])
			abort();
	irc_conn_free(script.conn);
	loop_free(script.loop);
	clock_unfreeze();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;

	if (size < 2)
		return 0;
	script_begin(data[0] & 1);
	text++;
	size--;
	for (int i = 0; i < LINES_MAX && size > 0; i++) {
		const char *end = memchr(text, '\n', size);
		size_t len = end ? (size_t)(end - text) : size;
		size_t step = end ? len + 1 : len;

		if (len >= 1 && (unsigned char)*text < 8)
			script_happen(*text, len > 1 ? text[1] & 127 : 0);
		else
			script_feed(text, len);
		text += step;
		size -= step;
	}
	script_end();
	return 0;
}
