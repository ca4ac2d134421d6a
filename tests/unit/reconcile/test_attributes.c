#include "reconcile/attributes.h"

#include "../support/reconcile_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void tell(
	struct reconcile_rig *rig, enum reconcile_side side, const char *topic)
{
	struct attribute_state state = {
		.attribute = ATTRIBUTE_TOPIC,
		.value = topic,
		.by = "somebody",
	};

	reconcile_on_attribute(rig->reconcile, side, &state);
	reconcile_rig_wait(rig, 800);
}

static void answer(struct reconcile_rig *rig, enum reconcile_side side,
	enum mirror_outcome outcome, const char *value)
{
	struct fake_set one = fake_sets_take(&rig->ends[side]);
	struct attribute_receipt receipt = {
		.attribute = one.attribute,
		.outcome = outcome,
		.value = value,
	};

	reconcile_on_attribute_set(rig->reconcile, side, &receipt);
	reconcile_rig_wait(rig, 800);
}

static const char *asked(struct reconcile_rig *rig, enum reconcile_side side)
{
	return rig->ends[side].set_count > 0 ? rig->ends[side].sets[0].value
					     : "-";
}

static void test_the_winner_goes_first(void **state)
{
	struct reconcile_rig *rig = *state;

	tell(rig, SIDE_IRC, "irc's");
	assert_string_equal("-", asked(rig, SIDE_CHIME));
	tell(rig, SIDE_CHIME, "chime's");
	assert_string_equal("irc's", asked(rig, SIDE_CHIME));
	answer(rig, SIDE_CHIME, MIRROR_DONE, "irc's");
	assert_string_equal("-", asked(rig, SIDE_CHIME));
	tell(rig, SIDE_CHIME, "new");
	assert_string_equal("new", asked(rig, SIDE_IRC));
}

static void test_nothing_does_not_win(void **state)
{
	struct reconcile_rig *rig = *state;

	tell(rig, SIDE_IRC, "");
	tell(rig, SIDE_CHIME, "chime's");
	assert_string_equal("chime's", asked(rig, SIDE_IRC));
	answer(rig, SIDE_IRC, MIRROR_DONE, "chime's");
	/* But to take it away later is a change. */
	tell(rig, SIDE_IRC, "");
	assert_string_equal("", asked(rig, SIDE_CHIME));
}

static void test_what_is_cut_does_not_come_back(void **state)
{
	struct reconcile_rig *rig = *state;

	tell(rig, SIDE_IRC, "");
	tell(rig, SIDE_CHIME, "a long one");
	answer(rig, SIDE_IRC, MIRROR_DONE, "a long...");
	tell(rig, SIDE_IRC, "a long...");
	assert_string_equal("-", asked(rig, SIDE_CHIME));
	reconcile_rig_crash(rig);
	tell(rig, SIDE_IRC, "a long...");
	tell(rig, SIDE_CHIME, "a long one");
	assert_string_equal("-", asked(rig, SIDE_CHIME));
	assert_string_equal("-", asked(rig, SIDE_IRC));
}

/* Agreed on "old"; it dies after it has asked IRC for "a long one". */
static void die_while_asking(struct reconcile_rig *rig)
{
	tell(rig, SIDE_IRC, "old");
	tell(rig, SIDE_CHIME, "old");
	tell(rig, SIDE_CHIME, "a long one");
	assert_string_equal("a long one", asked(rig, SIDE_IRC));
	reconcile_rig_crash(rig);
}

static void test_a_crash_does_not_turn_it_round(void **state)
{
	struct reconcile_rig *rig = *state;

	tell(rig, SIDE_IRC, "");
	tell(rig, SIDE_CHIME, "a long one");
	reconcile_rig_crash(rig);
	tell(rig, SIDE_IRC, "a long\u2026");
	tell(rig, SIDE_CHIME, "a long one");
	assert_string_equal("-", asked(rig, SIDE_IRC));
	assert_string_equal("-", asked(rig, SIDE_CHIME));
	/* And that is agreed on. */
	tell(rig, SIDE_IRC, "new");
	assert_string_equal("new", asked(rig, SIDE_CHIME));
}

