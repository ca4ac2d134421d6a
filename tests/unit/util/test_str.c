#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "util/str.h"

#include <errno.h>
#include <string.h>

static void test_spans(void **state)
{
	(void)state;
	assert_true(span_is(span_of("abc"), "abc"));
	assert_false(span_is(span_of("abc"), "abcd"));
	assert_false(span_is(span_of("abc"), "abC"));
	assert_true(span_is(span_of(NULL), ""));
	assert_true(span_is_nocase(span_of("aBc"), "AbC"));
	assert_false(span_is_nocase(span_of("aBc"), "Ab"));
	assert_false(span_is_nocase(span_of("[x"), "{x"));
}

static void test_last_part(void **state)
{
	(void)state;
	assert_string_equal(str_last_part("arn:x/user/bob"), "bob");
	assert_string_equal(str_last_part("bob"), "bob");
	assert_string_equal(str_last_part("a/"), "a/");
	assert_string_equal(str_last_part("/"), "/");
	assert_string_equal(str_last_part(""), "");
}

static void test_cut(void **state)
{
	(void)state;
	struct span rest = span_of("a,,b");
	assert_true(span_is(span_cut(&rest, ','), "a"));
	assert_true(span_is(span_cut(&rest, ','), ""));
	assert_non_null(rest.p);
	assert_true(span_is(span_cut(&rest, ','), "b"));
	assert_null(rest.p);
	assert_int_equal(rest.len, 0);
	assert_null(span_cut(&rest, ',').p);
}

static void test_cut_at_the_end(void **state)
{
	(void)state;
	struct span rest = span_of("a,");
	assert_true(span_is(span_cut(&rest, ','), "a"));
	assert_non_null(rest.p); /* an empty field is left */
	struct span last = span_cut(&rest, ',');
	assert_non_null(last.p);
	assert_int_equal(last.len, 0);
	assert_null(rest.p);
}

static void test_trim(void **state)
{
	(void)state;
	assert_true(span_is(span_trim(span_of(" \ta b\r\n")), "a b"));
	assert_true(span_is(span_trim(span_of("  ")), ""));
	assert_true(span_is(span_trim(span_of(NULL)), ""));
}

static void test_parse_u64(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		uint64_t max;
		int rc;
		uint64_t value;
	} rows[] = {
		{"0", 10, 0, 0},
		{"007", 10, 0, 7},
		{"10", 10, 0, 10},
		{"11", 10, -ERANGE, 0},
		{"18446744073709551615", UINT64_MAX, 0, UINT64_MAX},
		{"18446744073709551616", UINT64_MAX, -ERANGE, 0},
		{"99999999999999999999999", UINT64_MAX, -ERANGE, 0},
		{"99999999999999999999999x", UINT64_MAX, -EINVAL, 0},
		{"", 10, -EINVAL, 0},
		{"-1", 10, -EINVAL, 0},
		{"+1", 10, -EINVAL, 0},
		{" 1", 10, -EINVAL, 0},
		{"1 ", 10, -EINVAL, 0},
		{"0x1", 10, -EINVAL, 0},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint64_t value = 0;
		int rc = parse_u64(rows[i].text, rows[i].max, &value);
		assert_int_equal(rc, rows[i].rc);
		assert_int_equal(value, rows[i].value);
	}
}

static void test_parse_i64(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int rc;
		int64_t value;
	} rows[] = {
		{"-9223372036854775808", 0, INT64_MIN},
		{"-9223372036854775809", -ERANGE, 0},
		{"9223372036854775807", 0, INT64_MAX},
		{"9223372036854775808", -ERANGE, 0},
		{"-1", 0, -1},
		{"-0", 0, 0},
		{"-", -EINVAL, 0},
		{"--1", -EINVAL, 0},
		{"+1", -EINVAL, 0},
		{"", -EINVAL, 0},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int64_t value = 0;
		int rc = parse_i64(rows[i].text, INT64_MIN, INT64_MAX, &value);
		assert_int_equal(rc, rows[i].rc);
		assert_int_equal(value, rows[i].value);
	}
	int64_t value = 99;
	assert_int_equal(parse_i64("-6", -5, 5, &value), -ERANGE);
	assert_int_equal(parse_i64("6", -5, 5, &value), -ERANGE);
	assert_int_equal(value, 99);
	assert_int_equal(parse_i64("-5", -5, 5, &value), 0);
	assert_int_equal(value, -5);
}

