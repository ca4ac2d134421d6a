#include "bridge/bounds.h"

#include "../support/bridge_rig.h"
#include "../support/log_catch.h"
#include "bridge/mapping.h"
#include "store/memory.h"
#include "util/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const int64_t YEAR_MS = INT64_C(31557600000);

static void say_irc(struct rig *rig, int count)
{
	for (int i = 0; i < count; i++) {
		fake_say(&rig->irc, "text");
		fake_present(rig->irc_end);
	}
}

static void test_oldest_is_dropped(void **state)
{
	struct rig *rig = *state;

	rig_reset(rig, &(struct mapping_params){.queue.max_lines = 5});
	rig_up(rig);
	fake_ready(rig->chime_end, false);
	for (int i = 0; i < 9; i++) {
		say_irc(rig, 1);
		rig_turns(rig, 3);
	}
	assert_false(rig->irc_end->is_busy);
	assert_int_equal(4, rig_stats(rig, LANE_TO_CHIME).dropped);
	assert_int_equal(1, log_catch_count("the oldest are dropped"));
	clock_advance(NOTICE_EVERY_MS);
	rig_turns(rig, 3);
	assert_string_equal("4 messages got lost on the way to Chime: too many "
			    "are waiting\n",
		rig->irc.notes);
	/* What is gone stays gone, also when IRC tells it again. */
	rig_crash(rig);
	rig->irc_end->next = 0;
	rig_finish(rig);
	assert_int_equal(5, rig->chime.order_count);
	assert_int_equal(4, rig->chime.order[0]);
}

/* All of them wait for the disk: none can be dropped before it has them. */
static void test_burst_waits_for_the_disk(void **state)
{
	struct rig *rig = *state;

	rig_reset(rig, &(struct mapping_params){.queue.max_lines = 5});
	rig_up(rig);
	fake_ready(rig->chime_end, false);
	say_irc(rig, 9);
	assert_true(rig->irc_end->is_busy);
	assert_int_equal(5, rig->irc_end->next);
	rig_turns(rig, 3);
	assert_false(rig->irc_end->is_busy);
	while (fake_present(rig->irc_end))
		rig_turns(rig, 3);
	assert_int_equal(9, rig->irc_end->next);
	assert_int_equal(4, rig_stats(rig, LANE_TO_CHIME).dropped);
}

static void test_source_stops_where_that_is_the_policy(void **state)
{
	struct rig *rig = *state;

	rig_reset(rig,
		&(struct mapping_params){.queue = {.max_lines = 16,
						 .when_full = WHEN_FULL_STOP}});
	rig_up(rig);
	fake_ready(rig->chime_end, false);
	for (int i = 0; i < 20; i++) {
		say_irc(rig, 1);
		rig_turns(rig, 3);
	}
	assert_true(rig->irc_end->is_busy);
	assert_true(rig_stats(rig, LANE_TO_CHIME).is_waiting);
	assert_int_equal(16, rig_stats(rig, LANE_TO_CHIME).queued);
	assert_int_equal(1, log_catch_count("the channel is not read"));
	rig_finish(rig);
	assert_false(rig->irc_end->is_busy);
	assert_int_equal(0, rig_stats(rig, LANE_TO_CHIME).dropped);
	assert_int_equal(20, rig->chime.order_count);
	rig_check(rig);
}

static void test_bytes_are_bounded(void **state)
{
	struct rig *rig = *state;

	rig_reset(rig,
		&(struct mapping_params){.queue = {.max_bytes = 2000,
						 .when_full = WHEN_FULL_STOP}});
	rig_up(rig);
	fake_ready(rig->chime_end, false);
	for (int i = 0; i < 50; i++) {
		say_irc(rig, 1);
		rig_turns(rig, 3);
	}
	assert_true(rig->irc_end->is_busy);
	assert_true(rig_stats(rig, LANE_TO_CHIME).bytes >= 2000);
	assert_true(rig_stats(rig, LANE_TO_CHIME).bytes < 3000);
	rig_finish(rig);
	assert_int_equal(0, rig_stats(rig, LANE_TO_CHIME).bytes);
	rig_check(rig);
}

