#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "end_irc/intake.h"

#include "end_irc/inbox.h"
#include "unit/support/irc_room.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct fixture {
	struct irc_peer peer;
	struct irc_folk folk;
	struct irc_intake *intake;
	struct buf told;
	enum end_answer answer;
	int64_t max_age_ms;
	size_t max_lines;
	bool is_busy;
	bool close_in_event;
	bool close_in_gap;
};

static int setup(void **state)
{
	static struct fixture f;

	f = (struct fixture){
		.answer = END_TAKEN,
		.max_age_ms = 3600000,
		.max_lines = 10,
	};
	irc_peer_init(&f.peer);
	irc_peer_make(&f.peer);
	irc_room_folk_init(&f.folk, &f.peer);
	buf_init(&f.told, 1 << 20);
	*state = &f;
	return 0;
}

static void close_intake(struct fixture *f)
{
	irc_intake_close(f->intake);
	f->intake = NULL;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	close_intake(f);
	irc_peer_turn(&f->peer);
	irc_room_folk_release(&f->folk);
	irc_peer_release(&f->peer);
	buf_release(&f->told);
	return 0;
}

static enum end_answer on_event(void *arg, const struct event *event)
{
	struct fixture *f = arg;

	if (f->answer == END_TAKEN)
		irc_room_log_event(&f->told, event);
	else
		buf_adds(&f->told, "busy\n");
	if (f->close_in_event)
		close_intake(f);
	return f->answer;
}

static void on_gap(void *arg, int64_t from_ms, int64_t to_ms, bool recovered)
{
	struct fixture *f = arg;

	buf_addf(&f->told, "gap %" PRId64 "..%" PRId64 "%s\n",
		(from_ms - ROOM_MINUTE_MS) / 1000,
		(to_ms - ROOM_MINUTE_MS) / 1000, recovered ? " closed" : "");
	if (f->close_in_gap)
		close_intake(f);
}

static void on_position(void *arg, int64_t position)
{
	struct fixture *f = arg;

	buf_addf(&f->told, "position %" PRId64 "\n",
		(position - ROOM_MINUTE_MS) / 1000);
}

static void on_busy(void *arg, bool is_busy)
{
	struct fixture *f = arg;

	f->is_busy = is_busy;
}

static void make(struct fixture *f)
{
	const struct end_sink sink = {
		.event = on_event,
		.gap = on_gap,
		.position = on_position,
		.arg = f,
	};

	f->intake = irc_intake_new(
		f->peer.loop, &(struct irc_intake_params){
				      .conn = f->peer.conn,
				      .folk = &f->folk,
				      .mapping = "m",
				      .channel = "#a",
				      .max_age_ms = f->max_age_ms,
				      .max_lines = f->max_lines,
				      .sink = &sink,
				      .busy = on_busy,
				      .arg = f,
			      });
}

static void say(struct fixture *f, const char *words, const char *id, int64_t s)
{
	struct text AUTOTEXT text;
	const struct event event = {
		.sender = {.id = "net/bob", .name = "bob"},
		.text = &text,
		.source_id = id,
		.position = ROOM_MINUTE_MS + s * 1000,
	};

	text_init(&text, 1 << 20);
	text_append_plain(&text, words);
	irc_intake_take(f->intake, &event);
}

static void replay(struct fixture *f, const char *id, int64_t s)
{
	struct text AUTOTEXT text;
	const struct event event = {
		.sender = {.id = "net/bob", .name = "bob"},
		.text = &text,
		.source_id = id,
		.position = ROOM_MINUTE_MS + s * 1000,
	};

	text_init(&text, 1 << 20);
	text_append_plain(&text, "old");
	irc_intake_replay(f->intake, &event);
}

