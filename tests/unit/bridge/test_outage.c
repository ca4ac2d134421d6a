#include "bridge/outage.h"

#include "../support/bridge_rig.h"
#include "bridge/mapping.h"
#include "util/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* The clocks stand at 1970-01-01 00:16:40. */

static void expect_notes(struct fake_world *world, const char *text)
{
	assert_string_equal(text, world->notes);
	world->notes[0] = '\0';
}

static void pass(struct rig *rig, int64_t ms)
{
	clock_advance(ms);
	rig_turns(rig, 3);
}

static void say_chime(struct rig *rig, int count)
{
	for (int i = 0; i < count; i++) {
		fake_say(&rig->chime, "text");
		fake_present(rig->chime_end);
	}
	rig_turns(rig, 3);
}

static void test_span(void **state)
{
	char text[OUTAGE_SPAN_BYTES];
	int64_t day_ms = 24 * 3600 * 1000;

	(void)state;
	outage_span(14 * 3600000 + 2 * 60000, 14 * 3600000 + 9 * 60000, text);
	assert_string_equal("14:02\xe2\x80\x93"
			    "14:09 UTC",
		text);
	outage_span(day_ms - 60000, day_ms, text);
	assert_string_equal("1970-01-01 23:59\xe2\x80\x93"
			    "1970-01-02 00:00 UTC",
		text);
	outage_span(0, 366 * day_ms, text);
	assert_string_equal("1970-01-01 00:00\xe2\x80\x93"
			    "1971-01-02 00:00 UTC",
		text);
}

static void test_link_was_down(void **state)
{
	struct rig *rig = *state;

	rig_up(rig);
	fake_ready(rig->irc_end, false);
	say_chime(rig, 3);
	pass(rig, 7 * 60000);
	expect_notes(&rig->irc, "");
	fake_ready(rig->irc_end, true);
	expect_notes(&rig->irc, "bridge was down 00:16\xe2\x80\x93"
				"00:23 UTC, 3 messages follow\n");
	rig_finish(rig);
	expect_notes(&rig->irc, "");
	assert_int_equal(3, rig->irc.order_count);
}

static void test_short_and_silent_ones_are_not_told(void **state)
{
	struct rig *rig = *state;

	rig_up(rig);
	fake_ready(rig->irc_end, false);
	say_chime(rig, 1);
	pass(rig, OUTAGE_MIN_MS - 1);
	fake_ready(rig->irc_end, true);
	rig_finish(rig);
	expect_notes(&rig->irc, "");
	fake_ready(rig->irc_end, false);
	pass(rig, 3600000);
	fake_ready(rig->irc_end, true);
	pass(rig, 10000);
	/* Said after it. */
	rig->chime.messages[rig->chime.count].position = 0;
	rig->chime.step_ms = clock_wall_ms();
	say_chime(rig, 1);
	pass(rig, 10000);
	rig_finish(rig);
	expect_notes(&rig->irc, "");
}

static void test_full_queue_is_not_the_number(void **state)
{
	struct rig *rig = *state;

	rig_up(rig);
	fake_ready(rig->irc_end, false);
	rig->chime.step_ms = 1;
	say_chime(rig, LANE_QUEUE_MAX + 1);
	pass(rig, OUTAGE_MIN_MS);
	fake_ready(rig->irc_end, true);
	expect_notes(&rig->irc, "bridge was down 00:16\xe2\x80\x93"
				"00:17 UTC, 200 or "
				"more messages follow\n");
}

/* Known only when the source has presented it. */
static void test_process_was_down(void **state)
{
	struct rig *rig = *state;

	rig_up(rig);
	pass(rig, 30000);
	for (int i = 0; i < 3; i++)
		fake_say(&rig->chime, "text");
	clock_advance(120000);
	rig_crash(rig);
	fake_ready(rig->irc_end, true);
	rig_turns(rig, 3);
	for (int i = 0; i < 3; i++)
		fake_present(rig->chime_end);
	rig_turns(rig, 3);
	expect_notes(&rig->irc, "");
	assert_int_equal(0, rig->irc_end->held_count);
	pass(rig, OUTAGE_GATHER_MS);
	expect_notes(&rig->irc, "bridge was down 00:17\xe2\x80\x93"
				"00:19 UTC, 3 messages follow\n");
	assert_int_equal(1, rig->irc_end->held_count);
	rig_finish(rig);
	rig_check(rig);
	expect_notes(&rig->irc, "");
}

