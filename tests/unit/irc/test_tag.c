#include "irc/tag.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

static void test_unescape(void **state UNUSED)
{
	static const char *const rows[][2] = {
		{"", ""},
		{"plain", "plain"},
		{"\\:\\s\\\\\\r\\n", "; \\\r\n"},
		{"\\", ""},
		{"a\\", "a"},
		{"\\\\\\", "\\"},
		{"\\x\\1", "x1"},
		{"\xf0\x9f\x98\x80\\s", "\xf0\x9f\x98\x80 "},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char value[64];
		snprintf(value, sizeof(value), "%s", rows[i][0]);
		assert_int_equal(irc_tag_unescape(value), strlen(rows[i][1]));
		assert_string_equal(value, rows[i][1]);
	}
}

/* Whatever the bytes: what is escaped is one word and comes back the same. */
static void test_round_trip(void **state UNUSED)
{
	char value[256];
	for (int i = 0; i < 255; i++)
		value[i] = (char)(i + 1);
	value[255] = '\0';
	struct buf out AUTOBUF;
	buf_init(&out, 1024);
	irc_tag_escape(&out, value);
	assert_int_equal(out.len, irc_tag_escaped_bytes(value));
	assert_int_equal(out.len, 255 + 5);
	assert_int_equal(strcspn(out.data, "; \r\n"), out.len);
	irc_tag_unescape(out.data);
	assert_string_equal(out.data, value);
}

static void test_keys(void **state UNUSED)
{
	assert_true(irc_tag_key_is_valid("msgid"));
	assert_true(irc_tag_key_is_valid("+draft/reply"));
	assert_true(irc_tag_key_is_valid("vendor.example/x-y"));
	static const char *const bad[] = {
		NULL, "", "a;b", "a=b", "a b", "a\rb", "a\nb"};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(irc_tag_key_is_valid(bad[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unescape),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_keys),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
