#include "net/http_why.h"

#include "util/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static void expect(const char *said, const char *wanted)
{
	char why[256];

	(void)snprintf(why, sizeof(why), "%s", said);
	http_why_settle(why);
	assert_string_equal(why, wanted);
}

static void test_durations_go(void **state)
{
	(void)state;
	expect("Failed to connect to chime port 443 after 12 ms: No route",
		"Failed to connect to chime port 443: No route");
	expect("Operation timed out after 30001 milliseconds with 0 bytes",
		"Operation timed out with 0 bytes");
	expect("gone after 0 ms", "gone");
	expect("a after 1 ms after 22 ms, b after 3 milliseconds", "a, b");
}

static void test_the_rest_stays(void **state)
{
	static const char *const others[] = {
		"",
		" after ",
		"after 5 ms",
		"closed after 3 bytes",
		"closed after ms",
		"closed after  ms",
		"transfer closed with outstanding data",
		"nobody after all, after a while",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		expect(others[i], others[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_durations_go),
		cmocka_unit_test(test_the_rest_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
