#include "bridge/intake.h"

#include "../support/bridge_rig.h"
#include "../support/log_catch.h"
#include "../support/store_cases.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void expect_rows(struct rig *rig, enum store_kind kind,
	enum lane_way way, const char *text)
{
	struct store_query query = {
		.kind = kind, .way = way, .mapping = "m", .since = INT64_MIN};
	char dump[2048];

	store_settle(rig->loop, rig->store);
	store_dump(rig->store, &query, dump, sizeof(dump));
	assert_string_equal(text, dump);
}

static void test_known_events_are_dropped(void **state)
{
	struct rig *rig = *state;

	rig_up(rig);
	fake_say(&rig->chime, "one");
	fake_say(&rig->chime, "two");
	fake_present(rig->chime_end);
	fake_present(rig->chime_end);
	rig->chime_end->next = 0; /* while both are in the queue */
	fake_present(rig->chime_end);
	fake_present(rig->chime_end);
	assert_int_equal(2, rig_stats(rig, LANE_TO_IRC).duplicates);
	rig_finish(rig);
	rig->chime_end->next = 0; /* when they are done */
	rig_finish(rig);
	assert_int_equal(4, rig_stats(rig, LANE_TO_IRC).duplicates);
	assert_int_equal(2, rig_stats(rig, LANE_TO_IRC).relayed);
	rig_check(rig);
}

static void test_known_after_a_restart(void **state)
{
	struct rig *rig = *state;

	rig_up(rig);
	fake_say(&rig->chime, "one");
	fake_say(&rig->chime, "two|three");
	rig_finish(rig);
	rig_crash(rig);
	rig_finish(rig);
	assert_int_equal(2, rig_stats(rig, LANE_TO_IRC).duplicates);
	rig->doubts = 0;
	rig_check(rig);
}

/* The other side presents a line again, as from a history. */
static void test_known_line_of_irc(void **state)
{
	struct rig *rig = *state;

	rig_up(rig);
	fake_say(&rig->irc, "one");
	rig_finish(rig);
	rig->irc_end->next = 0;
	rig_finish(rig);
	assert_int_equal(1, rig_stats(rig, LANE_TO_CHIME).duplicates);
	rig_check(rig);
}

static void test_lines_without_id_are_all_new(void **state)
{
	struct rig *rig = *state;

	rig->irc.nameless = true;
	rig_up(rig);
	fake_say(&rig->irc, "one");
	fake_say(&rig->irc, "two");
	rig_finish(rig);
	assert_int_equal(2, rig_stats(rig, LANE_TO_CHIME).relayed);
	assert_string_not_equal(
		rig->irc.messages[0].token, rig->irc.messages[1].token);
	expect_rows(rig, STORE_DONE, LANE_TO_CHIME, "");
	expect_rows(rig, STORE_OUTBOX_ADD, LANE_TO_CHIME, "");
}

static void test_replayable_without_id_is_refused(void **state)
{
	struct rig *rig = *state;

	rig->chime.nameless = true;
	rig_up(rig);
	fake_say(&rig->chime, "one");
	fake_present(rig->chime_end);
	assert_int_equal(1, rig_stats(rig, LANE_TO_IRC).refused);
	assert_int_equal(0, rig_stats(rig, LANE_TO_IRC).queued);
	assert_int_equal(1, log_catch_count("it has no id"));
}

/* Echoes move the cursor, and leave no other record. */
static void test_echoes(void **state)
{
	struct rig *rig = *state;

	rig_up(rig);
	fake_say(&rig->chime, "self")->origin = ORIGIN_SELF;
	fake_say(&rig->chime, "bridge")->origin = ORIGIN_BRIDGE;
	fake_say(&rig->irc, "self")->origin = ORIGIN_SELF;
	rig_finish(rig);
	assert_int_equal(2, rig_stats(rig, LANE_TO_IRC).echoes);
	assert_int_equal(1, rig_stats(rig, LANE_TO_CHIME).echoes);
	expect_rows(rig, STORE_CURSOR, LANE_TO_IRC, "cursor 1000010\n");
	expect_rows(rig, STORE_DONE, LANE_TO_IRC, "");
	rig_check(rig);
}

/* An echo behind a message that waits may not move the cursor over it. */
static void test_echo_behind_a_message(void **state)
{
	struct rig *rig = *state;

	rig_up(rig);
	fake_say(&rig->chime, "one");
	fake_say(&rig->chime, "self")->origin = ORIGIN_SELF;
	fake_present(rig->chime_end);
	fake_present(rig->chime_end);
	expect_rows(rig, STORE_CURSOR, LANE_TO_IRC, "cursor 1000000\n");
	rig_finish(rig);
	expect_rows(rig, STORE_CURSOR, LANE_TO_IRC, "cursor 1000010\n");
}

static void test_policy(void **state)
{
	struct rig *rig = *state;

	rig_reset(rig, &(struct mapping_params){.messages = MESSAGES_TO_CHIME});
	rig_up(rig);
	fake_say(&rig->chime, "not wanted");
	fake_say(&rig->irc, "wanted");
	rig_finish(rig);
	assert_int_equal(0, rig->irc.order_count);
	assert_int_equal(1, rig->chime.order_count);
	/* It stays unwanted when the policy changes. */
	rig->params.messages = MESSAGES_BOTH;
	rig_crash(rig);
	rig_finish(rig);
	assert_int_equal(0, rig->irc.order_count);
}