static void test_equality(void **state)
{
	(void)state;
	assert_true(str_eq(NULL, NULL));
	assert_false(str_eq(NULL, ""));
	assert_false(str_eq("", NULL));
	assert_true(str_eq("a", "a"));
	assert_false(str_eq("a", "A"));
	assert_true(str_eq_nocase("aZ", "Az"));
	assert_false(str_eq_nocase("a", "ab"));
	assert_false(str_eq_nocase("@", "`"));
	assert_true(str_eq_nocase(NULL, NULL));
	assert_false(str_eq_nocase("", NULL));
}

static void test_starts_and_ends(void **state)
{
	(void)state;
	assert_true(str_starts("abc", "ab"));
	assert_true(str_starts("abc", ""));
	assert_false(str_starts("ab", "abc"));
	assert_true(str_ends("abc", "bc"));
	assert_true(str_ends("abc", ""));
	assert_false(str_ends("bc", "abc"));
	assert_string_equal(str_or_empty(NULL), "");
	assert_string_equal(str_or_empty("x"), "x");
	assert_string_equal(str_plural(0), "s");
	assert_string_equal(str_plural(1), "");
	assert_string_equal(str_plural(2), "s");
}

static void test_case(void **state)
{
	(void)state;
	assert_int_equal(ascii_lower('A'), 'a');
	assert_int_equal(ascii_lower('Z'), 'z');
	assert_int_equal(ascii_lower('['), '[');
	assert_int_equal(ascii_lower('\xC4'), '\xC4');
	assert_int_equal(ascii_upper('a'), 'A');
	assert_int_equal(ascii_upper('{'), '{');
}

static void test_nearest(void **state)
{
	(void)state;
	static const char *const names[] = {
		"nick", "username", "realname", "servers", "tls", NULL};
	assert_string_equal(str_nearest("nick", names), "nick");
	assert_string_equal(str_nearest("NICK", names), "nick");
	assert_string_equal(str_nearest("nikc", names), "nick");
	assert_string_equal(str_nearest("user_name", names), "username");
	assert_string_equal(str_nearest("relname", names), "realname");
	assert_string_equal(str_nearest("server", names), "servers");
	assert_null(str_nearest("password", names));
	assert_null(str_nearest("", names));
	assert_null(str_nearest("ab", names));
}

static void test_nearest_prefers_the_nearer(void **state)
{
	(void)state;
	static const char *const names[] = {"abcdeX", "abcdef", NULL};
	assert_string_equal(str_nearest("abcdef", names), "abcdef");
	static const char *const swapped[] = {"abcdxy", "abcdfe", NULL};
	assert_string_equal(str_nearest("abcdef", swapped), "abcdfe");
}

static void test_nearest_is_bounded(void **state)
{
	(void)state;
	char word[200];
	memset(word, 'x', sizeof(word));
	word[199] = '\0';
	const char *const names[] = {word, NULL};
	assert_null(str_nearest(word, names));
	assert_null(str_nearest("x", names));
	word[64] = '\0';
	assert_string_equal(str_nearest(word, names), word);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_spans),
		cmocka_unit_test(test_last_part),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_cut_at_the_end),
		cmocka_unit_test(test_trim),
		cmocka_unit_test(test_parse_u64),
		cmocka_unit_test(test_parse_i64),
		cmocka_unit_test(test_equality),
		cmocka_unit_test(test_starts_and_ends),
		cmocka_unit_test(test_case),
		cmocka_unit_test(test_nearest),
		cmocka_unit_test(test_nearest_prefers_the_nearer),
		cmocka_unit_test(test_nearest_is_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
