#include "bridge/pause.h"

#include "../support/bridge_rig.h"
#include "store/memory.h"
#include "util/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const int64_t AGE_MS = 30LL * 24 * 60 * 60 * 1000;

static int setup(void **state)
{
	static struct rig rig;

	rig_init(&rig, &(struct mapping_params){
			       .window = 1,
			       .queue = {.max_lines = 20, .max_age_ms = AGE_MS},
		       });
	rig.irc.step_ms = 1;
	rig_up(&rig);
	*state = &rig;
	return 0;
}

static int teardown(void **state)
{
	rig_release(*state);
	return 0;
}

static void test_is_a_fact(void **state)
{
	struct loop *loop = loop_new();
	struct store *store = store_memory_new(loop);
	struct pause pause;
	struct pause other;

	(void)state;
	assert_int_equal(0, pause_init(&pause, store, "one"));
	assert_false(pause_is_on(&pause));
	assert_false(pause_set(&pause, false, "ann"));
	assert_true(pause_set(&pause, true, "ann"));
	assert_false(pause_set(&pause, true, "bob"));
	for (int i = 0; i < 5; i++)
		loop_turn(loop, 0);
	assert_int_equal(0, pause_init(&other, store, "two"));
	assert_false(pause_is_on(&other));
	pause_release(&other);
	assert_int_equal(0, pause_init(&other, store, "one"));
	assert_true(pause_is_on(&other));
	assert_string_equal("ann", other.who);
	assert_true(pause_set(&other, false, NULL));
	for (int i = 0; i < 5; i++)
		loop_turn(loop, 0);
	pause_release(&other);
	assert_int_equal(0, pause_init(&other, store, "one"));
	assert_false(pause_is_on(&other));
	assert_true(pause_set(&other, true, NULL));
	assert_string_equal("somebody", other.who);
	pause_forget(store, "one");
	for (int i = 0; i < 5; i++)
		loop_turn(loop, 0);
	pause_release(&other);
	assert_int_equal(0, pause_init(&other, store, "one"));
	assert_false(pause_is_on(&other));
	pause_release(&other);
	pause_release(&pause);
	store_close(store);
	loop_free(loop);
}

/* Takes every step but one that would wait. */
static void take_turns(struct rig *rig)
{
	static const enum rig_step round[] = {STEP_PRESENT_CHIME,
		STEP_PRESENT_IRC, STEP_ARRIVE_IRC, STEP_CONFIRM_IRC,
		STEP_ARRIVE_CHIME, STEP_CONFIRM_CHIME, STEP_TURN};

	for (int i = 0; i < 50; i++)
		for (size_t s = 0; s < ARRAY_LEN(round); s++)
			rig_step(rig, round[s]);
}

static void test_nothing_is_delivered_either_way(void **state)
{
	struct rig *rig = *state;

	mapping_pause(rig->mapping, true, "ann");
	assert_true(mapping_is_paused(rig->mapping));
	fake_say(&rig->chime, "to irc");
	fake_say(&rig->irc, "to chime");
	take_turns(rig);
	assert_int_equal(0, rig->irc.order_count + rig->chime.order_count);
	assert_int_equal(1, rig_stats(rig, LANE_TO_IRC).queued);
	assert_int_equal(1, rig_stats(rig, LANE_TO_CHIME).queued);
	mapping_pause(rig->mapping, false, "ann");
	take_turns(rig);
	assert_int_equal(1, rig->irc.order_count);
	assert_int_equal(1, rig->chime.order_count);
	rig_finish(rig);
	rig_check(rig);
}

