/* The parts of the canonical request, beyond what the suite covers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "aws/canonical.h"

#include <errno.h>
#include <string.h>

enum { CEILING = 4096 };

static void test_paths(void **state)
{
	(void)state;
	static const struct {
		const char *path;
		unsigned flags;
		const char *want;
	} cases[] = {
		{"", 0, "/"},
		{"/", 0, "/"},
		{"/a%3Ab%2Fc", 0, "/a%253Ab%252Fc"},
		{"/a%3ab", SIGV4_ENCODE_ONCE, "/a%3Ab"},
		{"/a b+c", SIGV4_ENCODE_ONCE, "/a%20b%2Bc"},
		{"/a/./b/../c/", 0, "/a/c/"},
		{"/../..", 0, "/"},
		{"/a/..", 0, "/"},
		{"/a/.", 0, "/a/"},
		{"//a//", SIGV4_KEEP_DOTS, "//a//"},
		{"/.hidden", 0, "/.hidden"},
		{"relative", 0, "/relative"},
		{"/~-._", 0, "/~-._"},
		{"/%", SIGV4_ENCODE_ONCE, "/%25"},
		{"/%4", SIGV4_ENCODE_ONCE, "/%254"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf AUTOBUF out;
		buf_init(&out, CEILING);
		assert_int_equal(canonical_path(&out, span_of(cases[i].path),
					 cases[i].flags),
			0);
		assert_string_equal(out.data, cases[i].want);
	}
}

static void test_too_many_segments(void **state)
{
	(void)state;
	struct buf AUTOBUF out;
	char path[512] = "/.";
	for (size_t i = 2; i + 2 < sizeof(path); i += 2)
		memcpy(path + i, "/a", 3);
	buf_init(&out, CEILING);
	assert_int_equal(canonical_path(&out, span_of(path), 0), -E2BIG);
}

static void test_queries(void **state)
{
	(void)state;
	static const struct {
		const char *query;
		const char *skip;
		const char *want;
	} cases[] = {
		{"", NULL, ""},
		{"a", NULL, "a="},
		{"a=", NULL, "a="},
		{"b=1&a=2&a=1", NULL, "a=1&a=2&b=1"},
		{"a=x%2By", NULL, "a=x%2By"},
		{"a=x+y", NULL, "a=x%2By"},
		{"a=%7e", NULL, "a=~"},
		{"a=%zz%4", NULL, "a=%25zz%254"},
		{"a=b=c", NULL, "a=b%3Dc"},
		{"a=%00", NULL, "a=%00"},
		{"&&a=1&", NULL, "a=1"},
		{"a=1&s=2&b=3", "s", "a=1&b=3"},
		{"a-b=1&a=2", NULL, "a=2&a-b=1"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf AUTOBUF out;
		buf_init(&out, CEILING);
		assert_int_equal(canonical_query(&out, span_of(cases[i].query),
					 cases[i].skip),
			0);
		assert_string_equal(out.data, cases[i].want);
	}
}

static void test_too_many_parameters(void **state)
{
	(void)state;
	struct buf AUTOBUF out;
	char query[2 * SIGV4_MAX_QUERY + 2];
	for (size_t i = 0; i < SIGV4_MAX_QUERY + 1; i++)
		memcpy(query + 2 * i, "a&", 2);
	buf_init(&out, CEILING);
	assert_int_equal(canonical_query(&out,
				 (struct span){query, sizeof(query)}, NULL),
		-E2BIG);
}

static void test_headers(void **state)
{
	(void)state;
	static const struct sigv4_header headers[] = {
		{"X-B", " one \t two\r\n  three "},
		{"Host", "h"},
		{"x-b", ""},
		{"x-b", "again"},
	};
	struct buf AUTOBUF out;
	struct buf AUTOBUF names;
	buf_init(&out, CEILING);
	buf_init(&names, CEILING);
	assert_int_equal(
		canonical_headers(&out, &names, headers, ARRAY_LEN(headers)),
		0);
	assert_string_equal(out.data, "host:h\nx-b:one two three,,again\n");
	assert_string_equal(names.data, "host;x-b");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_too_many_segments),
		cmocka_unit_test(test_queries),
		cmocka_unit_test(test_too_many_parameters),
		cmocka_unit_test(test_headers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
