#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "end_irc/backfill.h"

#include "unit/support/irc_room.h"

#include <inttypes.h>

struct fixture {
	struct irc_peer peer;
	struct irc_folk folk;
	struct irc_backfill *backfill;
	struct buf told;
	bool free_in_event;
};

static int setup(void **state)
{
	static struct fixture f;

	f = (struct fixture){.backfill = NULL};
	irc_peer_init(&f.peer);
	irc_peer_make(&f.peer);
	irc_room_folk_init(&f.folk, &f.peer);
	buf_init(&f.told, 1 << 16);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	irc_backfill_free(f->backfill);
	irc_peer_turn(&f->peer);
	irc_room_folk_release(&f->folk);
	irc_peer_release(&f->peer);
	buf_release(&f->told);
	return 0;
}

static void on_event(void *arg, const struct event *event)
{
	struct fixture *f = arg;

	irc_room_log_event(&f->told, event);
	if (!f->free_in_event)
		return;
	irc_backfill_free(f->backfill);
	f->backfill = NULL;
}

static void on_over(void *arg, const struct irc_backfill_end *end)
{
	struct fixture *f = arg;

	buf_addf(&f->told, "%s, %d lines, from %" PRId64 "%s%s\n",
		end->is_complete ? "complete" : "not complete", (int)end->lines,
		(end->from_ms - ROOM_MINUTE_MS) / 1000, end->why ? ": " : "",
		end->why ? end->why : "");
	irc_backfill_free(f->backfill);
	f->backfill = NULL;
}

static void begin(struct fixture *f, size_t max_lines, int64_t floor_ms)
{
	irc_room_up(&f->peer, ROOM_CAPS);
	f->backfill = irc_backfill_new(
		f->peer.loop, &(struct irc_backfill_params){
				      .conn = f->peer.conn,
				      .folk = &f->folk,
				      .channel = "#a",
				      .max_lines = max_lines,
				      .since_ms = ROOM_MINUTE_MS,
				      .floor_ms = floor_ms,
				      .event = on_event,
				      .over = on_over,
				      .arg = f,
			      });
}

#define PAGE(f, ...)                                                           \
	irc_room_page(&(f)->peer, (const char *const[]){__VA_ARGS__},          \
		sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))
#define FIRST "timestamp=2020-09-13T12:25:40.000Z"

static void test_pages(void **state)
{
	struct fixture *f = *state;

	begin(f, 100, INT64_MIN);
	irc_room_expect(&f->peer, FIRST);
	/* What is known already is shown again when it has an id. */
	PAGE(f, "m0 -30 zero", "- -20 nameless", "m1 5 one");
	irc_room_expect(&f->peer, "msgid=m1");
	PAGE(f, "m2 6 two", "j1 7 -#a", "m3 8 !three");
	irc_room_expect(&f->peer, "msgid=m3");
	PAGE(f, "- 9 four");
	peer_assert_log(f->told, "zero [m0] @-30\none [m1] @5\n"
				 "two [m2] @6\nown three [m3] @8\nfour @9\n"
				 "complete, 4 lines, from 9\n");
	irc_peer_turn(&f->peer);
	irc_peer_expect_none(&f->peer);
}

static void test_nothing(void **state)
{
	struct fixture *f = *state;

	begin(f, 100, INT64_MIN);
	irc_room_expect(&f->peer, FIRST);
	irc_room_page(&f->peer, NULL, 0);
	peer_assert_log(f->told, "complete, 0 lines, from 0\n");
}

static void test_floor(void **state)
{
	struct fixture *f = *state;

	begin(f, 100, ROOM_MINUTE_MS - 10000);
	irc_room_expect(&f->peer, "timestamp=2020-09-13T12:26:30.000Z");
	PAGE(f, "m0 -30 zero", "m1 -5 one");
	peer_assert_log(f->told, "one [m1] @-5\ncomplete, 0 lines, from 0\n");
}

/* The msgid of the page's end is not known any more: an empty batch, or FAIL;
 * then by time, and what comes twice is shown twice. */
