#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctl/daemon_ask.h"

#include <sysexits.h>

static void test_query(void **state)
{
	struct buf AUTOBUF target;

	(void)state;
	buf_init(&target, DAEMON_TARGET_BYTES);
	buf_adds(&target, "/v1/x");
	daemon_add_query(&target, "mapping", "a b&c=d/#?");
	daemon_add_query(&target, "way", "to_irc");
	assert_string_equal(
		target.data, "/v1/x?mapping=a%20b%26c%3Dd%2F%23%3F&way=to_irc");
}

static void test_nobody_is_known(void **state)
{
	const struct args none = {.config = NULL};
	int status = 0;

	(void)state;
	assert_null(daemon_ask(&none, "GET", "/v1/status", &status));
	assert_int_equal(status, EX_USAGE);
}

static void test_no_configuration(void **state)
{
	const struct args args = {.config = "/nonexistent/belfry.conf"};
	int status = 0;

	(void)state;
	assert_null(daemon_ask(&args, "GET", "/v1/status", &status));
	assert_int_equal(status, EX_CONFIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_query),
		cmocka_unit_test(test_nobody_is_known),
		cmocka_unit_test(test_no_configuration),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
