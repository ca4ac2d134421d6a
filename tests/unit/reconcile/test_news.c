#include "reconcile/news.h"

#include "../support/reconcile_rig.h"

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

static void test_nothing_before_both_are_known(void **state)
{
	struct reconcile_rig *rig = *state;

	reconcile_rig_list(rig, SIDE_IRC, STANDING_BANNED, "i1=a");
	reconcile_rig_wait(rig, 8000);
	assert_int_equal(0, rig->ends[SIDE_CHIME].asked);
	reconcile_rig_list(rig, SIDE_CHIME, STANDING_BANNED, "c1");
	reconcile_rig_wait(rig, 800);
	assert_string_equal("set i1", asked(rig, SIDE_CHIME));
	assert_string_equal("set c1", asked(rig, SIDE_IRC));
	assert_true(rig->ends[SIDE_CHIME].calls[0].is_native == false);
	assert_string_equal("oper", rig->ends[SIDE_CHIME].calls[0].by);
}

static void test_a_mask_gone_lifts_those_it_fitted(void **state)
{
	struct reconcile_rig *rig = *state;

	lists(rig, "i1=a i2=a i2=b", "i1 i2");
	assert_int_equal(0, rig->ends[SIDE_CHIME].asked);
	reconcile_rig_unmask(rig, "a");
	reconcile_rig_wait(rig, 800);
	assert_int_equal(1, rig->ends[SIDE_CHIME].count);
	assert_string_equal("lift i1", asked(rig, SIDE_CHIME));
}

/* Whoever did the last thing is not said to have done this too. */
static void test_who_did_it_is_not_known(void **state)
{
	struct reconcile_rig *rig = *state;
	const struct standing banned = {
		.kind = STANDING_BANNED,
		.is_set = true,
		.person = &(struct person){.id = "i1", .name = "i1"},
	};

	lists(rig, "", "");
	reconcile_rig_mask(rig, "i1", "a");
	reconcile_rig_wait(rig, 800);
	assert_string_equal("oper", rig->ends[SIDE_CHIME].calls[0].by);
	reconcile_rig_answer(rig, SIDE_CHIME, MIRROR_DONE, NULL);
	reconcile_rig_unmask(rig, "a");
	reconcile_rig_wait(rig, 800);
	reconcile_rig_answer(rig, SIDE_CHIME, MIRROR_DONE, NULL);
	reconcile_rig_wait(rig, 800);
	reconcile_rig_tell(rig, SIDE_CHIME, &banned);
	reconcile_rig_wait(rig, 800);
	assert_string_equal("set i1", asked(rig, SIDE_IRC));
	assert_string_equal("", rig->ends[SIDE_IRC].calls[0].by);
}

/* Somebody who is not known on IRC now is still banned by the mask. */
static void test_a_mask_that_is_still_there_still_fits(void **state)
{
	struct reconcile_rig *rig = *state;

	lists(rig, "i1=a", "i1");
	reconcile_rig_crash(rig);
	lists(rig, "=a", "i1");
	assert_int_equal(0, rig->ends[SIDE_CHIME].asked);
	reconcile_rig_crash(rig);
	lists(rig, "=b", "i1");
	assert_string_equal("lift i1", asked(rig, SIDE_CHIME));
}

/* But not somebody who is told to be excepted from it. */
static void test_a_mask_that_holds_no_more(void **state)
{
	struct reconcile_rig *rig = *state;
	const struct standing_list begins = {
		.kind = STANDING_BANNED,
		.state = ROSTER_BEGINS,
	};
	const struct standing_list complete = {
		.kind = STANDING_BANNED,
		.state = ROSTER_COMPLETE,
		.is_whole = true,
	};
	const struct person person = {.id = "i1", .name = "i1"};
	const struct standing rule = {.is_set = true, .rule = "a"};
	const struct standing off = {
		.person = &person,
		.is_native = true,
		.rule = "a",
	};

	lists(rig, "i1=a i2=a", "i1 i2");
	reconcile_rig_crash(rig);
	reconcile_on_standings(rig->reconcile, SIDE_IRC, &begins);
	reconcile_on_standing(rig->reconcile, SIDE_IRC, &rule);
	reconcile_on_standing(rig->reconcile, SIDE_IRC, &off);
	reconcile_on_standings(rig->reconcile, SIDE_IRC, &complete);
	reconcile_rig_list(rig, SIDE_CHIME, STANDING_BANNED, "i1 i2");
	reconcile_rig_wait(rig, 800);
	assert_int_equal(1, rig->ends[SIDE_CHIME].asked);
	assert_string_equal("lift i1", asked(rig, SIDE_CHIME));
	assert_int_equal(0, rig->ends[SIDE_IRC].asked);
}

