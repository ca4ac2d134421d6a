#include "reconcile/step.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct reconcile_ways both = {.to_irc = true, .to_chime = true};

static struct entry *entry_at(enum tri irc, enum tri chime, bool base)
{
	struct entry *entry = entry_new(STANDING_BANNED, "i1");

	entry->sides[SIDE_IRC].is = irc;
	entry->sides[SIDE_CHIME].is = chime;
	entry->base.is_set = base;
	return entry;
}

static void test_what_was_begun_is_done(void **state)
{
	struct entry *entry = entry_at(TRI_ON, TRI_OFF, false);
	struct step step = step_of(entry, &both);

	(void)state;
	assert_int_equal(STEP_CHANGE, step.kind);
	assert_int_equal(SIDE_CHIME, step.side);
	assert_true(step.value);
	/* We had begun to set it on IRC: Chime has lifted it since. */
	entry->base.is_doing = true;
	entry->base.doing_to = SIDE_IRC;
	entry->base.doing_value = true;
	step = step_of(entry, &both);
	assert_int_equal(STEP_CHANGE, step.kind);
	assert_int_equal(SIDE_IRC, step.side);
	assert_false(step.value);
	entry_free(entry);
}

static void test_ways_are_kept(void **state)
{
	struct entry *entry = entry_at(TRI_ON, TRI_OFF, true);
	struct reconcile_ways one = {.to_chime = true};

	(void)state;
	assert_int_equal(STEP_NONE, step_of(entry, &one).kind);
	one = (struct reconcile_ways){.to_irc = true};
	assert_int_equal(STEP_CHANGE, step_of(entry, &one).kind);
	entry_free(entry);
}

static void test_an_order_goes_both_ways(void **state)
{
	struct entry *entry = entry_at(TRI_OFF, TRI_OFF, false);
	struct reconcile_ways none = {.to_irc = false};

	(void)state;
	entry->base.is_ordered = true;
	entry->base.order_value = true;
	assert_int_equal(SIDE_IRC, step_of(entry, &none).side);
	entry->sides[SIDE_IRC].bar = BAR_REFUSED;
	assert_int_equal(SIDE_CHIME, step_of(entry, &none).side);
	entry->sides[SIDE_CHIME].is = TRI_ON;
	assert_int_equal(STEP_ORDERED, step_of(entry, &none).kind);
	entry_free(entry);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_was_begun_is_done),
		cmocka_unit_test(test_ways_are_kept),
		cmocka_unit_test(test_an_order_goes_both_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