static void test_a_crash_before_it_was_made(void **state)
{
	struct reconcile_rig *rig = *state;

	die_while_asking(rig);
	tell(rig, SIDE_IRC, "old");
	tell(rig, SIDE_CHIME, "a long one");
	assert_string_equal("a long one", asked(rig, SIDE_IRC));
	assert_string_equal("-", asked(rig, SIDE_CHIME));
}

static void test_a_crash_and_then_a_newer_one(void **state)
{
	struct reconcile_rig *rig = *state;

	die_while_asking(rig);
	tell(rig, SIDE_IRC, "a long one");
	tell(rig, SIDE_CHIME, "newer");
	assert_string_equal("newer", asked(rig, SIDE_IRC));
	assert_string_equal("-", asked(rig, SIDE_CHIME));
}

static void test_a_crash_and_both_have_changed(void **state)
{
	struct reconcile_rig *rig = *state;

	die_while_asking(rig);
	tell(rig, SIDE_IRC, "somebody's");
	tell(rig, SIDE_CHIME, "a long one");
	assert_string_equal("-", asked(rig, SIDE_IRC));
	assert_string_equal("somebody's", asked(rig, SIDE_CHIME));
}

static void test_later_and_refused(void **state)
{
	struct reconcile_rig *rig = *state;

	tell(rig, SIDE_IRC, "x");
	tell(rig, SIDE_CHIME, "");
	answer(rig, SIDE_CHIME, MIRROR_LATER, NULL);
	reconcile_rig_wait(rig, 16000);
	assert_string_equal("x", asked(rig, SIDE_CHIME));
	answer(rig, SIDE_CHIME, MIRROR_REFUSED, NULL);
	reconcile_rig_wait(rig, 16000000);
	assert_string_equal("-", asked(rig, SIDE_CHIME));
	tell(rig, SIDE_IRC, "y");
	assert_string_equal("y", asked(rig, SIDE_CHIME));
}

static void test_one_way(void **state)
{
	struct reconcile_rig *rig = *state;

	rig->params.winner = SIDE_CHIME;
	rig->params.attributes[ATTRIBUTE_TOPIC].to_irc = false;
	reconcile_rig_boot(rig);
	tell(rig, SIDE_IRC, "x");
	tell(rig, SIDE_CHIME, "y");
	assert_string_equal("x", asked(rig, SIDE_CHIME));
	answer(rig, SIDE_CHIME, MIRROR_DONE, "x");
	tell(rig, SIDE_CHIME, "z");
	assert_string_equal("-", asked(rig, SIDE_IRC));
	assert_string_equal("-", asked(rig, SIDE_CHIME));
	tell(rig, SIDE_IRC, "new");
	assert_string_equal("new", asked(rig, SIDE_CHIME));
}

static void test_a_war_is_left_alone(void **state)
{
	struct reconcile_rig *rig = *state;
	int changes = 0;

	tell(rig, SIDE_IRC, "x");
	tell(rig, SIDE_CHIME, "x");
	while (changes < 10) {
		tell(rig, SIDE_IRC, changes % 2 ? "x" : "y");
		if (rig->ends[SIDE_CHIME].set_count == 0)
			break;
		answer(rig, SIDE_CHIME, MIRROR_DONE, NULL);
		changes++;
	}
	assert_int_equal(RECONCILE_BOUNCES + 1, changes);
	assert_non_null(strstr(rig->said, "to and fro"));
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
		TEST(the_winner_goes_first),
		TEST(nothing_does_not_win),
		TEST(what_is_cut_does_not_come_back),
		TEST(a_crash_does_not_turn_it_round),
		TEST(a_crash_before_it_was_made),
		TEST(a_crash_and_then_a_newer_one),
		TEST(a_crash_and_both_have_changed),
		TEST(later_and_refused),
		TEST(one_way),
		TEST(a_war_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
