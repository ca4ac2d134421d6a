#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "irc_puppets/puppet_settings.h"

static void test_copy(void **state)
{
	char nick[] = "{name}|x";
	const struct irc_puppet_settings settings = {
		.nick = nick,
		.webirc = "secret",
		.max = 7,
	};
	struct irc_puppet_settings copy;
	(void)state;
	irc_puppet_settings_copy(&copy, &settings);
	nick[0] = 'X';
	assert_string_equal(copy.nick, "{name}|x");
	assert_string_equal(copy.webirc, "secret");
	assert_string_equal(copy.username, "{id}");
	assert_string_equal(copy.realname, "{name}");
	assert_null(copy.addresses);
	assert_int_equal(copy.max, 7);
	irc_puppet_settings_release(&copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_copy),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
