#include "bridge/lane.h"

#include "../support/bridge_rig.h"
#include "../support/log_catch.h"
#include "../support/store_cases.h"
#include "bridge/mapping.h"
#include "util/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void test_readiness_is_said_once(void **state)
{
	struct rig *rig = *state;
	struct end_sink sink = mapping_sink_irc(rig->mapping);

	sink.ready(sink.arg, false, "connecting");
	sink.ready(sink.arg, false, "connecting");
	sink.ready(sink.arg, false, "banned");
	sink.ready(sink.arg, false, NULL);
	assert_int_equal(3, log_catch_count("towards IRC: down"));
	assert_int_equal(3, log_catch_count("mapping m"));
	sink.ready(sink.arg, true, NULL);
	sink.ready(sink.arg, true, NULL);
	assert_int_equal(1, log_catch_count("towards IRC: ready"));
	rig->irc_end->is_ready = true;
}

static void test_an_orderly_stop_is_no_trouble(void **state)
{
	struct rig *rig = *state;

	fake_ready(rig->irc_end, true);
	mapping_drain(rig->mapping);
	fake_ready(rig->irc_end, false);
	assert_int_equal(0, log_catch_count("down"));
	assert_int_equal(0, log_catch_count("warn"));
	assert_int_equal(1, log_catch_count("towards IRC: stopped"));
}

static void test_nothing_goes_out_before_it_is_ready(void **state)
{
	struct rig *rig = *state;

	rig_step(rig, STEP_PRESENT_CHIME);
	fake_say(&rig->chime, "one");
	fake_present(rig->chime_end);
	rig_turns(rig, 3);
	assert_int_equal(0, rig->irc_end->held_count);
	assert_false(rig_stats(rig, LANE_TO_IRC).ready);
	fake_ready(rig->irc_end, true);
	rig_turns(rig, 3);
	assert_int_equal(1, rig->irc_end->held_count);
	assert_true(rig_stats(rig, LANE_TO_IRC).ready);
}

static void test_stats(void **state)
{
	struct rig *rig = *state;

	rig_up(rig);
	assert_int_equal(0, rig_stats(rig, LANE_TO_IRC).oldest_ms);
	fake_say(&rig->chime, "one");
	fake_present(rig->chime_end);
	clock_advance(1500);
	assert_int_equal(1500, rig_stats(rig, LANE_TO_IRC).oldest_ms);
	assert_int_equal(1, rig_stats(rig, LANE_TO_IRC).queued);
	rig_finish(rig);
	assert_int_equal(0, rig_stats(rig, LANE_TO_IRC).oldest_ms);
	assert_int_equal(1, rig_stats(rig, LANE_TO_IRC).relayed);
}

static int64_t durable_cursor(struct rig *rig)
{
	struct store_query query = {
		.kind = STORE_CURSOR, .way = LANE_TO_IRC, .mapping = "m"};
	char dump[64];
	long long position = -1;

	store_dump(rig->store, &query, dump, sizeof(dump));
	return sscanf(dump, "cursor %lld", &position) == 1 ? position : -1;
}

/* The source says again where it stands, when nothing was said for long. */
static void test_position_told_again(void **state)
{
	struct rig *rig = *state;
	struct end_sink sink = mapping_sink_chime(rig->mapping);

	rig_up(rig);
	sink.position(sink.arg, 1060000);
	rig_turns(rig, 2);
	assert_int_equal(1060000, durable_cursor(rig));
	sink.position(sink.arg, 1);
	rig_turns(rig, 2);
	assert_int_equal(1060000, durable_cursor(rig));
}

static void test_position_waits_for_what_is_queued(void **state)
{
	struct rig *rig = *state;
	struct end_sink sink = mapping_sink_chime(rig->mapping);

	rig_up(rig);
	fake_say(&rig->chime, "one");
	fake_present(rig->chime_end);
	sink.position(sink.arg, 1060000);
	rig_turns(rig, 2);
	assert_int_equal(1000000, durable_cursor(rig));
	rig_finish(rig);
	assert_int_equal(1060000, durable_cursor(rig));
}

static void test_position_of_what_has_none(void **state)
{
	struct rig *rig = *state;
	struct end_sink sink = mapping_sink_irc(rig->mapping);
	struct store_query query = {
		.kind = STORE_CURSOR, .way = LANE_TO_CHIME, .mapping = "m"};
	char dump[64];

	sink.position(sink.arg, 5);
	rig_turns(rig, 2);
	store_dump(rig->store, &query, dump, sizeof(dump));
	assert_string_equal("", dump);
}

/* With several under way the cursor stops before the first that is open. */
static void test_cursor_moves_over_the_done_prefix(void **state)
{
	struct rig *rig = *state;
	struct end_sink sink;

	rig_release(rig);
	rig_init(rig, &(struct mapping_params){.window = 3});
	sink = mapping_sink_irc(rig->mapping);
	rig_up(rig);
	for (int i = 0; i < 3; i++) {
		fake_say(&rig->chime, "a");
		fake_present(rig->chime_end);
	}
	rig_turns(rig, 3);
	sink.receipt(sink.arg, &(struct receipt){.ticket = 2,
				       .outcome = RECEIPT_DONE,
				       .complete = true});
	rig_turns(rig, 2);
	assert_int_equal(1000000, durable_cursor(rig));
	assert_int_equal(2, rig_stats(rig, LANE_TO_IRC).queued);
	sink.receipt(sink.arg, &(struct receipt){.ticket = 1,
				       .outcome = RECEIPT_DONE,
				       .complete = true});
	rig_turns(rig, 2);
	assert_int_equal(1000010, durable_cursor(rig));
	assert_int_equal(1, rig_stats(rig, LANE_TO_IRC).queued);
}

static void test_freed_with_work_on_its_way(void **state)
{
	struct rig *rig = *state;

	rig_up(rig);
	fake_say(&rig->irc, "one");
	fake_present(rig->irc_end);
	fake_say(&rig->chime, "one");
	fake_present(rig->chime_end);
	rig_turns(rig, 3);
	rig_step(rig, STEP_ARRIVE_IRC);
	rig_step(rig, STEP_CONFIRM_IRC);
	rig_crash(rig);
	rig_turns(rig, 3);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(test_##name, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(readiness_is_said_once),
		TEST(an_orderly_stop_is_no_trouble),
		TEST(nothing_goes_out_before_it_is_ready),
		TEST(stats),
		TEST(position_told_again),
		TEST(position_waits_for_what_is_queued),
		TEST(position_of_what_has_none),
		TEST(cursor_moves_over_the_done_prefix),
		TEST(freed_with_work_on_its_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
