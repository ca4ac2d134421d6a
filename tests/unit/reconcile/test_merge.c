#include "reconcile/merge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct merge_ways both = {.to_a = true, .to_b = true};

static void test_what_has_changed_goes_over(void **state)
{
	struct merge_step step;

	(void)state;
	step = merge_flag(TRI_ON, TRI_OFF, TRI_ON, both);
	assert_true(step.set_b && !step.set_a && !step.value);
	step = merge_flag(TRI_UNKNOWN, TRI_OFF, TRI_ON, both);
	assert_true(step.set_a && !step.set_b && step.value);
	step = merge_flag(TRI_OFF, TRI_ON, TRI_ON, both);
	assert_true(step.settles && step.value && !step.set_a);
	step = merge_flag(TRI_ON, TRI_UNKNOWN, TRI_ON, both);
	assert_false(step.set_a || step.set_b || step.settles);
	step = merge_flag(
		TRI_ON, TRI_OFF, TRI_ON, (struct merge_ways){.to_a = true});
	assert_false(step.set_a || step.set_b || step.settles);
}

static void test_texts(void **state)
{
	struct merge_text text = {
		.base_a = "x", .base_b = "X", .a = "x", .b = "X"};

	(void)state;
	assert_int_equal(MERGE_NOTHING, merge_text(&text, both));
	text.a = "y";
	assert_int_equal(MERGE_TO_B, merge_text(&text, both));
	text.b = "z";
	assert_int_equal(MERGE_TO_A, merge_text(&text, both));
	text.a_wins = true;
	assert_int_equal(MERGE_TO_B, merge_text(&text, both));
	text.b = "y";
	assert_int_equal(MERGE_SETTLE, merge_text(&text, both));
	text.b = NULL;
	assert_int_equal(MERGE_NOTHING, merge_text(&text, both));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_has_changed_goes_over),
		cmocka_unit_test(test_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
