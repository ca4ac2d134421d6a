#include "bridge/confirmed.h"

#include "../support/bridge_rig.h"
#include "bridge/lane.h"
#include "util/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { MAX_AGE_MS = 60000 };

static int setup(void **state)
{
	static struct rig rig;

	rig_init(&rig, &(struct mapping_params){
			       .window = 3, .queue.max_age_ms = MAX_AGE_MS});
	*state = &rig;
	return 0;
}

static int teardown(void **state)
{
	rig_release(*state);
	return 0;
}

static void say(struct rig *rig, int count)
{
	while (count-- > 0) {
		fake_say(&rig->chime, "text");
		fake_present(rig->chime_end);
	}
	rig_turns(rig, 3);
}

static void arrive(struct rig *rig)
{
	rig_step(rig, STEP_ARRIVE_IRC);
	rig_step(rig, STEP_CONFIRM_IRC);
}

/* The last sync comes after all else. */
static void finish(struct rig *rig)
{
	rig_finish(rig);
	rig_turns(rig, 3);
}

static void assert_told(const struct rig *rig, unsigned times, bool is_open)
{
	assert_int_equal(times, rig->chime_end->confirmed);
	assert_int_equal(is_open, rig->chime_end->is_unconfirmed);
}

static void test_nothing_was_said(void **state)
{
	struct rig *rig = *state;

	rig_up(rig);
	rig_turns(rig, 5);
	assert_told(rig, 0, false);
}

static void test_only_what_is_durable(void **state)
{
	struct rig *rig = *state;

	rig_up(rig);
	say(rig, 1);
	assert_told(rig, 0, true);
	rig_step(rig, STEP_HOLD);
	arrive(rig);
	rig_turns(rig, 5);
	assert_told(rig, 0, true);
	rig_step(rig, STEP_UNHOLD);
	rig_turns(rig, 5);
	assert_told(rig, 1, false);
}

static void test_only_when_nothing_is_left(void **state)
{
	struct rig *rig = *state;

	rig_up(rig);
	say(rig, 3);
	for (int i = 0; i < 2; i++) {
		arrive(rig);
		rig_turns(rig, 5);
		assert_told(rig, 0, true);
	}
	arrive(rig);
	rig_turns(rig, 5);
	assert_told(rig, 1, false);
	say(rig, 1);
	assert_told(rig, 1, true);
	finish(rig);
	assert_told(rig, 2, false);
}

/* Something new comes while the disk is waited for. */
static void test_what_comes_meanwhile(void **state)
{
	struct rig *rig = *state;
	int turns = 0;

	rig_up(rig);
	say(rig, 1);
	arrive(rig);
	while (rig_stats(rig, LANE_TO_IRC).queued > 0 && turns++ < 10)
		rig_turns(rig, 1);
	/* Asked for, but not yet there. */
	rig_step(rig, STEP_HOLD);
	say(rig, 1);
	rig_step(rig, STEP_UNHOLD);
	rig_turns(rig, 5);
	assert_true(rig->chime_end->is_unconfirmed);
	finish(rig);
	assert_false(rig->chime_end->is_unconfirmed);
}

static void test_not_while_it_is_down(void **state)
{
	struct rig *rig = *state;

	rig_up(rig);
	fake_ready(rig->irc_end, false);
	say(rig, 2);
	clock_advance(MAX_AGE_MS / 2);
	rig_turns(rig, 5);
	assert_told(rig, 0, true);
	finish(rig);
	assert_told(rig, 1, false);
}

/* Nobody waits for the records of what is too old. */
static void test_too_old(void **state)
{
	struct rig *rig = *state;

	rig_up(rig);
	fake_ready(rig->irc_end, false);
	say(rig, 2);
	clock_advance(MAX_AGE_MS + 1);
	rig_step(rig, STEP_HOLD);
	fake_ready(rig->irc_end, true);
	rig_turns(rig, 5);
	assert_int_equal(2, rig_stats(rig, LANE_TO_IRC).expired);
	assert_told(rig, 0, true);
	rig_step(rig, STEP_UNHOLD);
	rig_turns(rig, 5);
	assert_told(rig, 1, false);
}

/* What is not relayed changes nothing. */
static void test_echoes(void **state)
{
	struct rig *rig = *state;

	rig_up(rig);
	rig_step(rig, STEP_SAY_ECHO);
	finish(rig);
	assert_told(rig, 0, false);
}

static void test_an_end_that_does_not_care(void **state)
{
	struct rig *rig = *state;

	rig->chime_end->ops.confirmed = NULL;
	rig_up(rig);
	say(rig, 1);
	finish(rig);
	assert_told(rig, 0, false);
	assert_int_equal(1, rig_stats(rig, LANE_TO_IRC).relayed);
}

static void test_freed_while_it_is_asked(void **state)
{
	struct rig *rig = *state;

	rig_up(rig);
	say(rig, 1);
	arrive(rig);
	for (int turn = 0; rig_stats(rig, LANE_TO_IRC).queued > 0; turn++) {
		assert_true(turn < 10);
		rig_turns(rig, 1);
	}
	rig_crash(rig);
	rig_turns(rig, 5);
	assert_told(rig, 0, false);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_was_said),
		TEST(only_what_is_durable),
		TEST(only_when_nothing_is_left),
		TEST(what_comes_meanwhile),
		TEST(not_while_it_is_down),
		TEST(too_old),
		TEST(echoes),
		TEST(an_end_that_does_not_care),
		TEST(freed_while_it_is_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