static void test_nothing_to_say(void **state)
{
	struct rig *rig = *state;

	rig_up(rig);
	fake_say(&rig->chime, "");
	fake_say(&rig->chime, "one");
	rig_finish(rig);
	assert_int_equal(1, rig->irc.order_count);
	assert_int_equal(0, rig_stats(rig, LANE_TO_IRC).refused);
	expect_rows(rig, STORE_CURSOR, LANE_TO_IRC, "cursor 1000010\n");
}

static void test_what_cannot_be_said(void **state)
{
	struct rig *rig = *state;

	rig_up(rig);
	rig->irc_end->prepare_code = -EBADMSG;
	fake_say(&rig->chime, "odd");
	fake_present(rig->chime_end);
	rig->irc_end->prepare_code = 0;
	fake_say(&rig->chime, "one");
	rig_finish(rig);
	assert_int_equal(1, rig->irc.order_count);
	assert_int_equal(1, rig_stats(rig, LANE_TO_IRC).refused);
	assert_int_equal(1, log_catch_count("chime-0 cannot be said: told to"));
	expect_rows(rig, STORE_DONE, LANE_TO_IRC,
		"done chime-0 0!  1000000\ndone chime-1 6! dest 1000010\n");
}

static void say_many(struct fake_world *world, int count)
{
	for (int i = 0; i < count; i++)
		fake_say(world, "many");
}

static void test_source_waits_when_the_lane_is_full(void **state)
{
	struct rig *rig = *state;
	int taken = 0;

	rig_step(rig, STEP_PRESENT_CHIME);
	say_many(&rig->chime, LANE_QUEUE_MAX + 50);
	while (fake_present(rig->chime_end))
		taken++;
	assert_true(rig->chime_end->is_busy);
	assert_int_equal(LANE_QUEUE_MAX, rig->chime_end->next);
	assert_int_equal(LANE_QUEUE_MAX, rig_stats(rig, LANE_TO_IRC).queued);
	/* It is called back when half of the room is free, not before. */
	rig_step(rig, STEP_READY_IRC);
	rig_turns(rig, 2);
	for (int i = 0; rig->chime_end->is_busy; i++) {
		assert_true(i < LANE_QUEUE_MAX);
		rig_step(rig, STEP_ARRIVE_IRC);
		rig_step(rig, STEP_CONFIRM_IRC);
		rig_turns(rig, 2);
	}
	assert_int_equal(
		LANE_QUEUE_MAX / 2 - 1, rig_stats(rig, LANE_TO_IRC).queued);
	rig_finish(rig);
	rig_check(rig);
	assert_int_equal(LANE_QUEUE_MAX + 50, rig->irc.order_count);
	assert_int_equal(1, rig->chime_end->resumed);
}

static void test_full_outbox_is_never_silent(void **state)
{
	struct rig *rig = *state;

	rig_reset(rig, &(struct mapping_params){.queue.max_lines = 5});
	rig_step(rig, STEP_PRESENT_CHIME);
	say_many(&rig->irc, 9);
	while (fake_present(rig->irc_end))
		rig_turns(rig, 1);
	assert_int_equal(5, rig_stats(rig, LANE_TO_CHIME).queued);
	assert_int_equal(4, rig_stats(rig, LANE_TO_CHIME).dropped);
	assert_int_equal(1, log_catch_count("the oldest are dropped"));
	rig_step(rig, STEP_READY_CHIME);
	rig_finish(rig);
	say_many(&rig->irc, 1);
	rig_finish(rig);
	assert_int_equal(6, rig->chime.order_count);
	assert_int_equal(4, rig->chime.order[0]);
	assert_int_equal(
		1, log_catch_count("room again, 4 lines were dropped"));
}

/* The overlap reaches back before the mapping began. */
static void test_what_was_said_before_it_began(void **state)
{
	struct rig *rig = *state;

	say_many(&rig->chime, 5);
	rig_up(rig);
	rig_crash(rig);
	rig_up(rig);
	fake_say(&rig->chime, "wanted");
	rig_finish(rig);
	assert_int_equal(1, rig->irc.order_count);
	assert_int_equal(5, rig->irc.order[0]);
}

/* A source that presents before it told a position. */
static void test_begins_with_the_first_event(void **state)
{
	struct rig *rig = *state;

	say_many(&rig->chime, 3);
	rig->chime_end->must_position = false;
	rig->chime_end->next = 2;
	rig_finish(rig);
	rig_crash(rig);
	rig_finish(rig);
	assert_int_equal(1, rig->irc.order_count);
	expect_rows(rig, STORE_CURSOR, LANE_TO_IRC, "cursor 1000020\n");
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(test_##name, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(known_events_are_dropped),
		TEST(known_after_a_restart),
		TEST(known_line_of_irc),
		TEST(lines_without_id_are_all_new),
		TEST(replayable_without_id_is_refused),
		TEST(echoes),
		TEST(echo_behind_a_message),
		TEST(policy),
		TEST(nothing_to_say),
		TEST(what_cannot_be_said),
		TEST(source_waits_when_the_lane_is_full),
		TEST(full_outbox_is_never_silent),
		TEST(what_was_said_before_it_began),
		TEST(begins_with_the_first_event),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
