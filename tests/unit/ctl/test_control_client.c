#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctl/control_client.h"

#include <errno.h>
#include <string.h>

static void test_no_socket_is_known(void **state)
{
	const struct belfry_config none = {.control = NULL};
	struct err err = {0};

	(void)state;
	assert_null(control_ask(NULL, "GET", "/v1/status", &err));
	assert_int_equal(err.code, -ENOENT);
	assert_null(control_ask(&none, "GET", "/v1/status", &err));
	assert_int_equal(err.code, -ENOENT);
	assert_non_null(strstr(err.text, "control"));
}

static void test_nobody_listens(void **state)
{
	char path[] = "/nonexistent/control.sock";
	const struct belfry_config config = {.control = path};
	struct err err = {0};

	(void)state;
	assert_null(control_ask(&config, "GET", "/v1/status", &err));
	assert_int_equal(err.code, -ECONNREFUSED);
	assert_non_null(strstr(err.text, path));
	assert_non_null(strstr(err.text, "there is no socket"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_socket_is_known),
		cmocka_unit_test(test_nobody_listens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
