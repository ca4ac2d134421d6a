/* The published rates: every budget has one, under a name of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "chime/rates.h"

static void test_every_budget_has_a_rate(void **state)
{
	(void)state;
	for (int i = 0; i < CHIME_BUDGET_COUNT; i++) {
		const struct chime_rate *rate =
			chime_rate((enum chime_budget)i);
		assert_non_null(rate->name);
		assert_true(rate->per_second >= 1);
		assert_true(rate->frankfurt <= rate->per_second);
		for (int j = 0; j < i; j++)
			assert_string_not_equal(rate->name,
				chime_rate((enum chime_budget)j)->name);
	}
}

static void test_regions(void **state)
{
	(void)state;
	static const struct {
		enum chime_budget budget;
		double virginia, frankfurt;
	} cases[] = {
		{CHIME_BUDGET_BEARER, 10, 5},
		{CHIME_BUDGET_MEMBER_CHANGES, 15, 10},
		{CHIME_BUDGET_MESSAGE_CHANGES, 30, 10},
		{CHIME_BUDGET_MESSAGE_LISTS, 30, 30},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_true(chime_rate_in(cases[i].budget, "us-east-1") ==
			    cases[i].virginia);
		assert_true(chime_rate_in(cases[i].budget, "eu-central-1") ==
			    cases[i].frankfurt);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_budget_has_a_rate),
		cmocka_unit_test(test_regions),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
