#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "end_irc/end_irc.h"

#include "unit/support/irc_peer.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/str.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* One room as its bridge sees it. */
struct side {
	struct fixture *f;
	char name;
	struct end_room *room;
	enum end_answer answer;
	struct end_room **close; /* in the next call of any kind */
};

struct fixture {
	struct irc_peer peer;
	struct end_irc_params params;
	struct end_irc *end;
	struct side a, b;
	struct buf log;
	bool stopped;
};

static struct irc_peer *wrapped_peer;

/* The linker gives us what end_irc.c asks for: a scripted wire. */
struct irc_conn *__wrap_irc_conn_new(struct loop *loop,
	const struct irc_conn_params *params,
	const struct irc_conn_events *events, void *arg);
struct irc_conn *__wrap_irc_conn_new(struct loop *loop,
	const struct irc_conn_params *params,
	const struct irc_conn_events *events, void *arg)
{
	assert_ptr_equal(loop, wrapped_peer->loop);
	wrapped_peer->params = *params;
	wrapped_peer->events = *events;
	irc_peer_make_for(wrapped_peer, arg);
	return wrapped_peer->conn;
}

static void close_if_asked(struct side *side)
{
	if (!side->close || !*side->close)
		return;
	struct end_room *room = TAKE(*side->close);
	side->close = NULL;
	room->ops->close(room);
}

static enum end_answer on_event(void *arg, const struct event *event)
{
	struct side *side = arg;
	buf_addf(&side->f->log, "%c event %s: %s\n", side->name,
		event->sender.id, text_plain(event->text));
	close_if_asked(side);
	return side->answer;
}

static void on_receipt(void *arg, const struct receipt *receipt)
{
	struct side *side = arg;
	buf_addf(&side->f->log, "%c receipt %d %s\n", side->name,
		(int)receipt->ticket, receipt->complete ? "done" : "not done");
	close_if_asked(side);
}

static void on_ready(void *arg, bool ready, const char *why)
{
	struct side *side = arg;
	if (ready)
		buf_addf(&side->f->log, "%c ready\n", side->name);
	else
		buf_addf(&side->f->log, "%c not ready: %s\n", side->name, why);
	close_if_asked(side);
}

static void on_position(void *arg, int64_t position)
{
	const struct side *side = arg;
	/* Where a room begins that was never heard before. */
	assert_int_equal(position, clock_wall_ms());
	assert_non_null(side->room);
}

static void open_room(
	struct fixture *f, struct side *side, char name, const char *channel)
{
	const struct end_sink sink = {
		.event = on_event,
		.receipt = on_receipt,
		.ready = on_ready,
		.position = on_position,
		.arg = side,
	};
	const struct end_irc_room_params params = {
		.mapping = "m",
		.channel = channel,
		.key = name == 'b' ? "secret" : NULL,
	};
	side->f = f;
	side->name = name;
	side->answer = END_TAKEN;
	side->room = end_irc_open(f->end, &params, &sink);
	side->room->ops->start(side->room, -1);
}

static int setup(void **state)
{
	static struct fixture f;
	memset(&f, 0, sizeof(f));
	irc_peer_init(&f.peer);
	buf_init(&f.log, 1 << 16);
	wrapped_peer = &f.peer;
	f.params.conn = f.peer.params;
	f.end = end_irc_new(f.peer.loop, &f.params);
	*state = &f;
	return 0;
}

static void close_side(struct side *side)
{
	struct end_room *room = TAKE(side->room);
	if (room)
		room->ops->close(room);
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	close_side(&f->a);
	close_side(&f->b);
	end_irc_free(f->end);
	f->peer.conn = NULL;
	irc_peer_turn(&f->peer);
	irc_peer_release(&f->peer);
	buf_release(&f->log);
	return 0;
}

static void expect_log(struct fixture *f, const char *text)
{
	irc_peer_turn(&f->peer);
	assert_string_equal(f->log.data, text);
	buf_clear(&f->log);
}

static void expect_join(struct fixture *f, const char *channel, const char *key)
{
	irc_peer_expect(&f->peer, "JOIN %s%s%s", channel, *key ? " " : "", key);
	irc_peer_feed(&f->peer, ":belfry!bel@here JOIN %s", channel);
	irc_peer_feed(&f->peer, ":s 353 belfry = %s :@belfry", channel);
	irc_peer_feed(&f->peer, ":s 366 belfry %s :End of NAMES", channel);
	irc_peer_expect(&f->peer, "MODE %s", channel);
}

/* Up, and in the rooms that are open. */
static void go_up(struct fixture *f)
{
	irc_peer_start(&f->peer);
	irc_peer_welcome(&f->peer, NULL, "CHANTYPES=# STATUSMSG=@+");
}

