#include "reconcile/work.h"

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

static void right(struct reconcile_rig *rig, bool may)
{
	reconcile_on_right(
		rig->reconcile, SIDE_CHIME, RIGHT_BANS, may, "no moderator");
	reconcile_rig_wait(rig, 800);
}

static void test_without_a_right_it_waits(void **state)
{
	struct reconcile_rig *rig = *state;

	right(rig, false);
	assert_int_equal(0, rig->says);
	lists(rig, "i1=a", "");
	assert_int_equal(0, rig->ends[SIDE_CHIME].asked);
	assert_int_equal(1, rig->says);
	assert_non_null(strstr(rig->said, "no moderator"));
	right(rig, false);
	assert_int_equal(1, rig->says);
	right(rig, true);
	assert_string_equal("set i1", asked(rig, SIDE_CHIME));
}

static void test_later_is_tried_again(void **state)
{
	struct reconcile_rig *rig = *state;

	lists(rig, "i1=a", "");
	reconcile_rig_answer(rig, SIDE_CHIME, MIRROR_LATER, NULL);
	assert_string_equal("", asked(rig, SIDE_CHIME));
	reconcile_rig_wait(rig, 8000);
	assert_string_equal("set i1", asked(rig, SIDE_CHIME));
}

static void test_refused_is_not_tried_until_something_changes(void **state)
{
	struct reconcile_rig *rig = *state;
	struct reconcile_stats stats;

	lists(rig, "i1=a", "");
	reconcile_rig_answer(rig, SIDE_CHIME, MIRROR_REFUSED, NULL);
	reconcile_rig_wait(rig, 8000000);
	assert_int_equal(1, rig->ends[SIDE_CHIME].asked);
	reconcile_get_stats(rig->reconcile, &stats);
	assert_int_equal(1, stats.refused);
	reconcile_refresh(rig->reconcile);
	assert_int_equal(2, rig->ends[SIDE_CHIME].moderated);
	reconcile_rig_wait(rig, 800);
	assert_string_equal("set i1", asked(rig, SIDE_CHIME));
	reconcile_rig_answer(rig, SIDE_CHIME, MIRROR_REFUSED, NULL);
	reconcile_rig_unmask(rig, "a");
	reconcile_rig_mask(rig, "i1", "b");
	reconcile_rig_wait(rig, 800);
	assert_string_equal("set i1", asked(rig, SIDE_CHIME));
}

static void moderator(
	struct reconcile_rig *rig, enum reconcile_side side, bool is_set)
{
	const struct person person = {.id = "i1", .name = "i1"};
	const struct standing standing = {
		.kind = STANDING_MODERATOR,
		.is_set = is_set,
		.person = &person,
		.is_native = side == SIDE_IRC,
		.by = "oper",
	};

	reconcile_rig_tell(rig, side, &standing);
}

static void moderators(struct reconcile_rig *rig)
{
	reconcile_rig_list(rig, SIDE_IRC, STANDING_MODERATOR, "i1");
	reconcile_rig_list(rig, SIDE_CHIME, STANDING_MODERATOR, "i1");
	lists(rig, "", "");
	assert_int_equal(0, rig->ends[SIDE_CHIME].asked);
}

/* MODE -o+b: nobody can be banned who is a moderator still. */
static void test_what_is_in_the_way_goes_first(void **state)
{
	struct reconcile_rig *rig = *state;

	moderators(rig);
	moderator(rig, SIDE_IRC, false);
	reconcile_rig_mask(rig, "i1", "a");
	reconcile_rig_wait(rig, 800);
	assert_int_equal(1, rig->ends[SIDE_CHIME].asked);
	assert_string_equal("lift i1", asked(rig, SIDE_CHIME));
	reconcile_rig_answer(rig, SIDE_CHIME, MIRROR_DONE, NULL);
	reconcile_rig_wait(rig, 800);
	assert_string_equal("set i1", asked(rig, SIDE_CHIME));
}

static void test_refused_for_what_was_in_the_way(void **state)
{
	struct reconcile_rig *rig = *state;

	moderators(rig);
	reconcile_rig_mask(rig, "i1", "a");
	reconcile_rig_wait(rig, 800);
	assert_string_equal("set i1", asked(rig, SIDE_CHIME));
	reconcile_rig_answer(rig, SIDE_CHIME, MIRROR_REFUSED, NULL);
	reconcile_rig_wait(rig, 8000000);
	assert_int_equal(1, rig->ends[SIDE_CHIME].asked);
	moderator(rig, SIDE_CHIME, false);
	reconcile_rig_wait(rig, 800);
	assert_string_equal("set i1", asked(rig, SIDE_CHIME));
	/* It has gone before the refusal is heard. */
	moderator(rig, SIDE_CHIME, true);
	moderator(rig, SIDE_CHIME, false);
	reconcile_rig_answer(rig, SIDE_CHIME, MIRROR_REFUSED, NULL);
	reconcile_rig_wait(rig, 8000);
	assert_string_equal("set i1", asked(rig, SIDE_CHIME));
}

