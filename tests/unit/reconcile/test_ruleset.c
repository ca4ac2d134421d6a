#include "reconcile/ruleset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void test_a_set(void **state)
{
	struct ruleset set = {.count = 0};
	struct ruleset other = {.count = 0};

	(void)state;
	assert_non_null(ruleset_add(&set, "a"));
	ruleset_add(&set, "b")->is_automatic = true;
	assert_ptr_equal(ruleset_find(&set, "a"), ruleset_add(&set, "a"));
	assert_int_equal(2, set.count);
	assert_false(ruleset_is_automatic(&set));
	ruleset_copy(&other, &set);
	assert_true(ruleset_remove(&other, "a"));
	assert_false(ruleset_remove(&other, "a"));
	assert_true(ruleset_is_automatic(&other));
	assert_true(ruleset_is_within(&other, &set));
	assert_false(ruleset_is_within(&set, &other));
	ruleset_intersect(&set, &other);
	assert_int_equal(1, set.count);
	assert_non_null(ruleset_find(&set, "b"));
	ruleset_release(&set);
	ruleset_release(&other);
	assert_false(ruleset_is_automatic(&set));
}

static void test_has_a_ceiling(void **state)
{
	struct ruleset set = {.count = 0};
	char text[RULE_BYTES_MAX + 2];

	(void)state;
	for (int i = 0; i < RULESET_MAX; i++) {
		snprintf(text, sizeof(text), "%d", i);
		assert_non_null(ruleset_add(&set, text));
	}
	assert_null(ruleset_add(&set, "more"));
	assert_true(ruleset_remove(&set, "3"));
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_null(ruleset_add(&set, text));
	ruleset_release(&set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_set),
		cmocka_unit_test(test_has_a_ceiling),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
