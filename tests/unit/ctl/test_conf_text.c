#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctl/conf_text.h"

static void assert_word(const char *name, const char *word)
{
	struct buf AUTOBUF out;

	buf_init(&out, 1024);
	conf_text_word(&out, name);
	assert_string_equal(out.data, word);
}

static void test_word(void **state UNUSED)
{
	assert_word("Lounge", "lounge");
	assert_word("Caf\xc3\xa9 & Bar", "caf-bar");
	assert_word("  #dev_2.0 ", "dev_2.0");
	assert_word("", "channel");
	assert_word("\xe2\x98\x83", "channel");
	assert_word("0123456789012345678901234567890123456789x",
		"0123456789012345678901234567890123456789");
}

static void test_string(void **state UNUSED)
{
	struct buf AUTOBUF out;

	buf_init(&out, 1024);
	conf_text_string(&out, "a\"b\\c\nd\xc3\xa9");
	assert_string_equal(out.data, "\"a\\\"b\\\\c\\x0ad\xc3\xa9\"");
}

static void test_setting(void **state UNUSED)
{
	struct buf AUTOBUF out;

	buf_init(&out, 1024);
	conf_text_setting(&out, 1, "nick", "n");
	conf_text_setting(&out, 0, "user", NULL);
	assert_string_equal(out.data, "\tnick = \"n\";\n");
}

static void test_mapping(void **state UNUSED)
{
	const struct conf_text_mapping mapping = {
		"lounge", "libera", "#lounge", "arn:x"};
	struct buf AUTOBUF out;

	buf_init(&out, 1024);
	conf_text_mapping(&out, &mapping);
	assert_string_equal(out.data, "{ name = \"lounge\"; irc = "
				      "\"libera/#lounge\"; chime = "
				      "\"arn:x\"; }");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_word),
		cmocka_unit_test(test_string),
		cmocka_unit_test(test_setting),
		cmocka_unit_test(test_mapping),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
