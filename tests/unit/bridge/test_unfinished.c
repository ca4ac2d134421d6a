#include "bridge/unfinished.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_takes_once(void **state)
{
	struct unfinished *set = NULL;
	struct unfinished_state found;

	(void)state;
	unfinished_part(&set, "a", 10);
	unfinished_part(&set, "a", 30);
	unfinished_part(&set, "a", 20);
	unfinished_sent(&set, "a", 99);
	unfinished_sent(&set, "b", 5);
	found = unfinished_take(&set, "a");
	assert_int_equal(30, found.progress);
	assert_int_equal(99, found.at_ms);
	found = unfinished_take(&set, "a");
	assert_int_equal(0, found.progress);
	assert_int_equal(0, found.at_ms);
	found = unfinished_take(&set, "b");
	assert_int_equal(0, found.progress);
	assert_int_equal(5, found.at_ms);
	assert_null(set);
}

static void test_release(void **state)
{
	struct unfinished *set = NULL;

	(void)state;
	unfinished_free(&set);
	unfinished_part(&set, "a", 1);
	unfinished_part(&set, "b", 1);
	unfinished_free(&set);
	assert_null(set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_takes_once),
		cmocka_unit_test(test_release),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
