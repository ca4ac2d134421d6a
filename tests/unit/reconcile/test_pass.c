#include "reconcile/pass.h"

#include "../support/reconcile_rig.h"
#include "util/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_news_is_gathered(void **state)
{
	struct reconcile_rig *rig = *state;

	reconcile_rig_list(rig, SIDE_IRC, STANDING_BANNED, "");
	reconcile_rig_list(rig, SIDE_CHIME, STANDING_BANNED, "");
	reconcile_rig_wait(rig, 800);
	/* Set and taken back at once: nothing has happened. */
	reconcile_rig_mask(rig, "i1", "a");
	clock_advance(PASS_MS / 2);
	loop_turn(rig->loop, 0);
	reconcile_rig_unmask(rig, "a");
	reconcile_rig_wait(rig, 800);
	assert_int_equal(0, rig->ends[SIDE_CHIME].asked);
}

static void test_much_news_does_not_put_it_off(void **state)
{
	struct reconcile_rig *rig = *state;

	reconcile_rig_list(rig, SIDE_IRC, STANDING_BANNED, "i1=a");
	reconcile_rig_list(rig, SIDE_CHIME, STANDING_BANNED, "");
	for (int i = 0; i < 2 * PASS_MAX_MS / 100; i++) {
		clock_advance(100);
		loop_turn(rig->loop, 0);
		reconcile_rig_mask(rig, "i2", i % 2 ? "b" : "c");
	}
	loop_turn(rig->loop, 0);
	assert_true(rig->ends[SIDE_CHIME].asked > 0);
}

static void test_a_list_that_does_not_end(void **state)
{
	struct reconcile_rig *rig = *state;
	struct standing_list list = {
		.kind = STANDING_BANNED,
		.state = ROSTER_BEGINS,
	};

	reconcile_rig_list(rig, SIDE_IRC, STANDING_BANNED, "i1=a");
	reconcile_rig_list(rig, SIDE_CHIME, STANDING_BANNED, "");
	reconcile_on_standings(rig->reconcile, SIDE_CHIME, &list);
	reconcile_rig_wait(rig, 8000);
	assert_int_equal(0, rig->ends[SIDE_CHIME].asked);
	for (int i = 0; i < 20; i++)
		reconcile_rig_wait(rig, 8000);
	assert_int_equal(1, rig->ends[SIDE_CHIME].asked);
}

static void test_moderators_who_are_not_there_are_not_known(void **state)
{
	struct reconcile_rig *rig = *state;
	struct person person = {.id = "i1", .name = "i1"};
	struct standing standing = {
		.kind = STANDING_MODERATOR,
		.person = &person,
		.is_native = true,
	};
	struct standing_list list = {
		.kind = STANDING_MODERATOR,
		.state = ROSTER_BEGINS,
	};

	reconcile_rig_list(rig, SIDE_CHIME, STANDING_MODERATOR, "i1 i2");
	reconcile_on_standings(rig->reconcile, SIDE_IRC, &list);
	reconcile_rig_tell(rig, SIDE_IRC, &standing);
	list.state = ROSTER_COMPLETE;
	reconcile_on_standings(rig->reconcile, SIDE_IRC, &list);
	reconcile_rig_wait(rig, 800);
	assert_int_equal(1, rig->ends[SIDE_IRC].count);
	assert_string_equal("set i1", reconcile_rig_asked(rig, SIDE_IRC));
	assert_int_equal(0, rig->ends[SIDE_CHIME].asked);
}

/* After a split the server ops them, or services do when they come. */
static void test_what_nobody_did_is_not_carried_over(void **state)
{
	struct reconcile_rig *rig = *state;
	struct person person = {.id = "i1", .name = "i1"};
	struct standing standing = {
		.kind = STANDING_MODERATOR,
		.person = &person,
		.is_native = true,
		.is_set = true,
		.is_automatic = true,
	};

	reconcile_rig_list(rig, SIDE_IRC, STANDING_MODERATOR, "");
	reconcile_rig_list(rig, SIDE_CHIME, STANDING_MODERATOR, "");
	reconcile_rig_tell(rig, SIDE_IRC, &standing);
	reconcile_rig_wait(rig, 800);
	assert_int_equal(0, rig->ends[SIDE_CHIME].asked);
	standing.is_automatic = false;
	standing.is_set = false;
	reconcile_rig_tell(rig, SIDE_IRC, &standing);
	standing.is_set = true;
	reconcile_rig_tell(rig, SIDE_IRC, &standing);
	reconcile_rig_wait(rig, 800);
	assert_string_equal("set i1", reconcile_rig_asked(rig, SIDE_CHIME));
}

static int setup(void **state)
{
	struct reconcile_rig *rig = calloc(1, sizeof(*rig));

	assert_non_null(rig);
	reconcile_rig_init(rig);
	*state = rig;
	return 0;
}

static int teardown(void **state)
{
	reconcile_rig_release(*state);
	free(*state);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(news_is_gathered),
		TEST(much_news_does_not_put_it_off),
		TEST(a_list_that_does_not_end),
		TEST(moderators_who_are_not_there_are_not_known),
		TEST(what_nobody_did_is_not_carried_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
