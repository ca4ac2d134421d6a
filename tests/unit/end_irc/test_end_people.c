#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "end_irc/end_irc.h"

#include "store/memory.h"
#include "unit/support/irc_peer.h"
#include "util/alloc.h"
#include "util/str.h"

#include <string.h>

/* A room as its bridge sees it; the log is of all. */
struct side {
	struct fixture *f;
	char name;
	struct end_room *room;
	struct end_room **close; /* in the next call of any kind */
};

struct fixture {
	struct irc_peer peer;
	struct store *store;
	struct end_irc *end;
	struct side a, b;
	struct buf log;
};

static struct irc_peer *wrapped_peer;

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
	struct end_room *room;

	if (!side->close || !*side->close)
		return;
	room = TAKE(*side->close);
	side->close = NULL;
	room->ops->close(room);
}

static enum end_answer on_event(void *arg, const struct event *event)
{
	struct side *side = arg;

	buf_addf(&side->f->log, "%c %s: %s\n", side->name, event->sender.id,
		text_plain(event->text));
	return END_TAKEN;
}

static void on_ready(void *arg, bool ready, const char *why)
{
	struct side *side = arg;

	(void)why;
	buf_addf(
		&side->f->log, "%c %sready\n", side->name, ready ? "" : "not ");
}

static void on_roster(void *arg, enum roster_state state)
{
	static const char *const names[] = {
		[ROSTER_BEGINS] = "begins",
		[ROSTER_COMPLETE] = "complete",
		[ROSTER_UNKNOWN] = "unknown",
	};
	struct side *side = arg;

	buf_addf(&side->f->log, "%c %s\n", side->name, names[state]);
	close_if_asked(side);
}

static void on_presence(void *arg, const struct presence *presence)
{
	static const char *const names[] = {
		[PRESENCE_HERE] = "here",
		[PRESENCE_LEFT] = "left",
		[PRESENCE_QUIT] = "quit",
		[PRESENCE_SPLIT] = "split",
		[PRESENCE_REMOVED] = "removed",
		[PRESENCE_RENAMED] = "renamed",
	};
	struct side *side = arg;

	buf_addf(&side->f->log, "%c %s %s %s\n", side->name,
		names[presence->kind], presence->person.id,
		presence->person.name);
	close_if_asked(side);
}

static void open_room(
	struct fixture *f, struct side *side, char name, const char *channel)
{
	const struct end_sink sink = {
		.event = on_event,
		.ready = on_ready,
		.roster = on_roster,
		.presence = on_presence,
		.arg = side,
	};
	const struct end_irc_room_params params = {
		.mapping = "m",
		.channel = channel,
	};

	side->f = f;
	side->name = name;
	side->room = end_irc_open(f->end, &params, &sink);
	side->room->ops->start(side->room, -1);
	side->room->ops->watch(side->room, true);
}

static void join(struct fixture *f, const char *channel, const char *names)
{
	irc_peer_feed(&f->peer, ":belfry!bel@here JOIN %s", channel);
	irc_peer_feed(
		&f->peer, ":s 353 belfry = %s :@belfry %s", channel, names);
	irc_peer_feed(&f->peer, ":s 366 belfry %s :End of NAMES", channel);
}

static int setup(void **state)
{
	static struct fixture f;

	memset(&f, 0, sizeof(f));
	irc_peer_init(&f.peer);
	buf_init(&f.log, 1 << 16);
	wrapped_peer = &f.peer;
	f.store = store_memory_new(f.peer.loop);
	f.end = end_irc_new(f.peer.loop, &(struct end_irc_params){
						 .conn = f.peer.params,
						 .store = f.store,
					 });
	open_room(&f, &f.a, 'a', "#a");
	open_room(&f, &f.b, 'b', "#b");
	end_irc_start(f.end);
	irc_peer_start(&f.peer);
	irc_peer_welcome(&f.peer, "account-notify", "CHANTYPES=#");
	irc_peer_turn(&f.peer);
	join(&f, "#a", "Bob carl");
	join(&f, "#b", "Bob");
	irc_peer_pass(&f.peer, 10000);
	irc_peer_feed(&f.peer, ":s 315 belfry #a :End");
	irc_peer_pass(&f.peer, 10000);
	irc_peer_feed(&f.peer, ":s 315 belfry #b :End");
	peer_assert_log(f.log, "a ready\nb ready\na begins\n"
			       "a here test/bob Bob\na here test/carl carl\n"
			       "a complete\nb begins\nb here test/bob Bob\n"
			       "b complete\n");
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
	store_close(f->store);
	irc_peer_release(&f->peer);
	buf_release(&f->log);
	return 0;
}

static void says(struct fixture *f, const char *line, const char *log)
{
	irc_peer_feed_bytes(&f->peer, line, strlen(line));
	assert_string_equal(f->log.data, log);
	buf_clear(&f->log);
}

static void test_each_room_hears_of_its_own(void **state)
{
	struct fixture *f = *state;

	says(f, ":carl!c@h NICK dan", "a renamed test/carl dan\n");
	says(f, ":Bob!b@h NICK rob",
		"a renamed test/bob rob\nb renamed test/bob rob\n");
	says(f, ":rob!b@h PRIVMSG #b :hi", "b test/bob: hi\n");
	/* First who they are, then what they say. */
	says(f, ":bob!x@h JOIN #A", "a here test/bob@2 bob\n");
	says(f, ":bob!x@h PRIVMSG #a :hi", "a test/bob@2: hi\n");
	says(f, ":rob!b@h PART #a", "a left test/bob rob\n");
	says(f, ":rob!b@h QUIT :x", "b quit test/bob rob\n");
	says(f, ":op!o@h KICK #a dan :x", "a removed test/carl dan\n");
	says(f, ":bob!x@h ACCOUNT Real", "a here test/@real bob\n");
}

static void test_loss(void **state)
{
	struct fixture *f = *state;

	says(f, ":op!o@h KICK #a belfry :out", "a unknown\na not ready\n");
	irc_peer_close(&f->peer, "reset");
	peer_assert_log(f->log, "b unknown\nb not ready\n");
}

static void test_closing_inside(void **state)
{
	struct fixture *f = *state;

	/* The other one, and then itself. */
	f->a.close = &f->b.room;
	says(f, ":Bob!b@h NICK rob", "a renamed test/bob rob\n");
	f->a.close = &f->a.room;
	says(f, ":rob!b@h QUIT :x", "a quit test/bob rob\n");
}

static void test_closing_while_lost(void **state)
{
	struct fixture *f = *state;

	f->a.close = &f->a.room;
	irc_peer_close(&f->peer, "reset");
	peer_assert_log(f->log, "a unknown\nb unknown\nb not ready\n");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_each_room_hears_of_its_own),
		T(test_loss),
		T(test_closing_inside),
		T(test_closing_while_lost),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