static void test_unknown_is_not_off(void **state)
{
	struct reconcile_rig *rig = *state;
	struct standing_list gone = {
		.kind = STANDING_BANNED,
		.state = ROSTER_UNKNOWN,
	};

	lists(rig, "i1=a", "i1");
	reconcile_on_standings(rig->reconcile, SIDE_IRC, &gone);
	reconcile_rig_list(rig, SIDE_CHIME, STANDING_BANNED, "");
	reconcile_rig_wait(rig, 800);
	assert_int_equal(0, rig->ends[SIDE_IRC].asked);
	assert_int_equal(0, rig->ends[SIDE_CHIME].asked);
	reconcile_rig_list(rig, SIDE_IRC, STANDING_BANNED, "i1=a");
	reconcile_rig_wait(rig, 800);
	assert_string_equal("lift i1 a", asked(rig, SIDE_IRC));
}

static void test_what_the_list_is_too_old_for(void **state)
{
	struct reconcile_rig *rig = *state;
	struct standing_list list = {
		.kind = STANDING_BANNED,
		.is_whole = true,
	};

	lists(rig, "i1=a", "");
	list.state = ROSTER_BEGINS;
	reconcile_on_standings(rig->reconcile, SIDE_CHIME, &list);
	reconcile_rig_answer(rig, SIDE_CHIME, MIRROR_DONE, NULL);
	list.state = ROSTER_COMPLETE;
	reconcile_on_standings(rig->reconcile, SIDE_CHIME, &list);
	reconcile_rig_wait(rig, 800);
	assert_int_equal(0, rig->ends[SIDE_IRC].asked);
	lists(rig, "i1=a", "");
	assert_string_equal("lift i1 a", asked(rig, SIDE_IRC));
}

/* Ours fitted somebody else too, who is banned in Chime as well. */
static void test_what_we_lift_is_set_for_others_again(void **state)
{
	struct reconcile_rig *rig = *state;

	lists(rig, "", "i1");
	assert_string_equal("set i1", asked(rig, SIDE_IRC));
	reconcile_rig_answer(rig, SIDE_IRC, MIRROR_DONE, "host");
	lists(rig, "i1=host i2=host", "i1 i2");
	lists(rig, "i1=host i2=host", "i2");
	assert_string_equal("lift i1 host", asked(rig, SIDE_IRC));
	reconcile_rig_answer(rig, SIDE_IRC, MIRROR_DONE, "host");
	reconcile_rig_wait(rig, 800);
	assert_string_equal("set i2", asked(rig, SIDE_IRC));
	assert_int_equal(0, rig->ends[SIDE_CHIME].asked);
}

/* The list says that it was set by somebody whom we do not know for ourselves:
 * that was our nick then. */
static void test_whom_ours_fits_too_are_not_banned(void **state)
{
	struct reconcile_rig *rig = *state;

	lists(rig, "", "i1");
	assert_string_equal("set i1", asked(rig, SIDE_IRC));
	reconcile_rig_answer(rig, SIDE_IRC, MIRROR_DONE, "host");
	lists(rig, "i1=host i2=host", "i1");
	assert_int_equal(0, rig->ends[SIDE_CHIME].count);
	reconcile_rig_crash(rig);
	lists(rig, "i2=host i1=host", "i1");
	assert_int_equal(0, rig->ends[SIDE_CHIME].count);
	reconcile_rig_list(rig, SIDE_CHIME, STANDING_BANNED, "");
	reconcile_rig_wait(rig, 800);
	assert_string_equal("lift i1 host", asked(rig, SIDE_IRC));
	reconcile_rig_answer(rig, SIDE_IRC, MIRROR_DONE, "host");
	/* Somebody else's is. */
	lists(rig, "i1=host i2=host", "");
	assert_int_equal(2, rig->ends[SIDE_CHIME].asked);
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
		TEST(nothing_before_both_are_known),
		TEST(a_mask_gone_lifts_those_it_fitted),
		TEST(who_did_it_is_not_known),
		TEST(a_mask_that_is_still_there_still_fits),
		TEST(a_mask_that_holds_no_more),
		TEST(unknown_is_not_off),
		TEST(what_the_list_is_too_old_for),
		TEST(what_we_lift_is_set_for_others_again),
		TEST(whom_ours_fits_too_are_not_banned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
