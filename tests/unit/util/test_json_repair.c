#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "util/json_repair.h"

#include "util/alloc.h"
#include "util/utf8.h"

#include <string.h>

#define U "\xEF\xBF\xBD" /* U+FFFD */

static void test_table(void **state)
{
	(void)state;
	static const struct {
		const char *in;
		const char *out; /* NULL: as it was */
	} rows[] = {
		{"", NULL},
		{"{\"a\": [1, -2.5e3, true, \"\xC3\xA4\"]}", NULL},
		{"[\"\\\"\\\\\\/\\b\\u00e4\"]", NULL},
		{"[\"\\ud83d\\ude00\"]", NULL},
		{"[\"\\uD83D\\uDE00\"]", NULL},
		{"[\"\\\\ud800\"]", NULL}, /* an escaped backslash */
		{"[\"\\u0000\"]", NULL},
		{"[\"1e999\"]", NULL},
		{"[\"\\u12g4\\u12\"]", NULL},
		{"[\"\\ud800\"]", "[\"\\ufffd\"]"},
		{"[\"\\ud800", "[\"\\ufffd"},
		{"[\"\\ud800\\u0041\"]", "[\"\\ufffd\\u0041\"]"},
		{"[\"\\ud800\\ud83d\\ude00\"]", "[\"\\ufffd\\ud83d\\ude00\"]"},
		{"[\"\\ude00\\ud83d\"]", "[\"\\ufffd\\ufffd\"]"},
		{"[\"\xFF\xC3\"]", "[\"" U U "\"]"},
		{"[\"\\\xFF\"]", "[\"\\" U "\"]"},
		{"\xFF", U},
		{"{\"a\\u0000b\" : 1}", "{\"a\\ufffdb\" : 1}"},
		{"{\"a\\\"\\u0000\":\"\\u0000\"}",
			"{\"a\\\"\\ufffd\":\"\\u0000\"}"},
		{"[\"a\nb\x01\"]", "[\"a\\u000ab\\u0001\"]"},
		{"[1e999]", "[0]"},
		{"[-1E+400,1e308]", "[0,1e308]"},
		{"[1e-999]", NULL},
		{"[9223372036854775807]", NULL},
		{"[9223372036854775808]", "[0]"},
		{"[-9223372036854775808]", NULL},
		{"[-9223372036854775809,1]", "[0,1]"},
		{"[1-2,--3,.5]", NULL}, /* not ours to mend */
		{"\"", NULL},
		{"\"\\", NULL},
		{"[\"unfinished \\u00", NULL},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf AUTOBUF b;
		buf_init(&b, 1000);
		/* A copy without a NUL behind it, to see reads past the end. */
		size_t len = strlen(rows[i].in);
		char AUTOFREE *in = xmemdup(rows[i].in, len);
		json_repair(&b, in, len);
		assert_string_equal(
			b.data, rows[i].out ? rows[i].out : rows[i].in);
	}
}

static void test_raw_nul(void **state)
{
	(void)state;
	struct buf AUTOBUF b;
	buf_init(&b, 1000);
	json_repair(&b, "{\"a\0\":\"b\0\"}", 11);
	assert_string_equal(b.data, "{\"a\\ufffd\":\"b\\u0000\"}");
}

static void test_long_number(void **state)
{
	(void)state;
	enum { DIGITS = 5000 };
	struct buf AUTOBUF b;
	char AUTOFREE *digits = xcalloc(DIGITS + 1, 1);
	memset(digits, '9', DIGITS);
	buf_init(&b, 2 * DIGITS);
	json_repair(&b, digits, DIGITS);
	assert_string_equal(b.data, "0");
	buf_clear(&b);
	digits[1] = '.'; /* 9.999..., long and in range */
	json_repair(&b, digits, DIGITS);
	assert_string_equal(b.data, digits);
}

static void test_output_is_utf8(void **state)
{
	(void)state;
	struct buf AUTOBUF b;
	char bytes[512];
	for (int i = 0; i < 512; i++)
		bytes[i] = (char)(i * 37);
	buf_init(&b, 6 * sizeof(bytes));
	json_repair(&b, bytes, sizeof(bytes));
	assert_false(b.overflow);
	assert_true(utf8_is_valid(b.data, b.len));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_raw_nul),
		cmocka_unit_test(test_long_number),
		cmocka_unit_test(test_output_is_utf8),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
