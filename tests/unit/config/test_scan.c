#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "config/scan.h"

#include <string.h>

static void test_tokens(void **state UNUSED)
{
	static const struct {
		enum scan_token token;
		unsigned line;
		const char *text;
	} expected[] = {
		{SCAN_NAME, 1, "a-b"},
		{SCAN_OTHER, 1, "="},
		{SCAN_NUMBER, 1, "-0x1F"},
		{SCAN_OTHER, 1, ";"},
		{SCAN_NAME, 4, "c"},
		{SCAN_OTHER, 4, ":"},
		{SCAN_OTHER, 6, "["},
		{SCAN_NUMBER, 6, "1.5e+3"},
		{SCAN_OTHER, 6, ","},
		{SCAN_NUMBER, 6, "7L"},
		{SCAN_OTHER, 6, "-"},
		{SCAN_END, 6, ""},
	};
	struct scan scan;
	struct span token;

	scan_init(&scan, "a-b = -0x1F; # 1 \"\n// 2\n/* 3\n*/c:\"4 \\\" \n"
			 "5\"\n[1.5e+3, 7L -");
	for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
		assert_int_equal(scan_next(&scan, &token), expected[i].token);
		assert_int_equal(scan.line, expected[i].line);
		assert_true(span_is(token, expected[i].text));
	}
}

static void test_numbers(void **state UNUSED)
{
	static const struct {
		const char *text;
		enum scan_number is;
	} cases[] = {
		{"0", SCAN_FITS},
		{"2147483647", SCAN_FITS},
		{"-2147483648", SCAN_FITS},
		{"2147483648", SCAN_NEEDS_L},
		{"-2147483649", SCAN_NEEDS_L},
		{"2147483648L", SCAN_FITS},
		{"2147483648LL", SCAN_FITS},
		{"9223372036854775807L", SCAN_FITS},
		{"9223372036854775808L", SCAN_TOO_LARGE},
		{"0x7FFFFFFF", SCAN_FITS},
		{"0xFFFFFFFF", SCAN_NEEDS_L},
		{"0xE", SCAN_FITS},
		{"1e300", SCAN_FITS},
		{"99999999999.5", SCAN_FITS},
	};
	char digits[200];

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(
			scan_number_check(span_of(cases[i].text)), cases[i].is);
	memset(digits, '9', sizeof(digits));
	assert_int_equal(
		scan_number_check((struct span){digits, sizeof(digits)}),
		SCAN_TOO_LARGE);
}

static void test_doubled(void **state UNUSED)
{
	static const struct {
		const char *text;
		unsigned line;
		const char *name; /* NULL: unclear */
	} cases[] = {
		{"a = 1;\nb = 2;\na = 3;", 3, "a"},
		{"a = 1; b = 2; a = 3;", 1, "a"},
		{"a = 1; b = 2;", 1, NULL},
		{"a : { b = \"c = 1\"; b\n= 2; }", 1, NULL},
		{"", 4, NULL},
		{"\"unended", 1, NULL},
		{"/* unended", 1, NULL},
	};
	struct span name;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		bool found =
			scan_doubled_name(cases[i].text, cases[i].line, &name);

		assert_int_equal(found, cases[i].name != NULL);
		if (found)
			assert_true(span_is(name, cases[i].name));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tokens),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_doubled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