/* It cannot be taken away: then nobody waits for that. */
static void test_what_stays_in_the_way(void **state)
{
	struct reconcile_rig *rig = *state;

	moderators(rig);
	reconcile_on_right(rig->reconcile, SIDE_CHIME, RIGHT_MODERATORS, false,
		"no policy");
	moderator(rig, SIDE_IRC, false);
	reconcile_rig_mask(rig, "i1", "a");
	reconcile_rig_wait(rig, 800);
	assert_string_equal("set i1", asked(rig, SIDE_CHIME));
}

static void told_off(struct reconcile_rig *rig, bool is_fresh)
{
	const struct person person = {.id = "c1", .name = "c1"};
	const struct standing standing = {
		.kind = STANDING_MODERATOR,
		.person = &person,
		.is_automatic = is_fresh,
		.is_fresh = is_fresh,
	};

	reconcile_rig_tell(rig, SIDE_IRC, &standing);
	reconcile_rig_wait(rig, 800);
}

/* Who of Chime comes to IRC again gets again what they have there; who was
 * deprived of it does not. */
static void test_who_comes_anew(void **state)
{
	struct reconcile_rig *rig = *state;

	lists(rig, "", "");
	reconcile_rig_list(rig, SIDE_IRC, STANDING_MODERATOR, "c1");
	reconcile_rig_list(rig, SIDE_CHIME, STANDING_MODERATOR, "c1");
	reconcile_rig_wait(rig, 800);
	assert_int_equal(0, rig->ends[SIDE_IRC].asked);
	told_off(rig, true);
	assert_string_equal("set c1", asked(rig, SIDE_IRC));
	reconcile_rig_answer(rig, SIDE_IRC, MIRROR_DONE, NULL);
	reconcile_rig_wait(rig, 800);
	assert_int_equal(0, rig->ends[SIDE_CHIME].asked);
	told_off(rig, false);
	assert_string_equal("lift c1", asked(rig, SIDE_CHIME));
	reconcile_rig_answer(rig, SIDE_CHIME, MIRROR_LATER, NULL);
	told_off(rig, true);
	reconcile_rig_wait(rig, 8000);
	assert_string_equal("lift c1", asked(rig, SIDE_CHIME));
	assert_int_equal(1, rig->ends[SIDE_IRC].asked);
}

static void test_who_is_not_there_is_waited_for(void **state)
{
	struct reconcile_rig *rig = *state;

	lists(rig, "", "c1");
	reconcile_rig_answer(rig, SIDE_IRC, MIRROR_NOT_SHOWN, NULL);
	reconcile_rig_wait(rig, 8000000);
	lists(rig, "", "c1");
	assert_int_equal(1, rig->ends[SIDE_IRC].asked);
	reconcile_on_person(rig->reconcile, SIDE_IRC, "c1");
	reconcile_rig_wait(rig, 800);
	assert_string_equal("set c1", asked(rig, SIDE_IRC));
}

static void test_a_few_at_a_time(void **state)
{
	struct reconcile_rig *rig = *state;

	lists(rig,
		"i1=1 i2=2 i3=3 i4=4 i5=5 i6=6 i7=7 i8=8 i9=9 i10=x i11=y "
		"i12=z i13=w i14=v",
		"");
	assert_int_equal(RECONCILE_UNDER_WAY, rig->ends[SIDE_CHIME].count);
	for (int i = 0; i < 14; i++) {
		reconcile_rig_answer(rig, SIDE_CHIME, MIRROR_DONE, NULL);
		reconcile_rig_wait(rig, 80);
	}
	assert_int_equal(14, rig->ends[SIDE_CHIME].asked);
	assert_int_equal(RECONCILE_UNDER_WAY, rig->ends[SIDE_CHIME].most);
}

static void test_a_war_is_left_alone(void **state)
{
	struct reconcile_rig *rig = *state;
	struct reconcile_stats stats;

	lists(rig, "i1=a", "");
	for (int i = 0; i < 8 && *asked(rig, SIDE_CHIME); i++) {
		reconcile_rig_answer(rig, SIDE_CHIME, MIRROR_DONE, NULL);
		if (i % 2 == 0)
			reconcile_rig_unmask(rig, "a");
		else
			reconcile_rig_mask(rig, "i1", "a");
		reconcile_rig_wait(rig, 800);
	}
	assert_int_equal(RECONCILE_BOUNCES + 1, rig->ends[SIDE_CHIME].asked);
	assert_non_null(strstr(rig->said, "to and fro"));
	reconcile_get_stats(rig->reconcile, &stats);
	assert_int_equal(1, stats.wars);
	reconcile_rig_wait(rig, 11 * 60 * 1000);
	reconcile_rig_wait(rig, 800);
	assert_int_equal(RECONCILE_BOUNCES + 2, rig->ends[SIDE_CHIME].asked);
}