/* A mapping that comes later was not down. */
static void test_new_mapping(void **state)
{
	struct rig *rig = *state;
	struct mapping *mapping;
	int error = 0;

	rig_up(rig);
	pass(rig, 30000);
	rig_crash(rig);
	pass(rig, 100000);
	mapping = bridge_add(
		rig->bridge, &(struct mapping_params){.name = "later"}, &error);
	assert_non_null(mapping);
	assert_int_equal(0, mapping->to_irc->params.died_ms);
	assert_int_not_equal(0, rig->mapping->to_irc->params.died_ms);
}

static void gap(
	struct rig *rig, int64_t from_ms, int64_t to_ms, bool is_recovered)
{
	struct end_sink sink = mapping_sink_irc(rig->mapping);

	sink.gap(sink.arg, from_ms, to_ms, is_recovered);
}

static void test_gap_of_the_source(void **state)
{
	struct rig *rig = *state;

	rig_up(rig);
	gap(rig, 1000000, 1059999, false); /* too short */
	expect_notes(&rig->chime, "");
	gap(rig, 1000000, 1060000, false);
	expect_notes(&rig->chime, "bridge could not hear IRC 00:16\xe2\x80\x93"
				  "00:17 UTC, what was said "
				  "there meanwhile is not known here\n");
	gap(rig, 1000000, 1060000, true); /* nothing was said */
	expect_notes(&rig->chime, "");
	expect_notes(&rig->irc, "");
}

/* One that a reload has changed ends and begins anew: it has listened. */
static void test_gap_of_a_mapping_that_begins_anew(void **state)
{
	struct rig *rig = *state;
	struct mapping_params params = {.name = rig->params.name};
	int error = 0;

	rig_up(rig);
	pass(rig, 100000);
	bridge_remove(rig->bridge, rig->mapping);
	rig->mapping = bridge_add(rig->bridge, &params, &error);
	assert_non_null(rig->mapping);
	gap(rig, 1000000, 1100000, false);
	assert_null(rig->mapping->to_chime->outage.gap);
	gap(rig, 1000000, 1160000, false);
	assert_non_null(strstr(rig->mapping->to_chime->outage.gap, "00:18"));
	/* Nobody was silent towards the side that is asked again. */
	assert_int_equal(0, rig->mapping->to_irc->params.died_ms);
	/* This one never listened. */
	bridge_remove(rig->bridge, rig->mapping);
	rig->mapping = bridge_add(rig->bridge, &params, &error);
	assert_int_equal(0, rig->mapping->to_chime->params.died_ms);
}

static void test_recovered_gap_has_a_number(void **state)
{
	struct rig *rig = *state;

	rig_up(rig);
	clock_advance(120000);
	for (int i = 0; i < 2; i++) {
		fake_say(&rig->irc, "old");
		fake_present(rig->irc_end);
	}
	gap(rig, 1000000, 1120000, true);
	expect_notes(&rig->chime, "bridge could not hear IRC "
				  "00:16\xe2\x80\x93"
				  "00:18 UTC, 2 messages of it "
				  "come late\n");
	gap(rig, 1000000, 1120000, true);
	expect_notes(&rig->chime, "");
}

static void test_gap_waits_for_the_room(void **state)
{
	struct rig *rig = *state;

	gap(rig, 1000000, 1060000, false);
	expect_notes(&rig->chime, "");
	rig_up(rig);
	assert_non_null(strstr(rig->chime.notes, "could not hear IRC"));
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(test_##name, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(span),
		TEST(link_was_down),
		TEST(short_and_silent_ones_are_not_told),
		TEST(full_queue_is_not_the_number),
		TEST(process_was_down),
		TEST(new_mapping),
		TEST(gap_of_the_source),
		TEST(gap_of_a_mapping_that_begins_anew),
		TEST(recovered_gap_has_a_number),
		TEST(gap_waits_for_the_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
