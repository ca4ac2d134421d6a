#include "irc/conn_params.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static void test_copies_and_fills_in(void **state)
{
	struct irc_server server = {"host", 1};
	char nick[] = "nick";
	struct irc_conn_params params = {
		.servers = &server,
		.server_count = 1,
		.nick = nick,
		.password = "secret",
		.retry_min_ms = 7,
	};
	struct irc_conn_params copy;

	(void)state;
	irc_conn_params_copy(&copy, &params);
	nick[0] = 'x';
	server.host = "other";
	assert_string_equal(copy.nick, "nick");
	assert_string_equal(copy.servers[0].host, "host");
	assert_null(copy.name);
	assert_int_equal(copy.retry_min_ms, 7);
	assert_int_equal(copy.retry_max_ms, 300000);
	assert_int_equal(copy.ping_interval_ms, 60000);
	assert_int_equal(copy.ping_timeout_ms, 120000);
	assert_int_equal(copy.connect_timeout_ms, 30000);
	assert_int_equal(copy.register_timeout_ms, 60000);
	irc_conn_params_release(&copy);
	assert_null(copy.nick);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_copies_and_fills_in),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
