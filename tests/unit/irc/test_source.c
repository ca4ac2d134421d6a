#include "irc/source.h"
#include "util/attr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void test_parts(void **state UNUSED)
{
	static const char *const rows[][4] = {
		{"", "", "", ""},
		{"irc.example.com", "irc.example.com", "", ""},
		{"n!u@h", "n", "u", "h"},
		{"n@h!x", "n", "", "h!x"},
		{"n!u", "n", "u", ""},
		{"n!u@h@i", "n", "u", "h@i"},
		{"!@", "", "", ""},
		{"n!!u@h", "n", "!u", "h"},
		{"\xd0\x9c\xd0\xb8\xd1\x80!u@h", "\xd0\x9c\xd0\xb8\xd1\x80",
			"u", "h"},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char text[64];
		struct irc_source source;
		snprintf(text, sizeof(text), "%s", rows[i][0]);
		assert_int_equal(irc_source_parse(&source, text), 0);
		assert_string_equal(source.raw, rows[i][0]);
		assert_string_equal(source.nick, rows[i][1]);
		assert_string_equal(source.user, rows[i][2]);
		assert_string_equal(source.host, rows[i][3]);
	}
}

static void test_length(void **state UNUSED)
{
	char text[IRC_SOURCE_BYTES + 1];
	struct irc_source source;
	memset(text, 'a', sizeof(text));
	text[IRC_SOURCE_BYTES - 1] = '\0';
	assert_int_equal(irc_source_parse(&source, text), 0);
	assert_int_equal(strlen(source.raw), IRC_SOURCE_BYTES - 1);
	text[IRC_SOURCE_BYTES - 1] = 'a';
	text[IRC_SOURCE_BYTES] = '\0';
	assert_int_equal(irc_source_parse(&source, text), -E2BIG);
	assert_string_equal(source.raw, "");
	assert_string_equal(source.nick, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_length),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
