#include "net/headers.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void add(struct headers *headers, const char *line)
{
	headers_add_line(headers, line, strlen(line));
}

static void test_finds_in_any_case(void **state)
{
	struct headers headers;

	(void)state;
	headers_init(&headers);
	add(&headers, "HTTP/1.1 200 OK\r\n");
	add(&headers, "Content-Type: text/plain\r\n");
	add(&headers, "X-Empty:\r\n");
	add(&headers, "X-Twice:one\r\n");
	add(&headers, "X-Twice: two\r\n");
	add(&headers, "no colon here\r\n");
	add(&headers, "\r\n");
	assert_string_equal(
		headers_find(&headers, "content-TYPE"), "text/plain");
	assert_string_equal(headers_find(&headers, "x-empty"), "");
	assert_string_equal(headers_find(&headers, "X-Twice"), "one");
	assert_null(headers_find(&headers, "Content"));
	assert_null(headers_find(&headers, "Content-Type2"));
	headers_release(&headers);
}

static void test_status_line_forgets(void **state)
{
	struct headers headers;

	(void)state;
	headers_init(&headers);
	add(&headers, "HTTP/1.1 103 Early Hints\r\n");
	add(&headers, "Link: x\r\n");
	add(&headers, "\r\n");
	add(&headers, "HTTP/1.1 200 OK\r\n");
	add(&headers, "Date: y\r\n");
	assert_null(headers_find(&headers, "Link"));
	assert_string_equal(headers_find(&headers, "Date"), "y");
	headers_release(&headers);
}

static void test_number_is_bounded(void **state)
{
	struct headers headers;
	char line[32];

	(void)state;
	headers_init(&headers);
	for (int i = 0; i < HEADERS_MAX + 5; i++) {
		snprintf(line, sizeof(line), "X-%d: %d\r\n", i, i);
		add(&headers, line);
	}
	assert_string_equal(headers_find(&headers, "X-63"), "63");
	assert_null(headers_find(&headers, "X-64"));
	headers_release(&headers);
}

static void test_bytes_are_bounded_by_whole_lines(void **state)
{
	static char line[HEADERS_MAX_BYTES + 100];
	struct headers headers;

	(void)state;
	headers_init(&headers);
	memset(line, 'a', sizeof(line) - 1);
	memcpy(line, "X-Long: ", 8);
	add(&headers, line);
	assert_null(headers_find(&headers, "X-Long"));
	add(&headers, "X-Short: s");
	assert_string_equal(headers_find(&headers, "X-Short"), "s");
	headers_release(&headers);
}

static void test_line_with_nul_is_left_out(void **state)
{
	struct headers headers;

	(void)state;
	headers_init(&headers);
	headers_add_line(&headers, "A: b\0c\r\n", 8);
	assert_null(headers_find(&headers, "A"));
	headers_release(&headers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_finds_in_any_case),
		cmocka_unit_test(test_status_line_forgets),
		cmocka_unit_test(test_number_is_bounded),
		cmocka_unit_test(test_bytes_are_bounded_by_whole_lines),
		cmocka_unit_test(test_line_with_nul_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