/* Up again after a loss. */
static void go_back(struct fixture *f)
{
	irc_peer_pass_until(&f->peer, IRC_CONN_CONNECTING, 60000);
	f->peer.fn(STREAM_CONNECTED, f->peer.arg);
	irc_peer_turn(&f->peer);
	for (int i = 0; i < 3; i++)
		(void)irc_peer_next(&f->peer);
	irc_peer_welcome(&f->peer, NULL, "CHANTYPES=#");
}

static void begin(struct fixture *f)
{
	open_room(f, &f->a, 'a', "#A");
	end_irc_start(f->end);
	go_up(f);
	expect_join(f, "#A", "");
	expect_log(f, "a ready\n");
}

static void deliver(struct side *side, uint64_t ticket, const char *payload)
{
	const struct parcel parcel = {
		.ticket = ticket,
		.source_id = "m1",
		.token = "token",
		.payload = payload,
		.payload_len = strlen(payload),
		.position = clock_wall_ms(),
	};
	side->room->ops->deliver(side->room, &parcel);
}

static void test_ready_comes_and_goes(void **state)
{
	struct fixture *f = *state;
	struct buf line AUTOBUF;
	buf_init(&line, 1000);
	open_room(f, &f->a, 'a', "#A");
	open_room(f, &f->b, 'b', "#b");
	end_irc_describe(f->end, &line);
	assert_string_equal(line.data, "test: idle");
	end_irc_start(f->end);
	expect_log(f, "");
	go_up(f);
	irc_peer_expect(&f->peer, "JOIN #b,#A secret");
	irc_peer_feed(&f->peer, ":belfry!bel@here JOIN #a");
	irc_peer_feed(&f->peer, ":s 366 belfry #a :End of NAMES");
	expect_log(f, "a ready\n");
	irc_peer_feed(&f->peer, ":s 475 belfry #b :Cannot join channel (+k)");
	assert_memory_equal(f->log.data, "b not ready: ", 13);
	buf_clear(&f->log);
	buf_clear(&line);
	end_irc_describe(f->end, &line);
	assert_string_equal(line.data, "test: ready as belfry on one.example");
	irc_peer_close(&f->peer, "reset by peer");
	assert_memory_equal(f->log.data, "a not ready: ", 13);
	/* Once, and not of b, which was out before. */
	irc_peer_pass(&f->peer, 0);
	assert_null(strstr(f->log.data + 3, "not ready"));
	assert_null(strstr(f->log.data, "ready\n"));
	buf_clear(&f->log);
	buf_clear(&line);
	end_irc_describe(f->end, &line);
	assert_memory_equal(line.data, "test: waiting, ", 15);
	assert_null(strpbrk(line.data, "()"));
	irc_peer_pass_until(&f->peer, IRC_CONN_CONNECTING, 60000);
	f->peer.fn(STREAM_CONNECTED, f->peer.arg);
	irc_peer_turn(&f->peer);
	for (int i = 0; i < 3; i++)
		(void)irc_peer_next(&f->peer);
	irc_peer_welcome(&f->peer, NULL, "CHANTYPES=#");
	irc_peer_expect(&f->peer, "JOIN #b,#A secret");
	irc_peer_feed(&f->peer, ":belfry!bel@here JOIN #A");
	irc_peer_feed(&f->peer, ":s 366 belfry #A :End of NAMES");
	expect_log(f, "a ready\n");
}

static void test_events_reach_their_room(void **state)
{
	struct fixture *f = *state;
	begin(f);
	open_room(f, &f->b, 'b', "#b");
	irc_peer_turn(&f->peer);
	expect_join(f, "#b", "secret");
	expect_log(f, "b ready\n");
	irc_peer_feed(&f->peer, ":Bob!b@h PRIVMSG #a :to a");
	irc_peer_feed(&f->peer, ":Bob!b@h NOTICE #B :to b");
	expect_log(f, "a event test/bob: to a\nb event test/bob: to b\n");
	/* To some of the channel, to us, to a stranger. */
	irc_peer_feed(&f->peer, ":Bob!b@h PRIVMSG @#a :ops");
	irc_peer_feed(&f->peer, ":Bob!b@h PRIVMSG belfry :psst");
	irc_peer_feed(&f->peer, ":Bob!b@h PRIVMSG #other :x");
	irc_peer_feed(&f->peer, ":Bob!b@h PRIVMSG");
	irc_peer_feed(&f->peer, ":Bob!b@h TOPIC #a :x");
	expect_log(f, "");
}

