#include "reconcile/exempt.h"

#include "../support/reconcile_rig.h"
#include "util/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
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

static void test_a_mask_for_many_stays(void **state)
{
	struct reconcile_rig *rig = *state;

	lists(rig, "i1=wide i2=wide", "i1 i2");
	lists(rig, "i1=wide i2=wide", "i2");
	assert_int_equal(0, rig->ends[SIDE_IRC].asked);
	assert_int_equal(1, rig->says);
	assert_non_null(strstr(rig->said, "i1 is not banned in Chime"));
	assert_string_equal("i1", rig->restored);
	assert_int_equal(SIDE_CHIME, rig->restored_side);
	reconcile_rig_crash(rig);
	lists(rig, "i1=wide i2=wide", "i2");
	assert_int_equal(0, rig->ends[SIDE_CHIME].asked);
	/* Another one is another matter. */
	reconcile_rig_mask(rig, "i1", "other");
	reconcile_rig_wait(rig, 800);
	assert_string_equal("set i1", asked(rig, SIDE_CHIME));
}

static void test_what_fits_only_them_is_lifted(void **state)
{
	struct reconcile_rig *rig = *state;

	lists(rig, "i1=wide i2=wide i1=own", "i1 i2");
	lists(rig, "i1=wide i2=wide i1=own", "i2");
	assert_string_equal("lift i1 own", asked(rig, SIDE_IRC));
	reconcile_rig_answer(rig, SIDE_IRC, MIRROR_DONE, NULL);
	reconcile_rig_wait(rig, 800);
	assert_int_equal(1, rig->ends[SIDE_IRC].asked);
	assert_int_equal(0, rig->ends[SIDE_CHIME].asked);
	assert_int_equal(1, rig->says);
}

static int order(struct reconcile_rig *rig, bool is_set, int64_t until_ms)
{
	const struct reconcile_order one = {
		.kind = STANDING_BANNED,
		.is_set = is_set,
		.who = "i1",
		.by = "admin",
		.until_ms = until_ms,
	};
	int code = reconcile_order(rig->reconcile, &one);

	reconcile_rig_wait(rig, 800);
	return code;
}

static void expect_exempt(struct reconcile_rig *rig)
{
	assert_int_equal(0, rig->says);
	assert_string_equal("lift i1", asked(rig, SIDE_CHIME));
	reconcile_rig_answer(rig, SIDE_CHIME, MIRROR_DONE, NULL);
	reconcile_rig_wait(rig, 800);
	assert_non_null(strstr(rig->said, " is not banned in Chime"));
	assert_int_equal(1, rig->says);
	assert_string_equal("i1", rig->restored);
	assert_int_equal(0, rig->ends[SIDE_IRC].asked);
}

/* Lifted by command: in Chime it goes, on IRC the mask stays. */
static void test_ordered_of_many(void **state)
{
	struct reconcile_rig *rig = *state;

	lists(rig, "i1=wide i2=wide", "i1 i2");
	assert_int_equal(0, order(rig, false, 0));
	expect_exempt(rig);
	reconcile_rig_crash(rig);
	lists(rig, "i1=wide i2=wide", "i2");
	assert_int_equal(0, rig->ends[SIDE_CHIME].asked);
	assert_int_equal(0, rig->ends[SIDE_IRC].asked);
	/* And set again. */
	assert_int_equal(0, order(rig, true, 0));
	assert_string_equal("set i1", asked(rig, SIDE_CHIME));
	reconcile_rig_answer(rig, SIDE_CHIME, MIRROR_DONE, NULL);
	reconcile_rig_wait(rig, 800);
	assert_int_equal(0, rig->ends[SIDE_IRC].asked);
}

/* Dead in between: the order goes on. */
static void test_ordered_and_killed(void **state)
{
	struct reconcile_rig *rig = *state;

	lists(rig, "i1=wide i2=wide", "i1 i2");
	assert_int_equal(0, order(rig, false, 0));
	reconcile_rig_crash(rig);
	lists(rig, "i1=wide i2=wide", "i1 i2");
	expect_exempt(rig);
}

static void test_the_time_of_one_of_many_is_up(void **state)
{
	struct reconcile_rig *rig = *state;

	lists(rig, "i1=wide i2=wide", "i1 i2");
	assert_int_equal(0, order(rig, true, clock_wall_ms() + 60000));
	assert_int_equal(0, rig->ends[SIDE_CHIME].asked);
	reconcile_rig_wait(rig, 80000);
	expect_exempt(rig);
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
		TEST(a_mask_for_many_stays),
		TEST(what_fits_only_them_is_lifted),
		TEST(ordered_of_many),
		TEST(ordered_and_killed),
		TEST(the_time_of_one_of_many_is_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