static void test_unknown_msgid(void **state)
{
	struct fixture *f = *state;

	begin(f, 100, INT64_MIN);
	irc_room_expect(&f->peer, FIRST);
	PAGE(f, "m1 1 one", "m2 2 two", "m3 3 three");
	irc_room_expect(&f->peer, "msgid=m3");
	irc_room_page(&f->peer, NULL, 0);
	irc_room_expect(&f->peer, "timestamp=2020-09-13T12:26:42.999Z");
	PAGE(f, "m3 3 three", "m4 4 four", "m5 5 five");
	irc_room_expect(&f->peer, "msgid=m5");
	irc_peer_feed(&f->peer, ":s FAIL CHATHISTORY UNKNOWN_MSGID AFTER :x");
	irc_room_expect(&f->peer, "timestamp=2020-09-13T12:26:44.999Z");
	PAGE(f, "m5 5 five");
	assert_true(irc_peer_log_has(&f->told, "complete, 7 lines, from 5\n"));
}

static void test_no_msgids_at_all(void **state)
{
	struct fixture *f = *state;

	begin(f, 100, INT64_MIN);
	irc_room_expect(&f->peer, FIRST);
	PAGE(f, "- 1 one", "- 2 two", "- 3 three");
	irc_room_expect(&f->peer, "timestamp=2020-09-13T12:26:42.999Z");
	PAGE(f, "- 4 four");
	peer_assert_log(f->told, "one @1\ntwo @2\nthree @3\nfour @4\n"
				 "complete, 4 lines, from 4\n");
}

static void test_max_lines(void **state)
{
	struct fixture *f = *state;

	begin(f, 2, INT64_MIN);
	irc_room_expect(&f->peer, FIRST);
	PAGE(f, "m1 1 one", "m2 2 two", "m3 3 three");
	peer_assert_log(f->told,
		"one [m1] @1\ntwo [m2] @2\nnot complete, 2 lines, "
		"from 3: there was more than max_lines\n");
}

static void test_circles(void **state)
{
	struct fixture *f = *state;

	begin(f, 100, INT64_MIN);
	irc_room_expect(&f->peer, FIRST);
	PAGE(f, "m1 1 one", "m2 2 two", "m3 3 three");
	irc_room_expect(&f->peer, "msgid=m3");
	PAGE(f, "m1 1 one", "m2 2 two", "m3 3 three");
	assert_true(irc_peer_log_has(&f->told, "not complete, 6 lines"));
}

static void test_refused(void **state)
{
	struct fixture *f = *state;

	begin(f, 100, INT64_MIN);
	irc_room_expect(&f->peer, FIRST);
	irc_peer_feed(&f->peer, ":s FAIL CHATHISTORY MESSAGE_ERROR :broken");
	peer_assert_log(f->told, "not complete, 0 lines, from 0: broken "
				 "(MESSAGE_ERROR)\n");
}

static void test_untimely(void **state)
{
	struct fixture *f = *state;

	begin(f, 100, INT64_MIN);
	irc_room_expect(&f->peer, FIRST);
	irc_peer_feed(&f->peer, ":s BATCH +p chathistory #a");
	irc_peer_feed(&f->peer, "@batch=p :bob!u@h PRIVMSG #a :when?");
	irc_peer_feed(&f->peer, "@batch=p;time=x :bob!u@h PRIVMSG #a :when?");
	irc_peer_feed(&f->peer,
		"@batch=p;time=%s :HistServ!h@s PRIVMSG #a :bob joined",
		irc_room_time(5));
	irc_peer_feed(&f->peer, ":s BATCH -p");
	/* Three of three: asked again, from where time is known. */
	irc_room_expect(&f->peer, "timestamp=2020-09-13T12:26:44.999Z");
	irc_room_page(&f->peer, NULL, 0);
	peer_assert_log(f->told, "complete, 0 lines, from 5\n");
}

static void test_freed_inside(void **state)
{
	struct fixture *f = *state;

	begin(f, 100, INT64_MIN);
	irc_room_expect(&f->peer, FIRST);
	f->free_in_event = true;
	PAGE(f, "m1 1 one", "m2 2 two", "m3 3 three");
	peer_assert_log(f->told, "one [m1] @1\n");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_pages),
		T(test_nothing),
		T(test_floor),
		T(test_unknown_msgid),
		T(test_no_msgids_at_all),
		T(test_max_lines),
		T(test_circles),
		T(test_refused),
		T(test_untimely),
		T(test_freed_inside),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