/* Nothing more is read, for no room, until the line is taken. */
static void test_busy(void **state)
{
	struct fixture *f = *state;
	begin(f);
	open_room(f, &f->b, 'b', "#b");
	irc_peer_turn(&f->peer);
	expect_join(f, "#b", "secret");
	expect_log(f, "b ready\n");
	f->a.answer = END_BUSY;
	irc_peer_feed(&f->peer, ":Bob!b@h PRIVMSG #a :one");
	expect_log(f, "a event test/bob: one\n");
	assert_true(f->peer.is_paused);
	f->b.room->ops->resume(f->b.room);
	expect_log(f, "");
	assert_true(f->peer.is_paused);
	/* Still. */
	f->a.room->ops->resume(f->a.room);
	expect_log(f, "a event test/bob: one\n");
	assert_true(f->peer.is_paused);
	f->a.answer = END_TAKEN;
	f->a.room->ops->resume(f->a.room);
	expect_log(f, "a event test/bob: one\n");
	assert_false(f->peer.is_paused);
	irc_peer_feed(&f->peer, ":Bob!b@h PRIVMSG #a :two");
	expect_log(f, "a event test/bob: two\n");
}

/* The link is lost meanwhile: the new one is read, and stopped again when more
 * comes for the room that is busy. */
static void test_busy_over_a_loss(void **state)
{
	struct fixture *f = *state;
	begin(f);
	f->a.answer = END_BUSY;
	irc_peer_feed(&f->peer, ":Bob!b@h PRIVMSG #a :one");
	irc_peer_close(&f->peer, "reset");
	buf_clear(&f->log);
	go_back(f);
	expect_join(f, "#A", "");
	expect_log(f, "a ready\n");
	assert_false(f->peer.is_paused);
	irc_peer_feed(&f->peer, ":Bob!b@h PRIVMSG #a :two");
	assert_true(f->peer.is_paused);
	f->a.answer = END_TAKEN;
	f->a.room->ops->resume(f->a.room);
	expect_log(f, "a event test/bob: one\na event test/bob: two\n");
	assert_false(f->peer.is_paused);
}

static void test_closed_when_busy(void **state)
{
	struct fixture *f = *state;
	begin(f);
	f->a.answer = END_BUSY;
	irc_peer_feed(&f->peer, ":Bob!b@h PRIVMSG #a :one");
	assert_true(f->peer.is_paused);
	close_side(&f->a);
	assert_false(f->peer.is_paused);
}

static void test_deliver(void **state)
{
	struct fixture *f = *state;
	struct text text AUTOTEXT;
	struct buf payload AUTOBUF;
	const char *why = NULL;
	text_init(&text, 1 << 20);
	buf_init(&payload, 1 << 20);
	const struct event event = {
		.kind = EVENT_MESSAGE,
		.sender = {.id = "arn:x/user/al", .name = "Al"},
		.text = &text,
		.source_id = "m1",
	};
	begin(f);
	assert_false(f->a.room->ops->is_replayable);
	assert_int_equal(
		f->a.room->ops->prepare(f->a.room, &event, &payload, &why),
		-ENODATA);
	text_append_plain(&text, "hi");
	assert_int_equal(
		f->a.room->ops->prepare(f->a.room, &event, &payload, &why), 0);
	assert_null(why);
	deliver(&f->a, 7, payload.data);
	irc_peer_turn(&f->peer);
	irc_peer_expect(&f->peer, "PRIVMSG #A :<Al> hi");
	irc_peer_expect(&f->peer, "PING 1");
	irc_peer_feed(&f->peer, ":s PONG s :1");
	expect_log(f, "a receipt 7 done\n");
	for (int i = 0; i < 7000; i++)
		text_append_plain(&text, "0123456789");
	buf_clear(&payload);
	assert_int_equal(
		f->a.room->ops->prepare(f->a.room, &event, &payload, &why),
		-EMSGSIZE);
	assert_non_null(why);
}

static void test_kick(void **state)
{
	struct fixture *f = *state;
	begin(f);
	irc_peer_feed(&f->peer, ":op!o@h KICK #a belfry :out");
	assert_memory_equal(f->log.data, "a not ready: ", 13);
	assert_non_null(strstr(f->log.data, "out"));
}

static void test_close_leaves(void **state)
{
	struct fixture *f = *state;
	begin(f);
	deliver(&f->a, 1, "1m<A> \nhi");
	close_side(&f->a);
	irc_peer_turn(&f->peer);
	irc_peer_expect_none(&f->peer);
	irc_peer_feed(&f->peer, ":Bob!b@h PRIVMSG #a :late");
	expect_log(f, "");
	/* Again, as a reload does: who leaves is no operator any more. */
	open_room(f, &f->a, 'a', "#A");
	irc_peer_turn(&f->peer);
	irc_peer_expect(&f->peer, "MODE #A");
	expect_log(f, "a ready\n");
	close_side(&f->a);
	irc_peer_pass(&f->peer, 2 * IRC_JOIN_LINGER_MS);
	irc_peer_expect(&f->peer, "PART #A");
	/* And after that. */
	open_room(f, &f->a, 'a', "#A");
	irc_peer_feed(&f->peer, ":belfry!bel@here PART #A");
	expect_join(f, "#A", "");
	expect_log(f, "a ready\n");
}

