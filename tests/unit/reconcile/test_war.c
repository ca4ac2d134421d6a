#include "reconcile/war.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_is_noticed_and_ends(void **state)
{
	struct war war = {.count = 0};

	(void)state;
	assert_int_equal(0, war_left_ms(&war, 1000));
	for (int i = 0; i < 3; i++)
		assert_false(war_count(&war, 3, 1000 + i));
	assert_int_equal(WAR_WINDOW_MS - 5, war_left_ms(&war, 1005));
	assert_true(war_count(&war, 3, 1010));
	assert_true(war_is_resting(&war, 1010 + WAR_REST_MS - 1));
	assert_false(war_is_resting(&war, 1010 + WAR_REST_MS));
	assert_int_equal(1, war_left_ms(&war, 1010 + WAR_REST_MS - 1));
	assert_int_equal(0, war_left_ms(&war, 1010 + WAR_REST_MS));
}

static void test_what_is_slow_is_none(void **state)
{
	struct war war = {.count = 0};

	(void)state;
	for (int64_t i = 0; i < 50; i++)
		assert_false(war_count(&war, 3, 1 + i * WAR_WINDOW_MS / 3));
	assert_false(war_is_resting(&war, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_is_noticed_and_ends),
		cmocka_unit_test(test_what_is_slow_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
