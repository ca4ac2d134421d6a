#include "reconcile/orders.h"

#include "../support/reconcile_rig.h"
#include "util/clock.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void lists(struct reconcile_rig *rig, const char *irc, const char *chime)
{
	reconcile_rig_list(rig, SIDE_IRC, STANDING_BANNED, irc);
	reconcile_rig_list(rig, SIDE_CHIME, STANDING_BANNED, chime);
	reconcile_rig_wait(rig, 800);
}

static const char *asked(struct reconcile_rig *rig, enum reconcile_side side)
{
	return reconcile_rig_asked(rig, side);
}

static int order(
	struct reconcile_rig *rig, const char *who, bool is_set, int64_t for_ms)
{
	struct reconcile_order one = {
		.kind = STANDING_BANNED,
		.is_set = is_set,
		.who = who,
		.by = "admin",
		.until_ms = for_ms ? clock_wall_ms() + for_ms : 0,
	};
	int code = reconcile_order(rig->reconcile, &one);

	reconcile_rig_wait(rig, 80);
	return code;
}

static void both_do(struct reconcile_rig *rig, const char *what)
{
	char with_rule[32];

	snprintf(with_rule, sizeof(with_rule), "%s m", what);
	assert_true(strcmp(asked(rig, SIDE_IRC), what) == 0 ||
		    strcmp(asked(rig, SIDE_IRC), with_rule) == 0);
	reconcile_rig_answer(rig, SIDE_IRC, MIRROR_DONE, "m");
	reconcile_rig_wait(rig, 80);
	assert_string_equal(what, asked(rig, SIDE_CHIME));
	reconcile_rig_answer(rig, SIDE_CHIME, MIRROR_DONE, NULL);
	reconcile_rig_wait(rig, 800);
}

static void test_both_sides_are_told(void **state)
{
	struct reconcile_rig *rig = *state;

	lists(rig, "", "");
	assert_int_equal(-ENOENT, order(rig, "nobody", true, 0));
	assert_int_equal(-ENOTUNIQ, order(rig, "two", true, 0));
	assert_int_equal(-EALREADY, order(rig, "one", false, 0));
	assert_int_equal(0, order(rig, "one", true, 0));
	assert_string_equal("admin", rig->ends[SIDE_IRC].calls[0].by);
	both_do(rig, "set i1");
	assert_int_equal(-EALREADY, order(rig, "i1", true, 0));
	assert_int_equal(0, order(rig, "i1", false, 0));
	both_do(rig, "lift i1");
	assert_int_equal(2, rig->ends[SIDE_IRC].asked);
	assert_int_equal(2, rig->ends[SIDE_CHIME].asked);
}

static void test_the_time_is_up(void **state)
{
	struct reconcile_rig *rig = *state;

	lists(rig, "", "");
	assert_int_equal(0, order(rig, "i1", true, 60 * 60 * 1000));
	both_do(rig, "set i1");
	reconcile_rig_wait(rig, 50 * 60 * 1000);
	assert_int_equal(1, rig->ends[SIDE_IRC].asked);
	reconcile_rig_wait(rig, 11 * 60 * 1000);
	reconcile_rig_wait(rig, 800);
	both_do(rig, "lift i1");
}

static void test_the_time_was_up_while_we_were_away(void **state)
{
	struct reconcile_rig *rig = *state;

	lists(rig, "", "");
	assert_int_equal(0, order(rig, "i1", true, 60 * 60 * 1000));
	both_do(rig, "set i1");
	reconcile_free(rig->reconcile);
	rig->reconcile = NULL;
	clock_advance(2 * 60 * 60 * 1000);
	reconcile_rig_crash(rig);
	lists(rig, "i1=m", "i1");
	both_do(rig, "lift i1");
	assert_int_equal(1, rig->restores);
}

static void test_a_side_that_cannot_is_left_out(void **state)
{
	struct reconcile_rig *rig = *state;

	lists(rig, "", "");
	reconcile_on_right(rig->reconcile, SIDE_IRC, RIGHT_BANS, false, "no");
	assert_int_equal(0, order(rig, "i1", true, 0));
	assert_string_equal("set i1", asked(rig, SIDE_CHIME));
	reconcile_rig_answer(rig, SIDE_CHIME, MIRROR_DONE, NULL);
	reconcile_rig_wait(rig, 800);
	assert_int_equal(0, rig->ends[SIDE_IRC].asked);
	reconcile_on_right(rig->reconcile, SIDE_IRC, RIGHT_BANS, true, NULL);
	reconcile_rig_wait(rig, 800);
	assert_string_equal("set i1", asked(rig, SIDE_IRC));
	assert_int_equal(1, rig->ends[SIDE_CHIME].asked);
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
		TEST(both_sides_are_told),
		TEST(the_time_is_up),
		TEST(the_time_was_up_while_we_were_away),
		TEST(a_side_that_cannot_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