/* The bridge may close a room inside any call of its sink. */
static void test_close_inside_an_event(void **state)
{
	struct fixture *f = *state;
	begin(f);
	f->a.close = &f->a.room;
	irc_peer_feed(&f->peer, ":Bob!b@h PRIVMSG #a :hi");
	expect_log(f, "a event test/bob: hi\n");
	irc_peer_expect_none(&f->peer);
	irc_peer_pass(&f->peer, 2 * IRC_JOIN_LINGER_MS);
	irc_peer_expect(&f->peer, "PART #A");
}

static void test_close_inside_a_receipt(void **state)
{
	struct fixture *f = *state;
	begin(f);
	deliver(&f->a, 1, "1m<A> \nhi");
	deliver(&f->a, 2, "1m<A> \nhi");
	irc_peer_turn(&f->peer);
	f->a.close = &f->a.room;
	irc_peer_feed(&f->peer, ":s PONG s :1");
	expect_log(f, "a receipt 1 done\n");
}

static void test_close_inside_ready(void **state)
{
	struct fixture *f = *state;
	begin(f);
	open_room(f, &f->b, 'b', "#b");
	irc_peer_turn(&f->peer);
	expect_join(f, "#b", "secret");
	expect_log(f, "b ready\n");
	/* The other one, while all are being told. */
	f->a.close = &f->b.room;
	irc_peer_close(&f->peer, "reset");
	assert_memory_equal(f->log.data, "a not ready: ", 13);
	assert_null(strstr(f->log.data, "b "));
	buf_clear(&f->log);
	f->a.close = &f->a.room;
	irc_peer_pass_until(&f->peer, IRC_CONN_CONNECTING, 60000);
	f->peer.fn(STREAM_CONNECTED, f->peer.arg);
	irc_peer_turn(&f->peer);
	for (int i = 0; i < 3; i++)
		(void)irc_peer_next(&f->peer);
	irc_peer_welcome(&f->peer, NULL, "CHANTYPES=#");
	irc_peer_expect(&f->peer, "JOIN #A");
	irc_peer_feed(&f->peer, ":belfry!bel@here JOIN #A");
	irc_peer_feed(&f->peer, ":s 366 belfry #A :End of NAMES");
	expect_log(f, "a ready\n");
	assert_null(f->a.room);
	irc_peer_expect(&f->peer, "MODE #A");
	irc_peer_pass(&f->peer, 2 * IRC_JOIN_LINGER_MS);
	irc_peer_expect(&f->peer, "PART #A");
}

static void on_stopped(void *arg)
{
	struct fixture *f = arg;
	assert_false(f->stopped);
	f->stopped = true;
}

static void test_stop(void **state)
{
	struct fixture *f = *state;
	begin(f);
	end_irc_stop(f->end, "good bye", on_stopped, f);
	assert_false(f->stopped);
	irc_peer_turn(&f->peer);
	irc_peer_expect(&f->peer, "QUIT :good bye");
	assert_false(f->stopped);
	irc_peer_feed(&f->peer, "ERROR :Closing Link");
	irc_peer_turn(&f->peer);
	assert_true(f->stopped);
}

static void test_stop_when_idle(void **state)
{
	struct fixture *f = *state;
	end_irc_stop(f->end, "good bye", on_stopped, f);
	assert_false(f->stopped);
	irc_peer_turn(&f->peer);
	assert_true(f->stopped);
}

static void test_stop_while_waiting(void **state)
{
	struct fixture *f = *state;
	begin(f);
	irc_peer_close(&f->peer, "reset");
	assert_int_equal(irc_conn_state(f->peer.conn), IRC_CONN_WAITING);
	end_irc_stop(f->end, "good bye", on_stopped, f);
	irc_peer_turn(&f->peer);
	assert_true(f->stopped);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_ready_comes_and_goes),
		T(test_events_reach_their_room),
		T(test_busy),
		T(test_busy_over_a_loss),
		T(test_closed_when_busy),
		T(test_deliver),
		T(test_kick),
		T(test_close_leaves),
		T(test_close_inside_an_event),
		T(test_close_inside_a_receipt),
		T(test_close_inside_ready),
		T(test_stop),
		T(test_stop_when_idle),
		T(test_stop_while_waiting),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
