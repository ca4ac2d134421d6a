#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "util/duration.h"

#include <errno.h>

static void test_units(void **state)
{
	static const struct {
		const char *text;
		int64_t ms;
	} cases[] = {
		{"1s", 1000},
		{"90s", 90000},
		{"30m", 1800000},
		{"30M", 1800000},
		{"2h", 7200000},
		{"7d", 604800000},
		{"3650d", 315360000000},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t ms = 0;

		assert_int_equal(duration_parse(cases[i].text, &ms), 0);
		assert_int_equal(ms, cases[i].ms);
	}
}

static void test_refused(void **state)
{
	static const char *const cases[] = {"", "s", "10", "0m", "-1h", "1.5h",
		"1 h", "3651d", "99999999999999999999s", "1w", "h1"};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t ms = 7;

		assert_int_equal(duration_parse(cases[i], &ms), -EINVAL);
		assert_int_equal(ms, 7);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_units),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