#define PAGE(f, ...)                                                           \
	irc_room_page(&(f)->peer, (const char *const[]){__VA_ARGS__},          \
		sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

/* A minute after the last line that the bridge had before. */
static void begin(struct fixture *f, const char *caps)
{
	make(f);
	irc_intake_start(f->intake, ROOM_MINUTE_MS);
	irc_peer_pass(&f->peer, 60000);
	irc_room_up(&f->peer, caps);
	irc_intake_joined(f->intake);
}

static void test_never_before(void **state)
{
	struct fixture *f = *state;

	make(f);
	irc_intake_start(f->intake, -1);
	irc_room_up(&f->peer, ROOM_CAPS);
	say(f, "early", "", 0);
	peer_assert_log(f->told, "");
	irc_intake_joined(f->intake);
	peer_assert_log(f->told, "position 0\nearly @0\n");
	say(f, "one", "m1", 1);
	peer_assert_log(f->told, "one [m1] @1\n");
	irc_peer_expect_none(&f->peer);
}

static void test_the_past_comes_first(void **state)
{
	struct fixture *f = *state;

	begin(f, ROOM_CAPS);
	irc_room_expect(&f->peer, "timestamp=2020-09-13T12:25:40.000Z");
	say(f, "live", "m4", 61);
	say(f, "both", "m3", 60);
	peer_assert_log(f->told, "");
	PAGE(f, "m1 1 one", "m2 2 two", "m3 60 both");
	peer_assert_log(f->told, "one [m1] @1\ntwo [m2] @2\nboth [m3] @60\n");
	irc_room_expect(&f->peer, "msgid=m3");
	irc_room_page(&f->peer, NULL, 0);
	/* Nothing after it: is it that the msgid is unknown? */
	irc_room_expect(&f->peer, "timestamp=2020-09-13T12:27:39.999Z");
	PAGE(f, "m3 60 both");
	peer_assert_log(f->told, "both [m3] @60\ngap 0..60 closed\n"
				 "live [m4] @61\n");
	say(f, "more", "m5", 62);
	peer_assert_log(f->told, "more [m5] @62\n");
}

static void test_nothing_was_said(void **state)
{
	struct fixture *f = *state;

	begin(f, ROOM_CAPS);
	irc_room_expect(&f->peer, "timestamp=2020-09-13T12:25:40.000Z");
	say(f, "live", "m4", 61);
	irc_room_page(&f->peer, NULL, 0);
	peer_assert_log(f->told, "live [m4] @61\n");
}

static void test_no_history(void **state)
{
	struct fixture *f = *state;

	begin(f, "batch message-tags server-time");
	peer_assert_log(f->told, "gap 0..60\n");
	say(f, "live", "m4", 61);
	peer_assert_log(f->told, "live [m4] @61\n");
	/* A short absence is not worth a word, a long one is. */
	irc_intake_left(f->intake);
	irc_peer_pass(&f->peer, 4000);
	irc_intake_joined(f->intake);
	peer_assert_log(f->told, "");
	irc_intake_left(f->intake);
	irc_intake_left(f->intake);
	irc_peer_pass(&f->peer, 6000);
	irc_intake_joined(f->intake);
	peer_assert_log(f->told, "gap 64..70\n");
}

static void test_not_wanted(void **state)
{
	struct fixture *f = *state;

	f->max_lines = 0;
	begin(f, ROOM_CAPS);
	irc_peer_turn(&f->peer);
	irc_peer_expect_none(&f->peer);
	peer_assert_log(f->told, "gap 0..60\n");
}

static void test_too_old(void **state)
{
	struct fixture *f = *state;

	f->max_age_ms = 20000;
	begin(f, ROOM_CAPS);
	peer_assert_log(f->told, "gap 0..40\n");
	irc_room_expect(&f->peer, "timestamp=2020-09-13T12:27:20.000Z");
	PAGE(f, "m1 39 no", "m2 41 yes");
	peer_assert_log(f->told, "yes [m2] @41\ngap 0..60 closed\n");
}

static void test_too_many(void **state)
{
	struct fixture *f = *state;

	f->max_lines = 2;
	begin(f, ROOM_CAPS);
	irc_room_expect(&f->peer, "timestamp=2020-09-13T12:25:40.000Z");
	PAGE(f, "m1 1 one", "m2 2 two", "m3 3 three");
	peer_assert_log(f->told, "one [m1] @1\ntwo [m2] @2\ngap 3..60\n");
}

static void test_link_ends_meanwhile(void **state)
{
	struct fixture *f = *state;

	begin(f, ROOM_CAPS);
	irc_room_expect(&f->peer, "timestamp=2020-09-13T12:25:40.000Z");
	say(f, "live", "m4", 61);
	PAGE(f, "m1 1 one", "m2 2 two", "m3 3 three");
	buf_clear(&f->told);
	irc_intake_left(f->intake);
	irc_room_again(&f->peer, ROOM_CAPS);
	irc_intake_joined(f->intake);
	/* From what the bridge has got. */
	irc_room_expect(&f->peer, "timestamp=2020-09-13T12:25:43.000Z");
	PAGE(f, "m3 3 three", "m4 61 live");
	assert_true(irc_peer_log_has(
		&f->told, "three [m3] @3\nlive [m4] @61\ngap 3.."));
	assert_false(irc_peer_log_has(&f->told, "live [m4] @61\nlive"));
}

static void test_busy_in_the_past(void **state)
{
	struct fixture *f = *state;

	begin(f, ROOM_CAPS);
	irc_room_expect(&f->peer, "timestamp=2020-09-13T12:25:40.000Z");
	f->answer = END_BUSY;
	PAGE(f, "m1 1 one", "m2 2 two");
	say(f, "live", "m4", 61);
	assert_true(f->is_busy);
	peer_assert_log(f->told, "busy\n");
	irc_intake_resume(f->intake);
	assert_false(f->is_busy);
	irc_peer_turn(&f->peer);
	assert_true(f->is_busy);
	peer_assert_log(f->told, "busy\n");
	f->answer = END_TAKEN;
	irc_intake_resume(f->intake);
	peer_assert_log(f->told, "");
	irc_peer_turn(&f->peer);
	peer_assert_log(f->told, "one [m1] @1\ntwo [m2] @2\n"
				 "gap 0..60 closed\nlive [m4] @61\n");
	irc_intake_resume(f->intake);
}

/* What is said now finds no room: the past is given up for it. */
static void test_now_is_full(void **state)
{
	struct fixture *f = *state;
	char id[16];

	begin(f, ROOM_CAPS);
	irc_room_expect(&f->peer, "timestamp=2020-09-13T12:25:40.000Z");
	for (int i = 0; i <= IRC_INBOX_MAX; i++) {
		assert_string_equal(f->told.data, "");
		(void)snprintf(id, sizeof(id), "x%d", i);
		say(f, "x", id, 61);
	}
	assert_memory_equal(f->told.data, "gap 0..60\nx [x0]", 16);
	assert_non_null(strstr(f->told.data, "[x2000]"));
}

static void test_from_the_future(void **state)
{
	struct fixture *f = *state;

	begin(f, ROOM_CAPS);
	irc_room_page(&f->peer, NULL, 0);
	say(f, "odd", "m1", 100000);
	irc_intake_left(f->intake);
	(void)irc_peer_next(&f->peer);
	irc_intake_joined(f->intake);
	/* Not after that line, but after now. */
	irc_room_expect(&f->peer, "timestamp=2020-09-13T12:26:40.000Z");
}

static void test_replay(void **state)
{
	struct fixture *f = *state;

	begin(f, "batch message-tags server-time");
	buf_clear(&f->told);
	replay(f, "", 10);
	replay(f, "r1", -61);
	peer_assert_log(f->told, "");
	replay(f, "r2", 10);
	peer_assert_log(f->told, "old [r2] @10\n");
}

static void test_closed_inside(void **state)
{
	struct fixture *f = *state;

	begin(f, ROOM_CAPS);
	irc_room_expect(&f->peer, "timestamp=2020-09-13T12:25:40.000Z");
	f->close_in_event = true;
	PAGE(f, "m1 1 one", "m2 2 two");
	peer_assert_log(f->told, "one [m1] @1\n");
}

static void test_closed_inside_a_gap(void **state)
{
	struct fixture *f = *state;

	f->close_in_gap = true;
	begin(f, NULL);
	peer_assert_log(f->told, "gap 0..60\n");
}

static void test_closed_when_busy(void **state)
{
	struct fixture *f = *state;

	begin(f, NULL);
	f->answer = END_BUSY;
	say(f, "x", "", 61);
	assert_true(f->is_busy);
	close_intake(f);
	assert_false(f->is_busy);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_never_before),
		T(test_the_past_comes_first),
		T(test_nothing_was_said),
		T(test_no_history),
		T(test_not_wanted),
		T(test_too_old),
		T(test_too_many),
		T(test_link_ends_meanwhile),
		T(test_busy_in_the_past),
		T(test_now_is_full),
		T(test_from_the_future),
		T(test_replay),
		T(test_closed_inside),
		T(test_closed_inside_a_gap),
		T(test_closed_when_busy),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