/* The disk hangs, and nobody says so. */
static void test_unsaved_lines_are_bounded(void **state)
{
	struct rig *rig = *state;

	rig_up(rig);
	store_memory_hold(rig->store, true);
	say_irc(rig, LANE_UNSAVED_MAX);
	assert_false(rig->irc_end->is_busy);
	say_irc(rig, 1);
	assert_true(rig->irc_end->is_busy);
	assert_int_equal(1, log_catch_count("cannot be saved as fast"));
	rig_turns(rig, 10);
	assert_true(rig->irc_end->is_busy);
	store_memory_hold(rig->store, false);
	rig_turns(rig, 3);
	assert_false(rig->irc_end->is_busy);
	rig_finish(rig);
	rig_check(rig);
}

/* It says so: nothing is taken from either side. */
static void test_disk_in_trouble(void **state)
{
	struct rig *rig = *state;

	rig_up(rig);
	bridge_stall(rig->bridge, true);
	fake_say(&rig->chime, "text");
	fake_present(rig->chime_end);
	say_irc(rig, 1);
	assert_true(rig->irc_end->is_busy);
	assert_true(rig->chime_end->is_busy);
	bridge_stall(rig->bridge, false);
	assert_false(rig->irc_end->is_busy);
	assert_false(rig->chime_end->is_busy);
	rig_finish(rig);
	assert_int_equal(1, rig->irc.order_count);
	assert_int_equal(1, rig->chime.order_count);
	rig_check(rig);
}

static void test_new_mapping_in_trouble(void **state)
{
	struct rig *rig = *state;
	struct mapping *mapping;
	int error = 0;

	bridge_stall(rig->bridge, true);
	mapping = bridge_add(
		rig->bridge, &(struct mapping_params){.name = "other"}, &error);
	assert_non_null(mapping);
	assert_true(mapping->to_chime->stalled);
}

static void test_too_old_is_set_aside(void **state)
{
	struct rig *rig = *state;

	rig_reset(rig, &(struct mapping_params){.queue.max_age_ms = 60000});
	rig_up(rig);
	fake_ready(rig->chime_end, false);
	say_irc(rig, 3);
	rig_turns(rig, 3);
	clock_advance(60000);
	rig_turns(rig, 3);
	say_irc(rig, 1);
	clock_advance(1);
	fake_ready(rig->chime_end, true);
	rig_turns(rig, 3);
	assert_int_equal(3, rig_stats(rig, LANE_TO_CHIME).expired);
	assert_int_equal(3, rig_stats(rig, LANE_TO_CHIME).aside);
	assert_int_equal(1, rig_stats(rig, LANE_TO_CHIME).queued);
	clock_advance(NOTICE_EVERY_MS);
	rig_turns(rig, 3);
	assert_string_equal(
		"3 messages waited too long for Chime\n", rig->irc.notes);
	rig_finish(rig);
	rig_crash(rig);
	assert_int_equal(3, rig_stats(rig, LANE_TO_CHIME).aside);
	assert_int_equal(0, rig_stats(rig, LANE_TO_CHIME).queued);
	assert_int_equal(1, rig->chime.order_count);
}

/* The wall clock jumps; nothing grows old by that. */
static void test_clock_that_jumps(void **state)
{
	struct rig *rig = *state;

	rig_up(rig);
	fake_ready(rig->chime_end, false);
	say_irc(rig, 2);
	rig_turns(rig, 3);
	clock_freeze(clock_mono_ms(), clock_wall_ms() * 1000000);
	rig_finish(rig);
	assert_int_equal(2, rig->chime.order_count);
	assert_int_equal(0, rig_stats(rig, LANE_TO_CHIME).expired);
}

/* A clock that is years ahead of the source's, as the end knows. */
static void test_clock_that_is_ahead(void **state)
{
	struct rig *rig = *state;
	struct fake_message *said;

	rig_up(rig);
	said = fake_say(&rig->chime, "text");
	clock_freeze(clock_mono_ms(), said->position + INT64_C(10) * YEAR_MS);
	rig->chime.clock_off_ms = said->position - clock_wall_ms();
	fake_present(rig->chime_end);
	rig_finish(rig);
	assert_int_equal(1, rig->irc.order_count);
	assert_int_equal(0, rig_stats(rig, LANE_TO_IRC).expired);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(test_##name, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(oldest_is_dropped),
		TEST(burst_waits_for_the_disk),
		TEST(source_stops_where_that_is_the_policy),
		TEST(bytes_are_bounded),
		TEST(unsaved_lines_are_bounded),
		TEST(disk_in_trouble),
		TEST(new_mapping_in_trouble),
		TEST(too_old_is_set_aside),
		TEST(clock_that_jumps),
		TEST(clock_that_is_ahead),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