/* It had been written down before it was asked for. */
static void test_a_crash_does_not_turn_it_round(void **state)
{
	struct reconcile_rig *rig = *state;

	lists(rig, "", "i1");
	assert_string_equal("set i1", asked(rig, SIDE_IRC));
	reconcile_rig_crash(rig);
	/* It was done on IRC, and lifted in Chime since. */
	lists(rig, "i1=m", "");
	assert_string_equal("lift i1 m", asked(rig, SIDE_IRC));
	assert_int_equal(0, rig->ends[SIDE_CHIME].asked);
	reconcile_rig_answer(rig, SIDE_IRC, MIRROR_DONE, "m");
	reconcile_rig_crash(rig);
	lists(rig, "", "");
	assert_int_equal(0, rig->ends[SIDE_IRC].asked);
}

static void irc_has_for_nobody(struct reconcile_rig *rig, const char *rule)
{
	struct standing_list list = {
		.kind = STANDING_BANNED,
		.state = ROSTER_BEGINS,
		.is_whole = true,
	};
	const struct standing standing = {
		.kind = STANDING_BANNED,
		.is_set = true,
		.rule = rule,
		.is_automatic = true,
	};

	reconcile_on_standings(rig->reconcile, SIDE_IRC, &list);
	reconcile_on_standing(rig->reconcile, SIDE_IRC, &standing);
	list.state = ROSTER_COMPLETE;
	reconcile_on_standings(rig->reconcile, SIDE_IRC, &list);
	reconcile_rig_list(rig, SIDE_CHIME, STANDING_BANNED, "");
	reconcile_rig_wait(rig, 800);
}

/* Set, and the person is gone: after a crash nobody but the base can tell for
 * whom it was. */
static void test_a_crash_leaves_no_rule_behind(void **state)
{
	struct reconcile_rig *rig = *state;

	rig->ends[SIDE_IRC].rule = "m";
	lists(rig, "", "i1");
	assert_string_equal("set i1 m", asked(rig, SIDE_IRC));
	reconcile_rig_crash(rig);
	rig->ends[SIDE_IRC].rule = "other";
	irc_has_for_nobody(rig, "m");
	assert_string_equal("lift i1 m", asked(rig, SIDE_IRC));
	assert_int_equal(0, rig->ends[SIDE_CHIME].asked);
	reconcile_rig_answer(rig, SIDE_IRC, MIRROR_DONE, "m");
	reconcile_rig_crash(rig);
	lists(rig, "", "");
	assert_int_equal(0, rig->ends[SIDE_IRC].asked);
}

/* What stands there by somebody else's hand is not ours by that. */
static void test_a_rule_that_was_not_set_is_forgotten(void **state)
{
	struct reconcile_rig *rig = *state;

	rig->ends[SIDE_IRC].rule = "m";
	lists(rig, "", "i1");
	reconcile_rig_answer(rig, SIDE_IRC, MIRROR_REFUSED, NULL);
	reconcile_rig_wait(rig, 800);
	reconcile_rig_crash(rig);
	irc_has_for_nobody(rig, "m");
	assert_string_equal("", asked(rig, SIDE_IRC));
	assert_int_equal(0, rig->ends[SIDE_IRC].asked);
	assert_int_equal(0, rig->ends[SIDE_CHIME].asked);
}

static void test_who_is_let_in_again(void **state)
{
	struct reconcile_rig *rig = *state;

	lists(rig, "i1=a", "i1");
	lists(rig, "", "i1");
	assert_int_equal(0, rig->restores);
	reconcile_rig_answer(rig, SIDE_CHIME, MIRROR_DONE, NULL);
	assert_int_equal(1, rig->restores);
	assert_string_equal("i1", rig->restored);
	assert_int_equal(SIDE_CHIME, rig->restored_side);
}

/* Where the other side could never follow, too. */
static void test_who_was_shut_out_on_one_side_alone(void **state)
{
	struct reconcile_rig *rig = *state;

	reconcile_on_right(
		rig->reconcile, SIDE_IRC, RIGHT_BANS, false, "no operator");
	lists(rig, "", "i1");
	assert_int_equal(0, rig->ends[SIDE_IRC].asked);
	assert_int_equal(0, rig->restores);
	lists(rig, "", "");
	assert_int_equal(1, rig->restores);
	assert_string_equal("i1", rig->restored);
	assert_int_equal(SIDE_CHIME, rig->restored_side);
	lists(rig, "", "");
	assert_int_equal(1, rig->restores);
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
		TEST(without_a_right_it_waits),
		TEST(later_is_tried_again),
		TEST(refused_is_not_tried_until_something_changes),
		TEST(what_is_in_the_way_goes_first),
		TEST(refused_for_what_was_in_the_way),
		TEST(what_stays_in_the_way),
		TEST(who_comes_anew),
		TEST(who_is_not_there_is_waited_for),
		TEST(a_few_at_a_time),
		TEST(a_war_is_left_alone),
		TEST(a_crash_does_not_turn_it_round),
		TEST(a_crash_leaves_no_rule_behind),
		TEST(a_rule_that_was_not_set_is_forgotten),
		TEST(who_is_let_in_again),
		TEST(who_was_shut_out_on_one_side_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