static void test_outlives_a_restart(void **state)
{
	struct rig *rig = *state;

	mapping_pause(rig->mapping, true, "ann");
	fake_say(&rig->irc, "to chime");
	fake_say(&rig->chime, "to irc");
	take_turns(rig);
	rig_crash(rig);
	rig_up(rig);
	take_turns(rig);
	assert_true(mapping_is_paused(rig->mapping));
	assert_int_equal(0, rig->irc.order_count + rig->chime.order_count);
	mapping_pause(rig->mapping, false, "ann");
	rig_finish(rig);
	rig_check(rig);
	assert_int_equal(0, rig_stats(rig, LANE_TO_IRC).in_doubt);
	rig_crash(rig);
	assert_false(mapping_is_paused(rig->mapping));
}

/* What was written down as about to be sent is not in doubt for that. */
static void test_an_intent_is_taken_back(void **state)
{
	struct rig *rig = *state;

	rig_step(rig, STEP_HOLD);
	fake_say(&rig->chime, "to irc");
	rig_step(rig, STEP_PRESENT_CHIME);
	mapping_pause(rig->mapping, true, "ann");
	rig_step(rig, STEP_UNHOLD);
	take_turns(rig);
	assert_int_equal(0, rig->irc.order_count);
	rig_crash(rig);
	rig_up(rig);
	take_turns(rig);
	assert_int_equal(0, rig_stats(rig, LANE_TO_IRC).in_doubt);
	mapping_pause(rig->mapping, false, "ann");
	rig_finish(rig);
	rig_check(rig);
	assert_int_equal(0, rig_stats(rig, LANE_TO_IRC).in_doubt);
}

static void test_what_is_full_drops(void **state)
{
	struct rig *rig = *state;

	mapping_pause(rig->mapping, true, "ann");
	for (int i = 0; i < 30; i++)
		rig_step(rig, STEP_SAY_IRC);
	take_turns(rig);
	assert_int_equal(20, rig_stats(rig, LANE_TO_CHIME).queued);
	assert_int_equal(10, rig_stats(rig, LANE_TO_CHIME).dropped);
	mapping_pause(rig->mapping, false, "ann");
	rig_step(rig, STEP_TURN);
	take_turns(rig);
	assert_int_equal(20, rig->chime.order_count);
}

static void test_the_source_waits(void **state)
{
	struct rig *rig = *state;

	mapping_pause(rig->mapping, true, "ann");
	for (int i = 0; i < 250; i++)
		rig_step(rig, STEP_SAY_CHIME);
	for (int i = 0; i < 250; i++)
		rig_step(rig, STEP_PRESENT_CHIME);
	assert_true(rig_stats(rig, LANE_TO_IRC).is_waiting);
	mapping_pause(rig->mapping, false, "ann");
	rig_finish(rig);
	rig_check(rig);
	assert_int_equal(250, rig->irc.order_count);
}

static void test_what_is_too_old_then_is_set_aside(void **state)
{
	struct rig *rig = *state;

	mapping_pause(rig->mapping, true, "ann");
	fake_say(&rig->irc, "old");
	take_turns(rig);
	clock_advance(AGE_MS + 1);
	rig_step(rig, STEP_TURN);
	mapping_pause(rig->mapping, false, "ann");
	take_turns(rig);
	assert_int_equal(1, rig_stats(rig, LANE_TO_CHIME).expired);
	assert_int_equal(0, rig->chime.order_count);
}

static void set_flag(void *arg)
{
	*(bool *)arg = true;
}

static void test_does_not_hold_up_the_end(void **state)
{
	struct rig *rig = *state;
	bool is_drained = false;

	mapping_pause(rig->mapping, true, "ann");
	fake_say(&rig->irc, "to chime");
	take_turns(rig);
	bridge_drain(rig->bridge, 100000, set_flag, &is_drained);
	rig_turns(rig, 3);
	assert_true(is_drained);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_is_a_fact),
		TEST(nothing_is_delivered_either_way),
		TEST(outlives_a_restart),
		TEST(an_intent_is_taken_back),
		TEST(what_is_full_drops),
		TEST(the_source_waits),
		TEST(what_is_too_old_then_is_set_aside),
		TEST(does_not_hold_up_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
