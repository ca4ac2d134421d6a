#include "net/httpd_parse.h"

#include "util/attr.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { MAX_HEAD = 400, MAX_BODY = 100 };

/* Reads it in pieces of `step` bytes; the bytes that were taken. */
static size_t read_in(
	struct httpd_parse *parse, const char *text, size_t len, size_t step)
{
	size_t used = 0;

	httpd_parse_init(parse, MAX_HEAD, MAX_BODY);
	while (used < len && !httpd_parse_is_over(parse)) {
		size_t n = len - used < step ? len - used : step;

		used += httpd_parse_feed(parse, text + used, n);
	}
	return used;
}

struct fine {
	const char *text;
	const char *method;
	const char *target;
	const char *body;
	bool keeps_alive;
};

static const struct fine fine[] = {
	{"GET / HTTP/1.1\r\nHost: h\r\n\r\n", "GET", "/", "", true},
	{"\r\n\nGET /a?b=%2F HTTP/1.1\nHost:h\n\n", "GET", "/a?b=%2F", "",
		true},
	{"DELETE //x/../y HTTP/1.0\r\n\r\n", "DELETE", "//x/../y", "", false},
	{"PUT / HTTP/1.0\r\nConnection: x, Keep-Alive\r\n\r\n", "PUT", "/", "",
		true},
	{"GET / HTTP/1.1\r\nhost: h\r\nconnection: Close\r\n\r\n", "GET", "/",
		"", false},
	{"GET http://h:80/a?b HTTP/1.1\r\nHost: h\r\n\r\n", "GET", "/a?b", "",
		true},
	{"GET HTTP://h HTTP/1.1\r\nHost: h\r\n\r\n", "GET", "/", "", true},
	{"GET http://h?q HTTP/1.1\r\nHost: h\r\n\r\n", "GET", "/?q", "", true},
	{"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\na\nb", "POST",
		"/", "a\nb", true},
	{"PATCH / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n"
	 "3 ; x=y\r\nabc\r\n0002\r\nde\r\n0\r\nX-Trailer: 1\r\n\r\n",
		"PATCH", "/", "abcde", true},
};

static void test_requests(void **state)
{
	static const size_t steps[] = {1, 2, 7, 4096};
	struct httpd_parse parse;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(fine) * ARRAY_LEN(steps); i++) {
		const struct fine *row = &fine[i / ARRAY_LEN(steps)];
		size_t len = strlen(row->text);

		assert_int_equal(read_in(&parse, row->text, len,
					 steps[i % ARRAY_LEN(steps)]),
			len);
		assert_string_equal(parse.reason, "");
		assert_int_equal(parse.state, HTTPD_PARSE_WHOLE);
		assert_string_equal(parse.method, row->method);
		assert_string_equal(httpd_parse_target(&parse), row->target);
		assert_string_equal(parse.body.data, row->body);
		assert_int_equal(
			httpd_parse_keeps_alive(&parse), row->keeps_alive);
		httpd_parse_release(&parse);
	}
}

static void test_headers(void **state)
{
	static const char text[] = "GET / HTTP/1.1\r\nHost: h\r\n"
				   "X-A:\t a b \t\r\nx-a:\r\n\r\n";
	struct httpd_parse parse;

	(void)state;
	assert_int_equal(
		read_in(&parse, text, strlen(text), 4096), strlen(text));
	assert_int_equal(parse.header_count, 3);
	assert_string_equal(httpd_parse_name(&parse, 1), "X-A");
	assert_string_equal(httpd_parse_value(&parse, 1), "a b");
	assert_string_equal(httpd_parse_name(&parse, 2), "x-a");
	assert_string_equal(httpd_parse_value(&parse, 2), "");
	httpd_parse_release(&parse);
}

#define START "POST / HTTP/1.1\r\nHost: h\r\n"
#define CHUNKED START "Transfer-Encoding: chunked\r\n\r\n"

static const struct {
	const char *text;
	int status;
	const char *reason; /* a part of it */
} broken[] = {
	{"\x16\x03\x01", 400, "without TLS"},
	{" GET / HTTP/1.1\r\n", 400, "METHOD TARGET"},
	{"GET /\r\n", 400, "METHOD TARGET HTTP/1.1"},
	{"GET / HTTP/1.1 x\r\n", 400, "METHOD TARGET HTTP/1.1"},
	{"GET  / HTTP/1.1\r\n", 400, "METHOD TARGET HTTP/1.1"},
	{"GET / HTTP/banana\r\n", 400, "METHOD TARGET HTTP/1.1"},
	{"PRI * HTTP/2.0\r\n", 505, "HTTP/1.1"},
	{"BREW / HTTP/1.1\r\n", 501, "BREW"},
	{"CONNECT h:443 HTTP/1.1\r\n", 501, "CONNECT"},
	{"OPTIONS * HTTP/1.1\r\n", 501, "OPTIONS"},
	{"get / HTTP/1.1\r\n", 501, "get"},
	{"G@T / HTTP/1.1\r\n", 400, "method"},
	{"GET * HTTP/1.1\r\n", 400, "begin with /"},
	{"GET a HTTP/1.1\r\n", 400, "begin with /"},
	{"GET http:///a HTTP/1.1\r\n", 400, "begin with /"},
	{"GET https://h/ HTTP/1.1\r\n", 400, "begin with /"},
	{"GET /\xc3\xa9 HTTP/1.1\r\n", 400, "visible ASCII"},
	{"GET /a#b HTTP/1.1\r\n", 400, "visible ASCII"},
	{"GET /\ta HTTP/1.1\r\n", 400, "visible ASCII"},
	{"GET / HTTP/1.1\r\nHost: h\r\n x\r\n", 400, "Line 3: continuation"},
	{"GET / HTTP/1.1\r\nno colon\r\n", 400, "Line 2: a header is"},
	{"GET / HTTP/1.1\r\nHost : h\r\n", 400, "name"},
	{"GET / HTTP/1.1\r\n: h\r\n", 400, "name"},
	{"GET / HTTP/1.1\r\nA: \x01\r\n", 400, "control character"},
	{"GET / HTTP/1.1\r\nA: b\rc\r\n", 400, "no line end"},
	{"GET / HTTP/1.1\r\n\r\n", 400, "Host"},
	{"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400, "one Host"},
	{START "Content-Length: -5\r\n", 400, "digits"},
	{START "Content-Length: +5\r\n", 400, "digits"},
	{START "Content-Length: 5, 5\r\n", 400, "digits"},
	{START "Content-Length: 0x5\r\n", 400, "digits"},
	{START "Content-Length:\r\n", 400, "digits"},
	{START "Content-Length: 5\r\nContent-Length: 5\r\n", 400, "more than"},
	{START "Content-Length: 101\r\n\r\n", 413, "100 bytes"},
	{START "Content-Length: 99999999999999999999999\r\n\r\n", 413, "100"},
	{START "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400,
		"exclude"},
	{START "Transfer-Encoding: gzip, chunked\r\n", 501, "chunked"},
	{START "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
		400, "more than"},
	{"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400, "1.0"},
	{START "Expect: a pony\r\n", 417, "100-continue"},
	{CHUNKED "x\r\n", 400, "hexadecimal"},
	{CHUNKED "\r\n", 400, "hexadecimal"},
	{CHUNKED "-1\r\n", 400, "hexadecimal"},
	{CHUNKED "1 2\r\n", 400, "hexadecimal"},
	{CHUNKED "ffffffffffffffff\r\n", 400, "hexadecimal"},
	{CHUNKED "65\r\n", 413, "100 bytes"},
	{CHUNKED "1\r\nab\r\n", 400, "longer"},
	{CHUNKED "0\r\nbroken\r\n", 400, "colon"},
};

static void test_refusals(void **state)
{
	struct httpd_parse parse;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(broken) * 2; i++) {
		const char *text = broken[i / 2].text;

		(void)read_in(&parse, text, strlen(text), i % 2 ? 1 : 4096);
		if (parse.state != HTTPD_PARSE_REFUSED ||
			parse.status != broken[i / 2].status ||
			!strstr(parse.reason, broken[i / 2].reason))
			fail_msg("%s: %d %s", text, parse.status, parse.reason);
		assert_false(httpd_parse_keeps_alive(&parse));
		httpd_parse_release(&parse);
	}
}

static void test_nul(void **state)
{
	static const char text[] = "GET / HTTP/1.1\r\nA: b\0c\r\n";
	static const char first[] = "\0";
	struct httpd_parse parse;

	(void)state;
	(void)read_in(&parse, text, sizeof(text) - 1, 4096);
	assert_int_equal(parse.status, 400);
	assert_non_null(strstr(parse.reason, "NUL"));
	httpd_parse_release(&parse);
	(void)read_in(&parse, first, 1, 1);
	assert_int_equal(parse.status, 400);
	httpd_parse_release(&parse);
}

/* `part` again and again behind `start`, until it is refused. */
static void check_bound(const char *start, const char *part, int status)
{
	struct httpd_parse parse;
	size_t fed = 0;

	(void)read_in(&parse, start, strlen(start), 4096);
	while (!httpd_parse_is_over(&parse) && fed < 10000)
		fed += httpd_parse_feed(&parse, part, strlen(part));
	assert_int_equal(parse.state, HTTPD_PARSE_REFUSED);
	assert_int_equal(parse.status, status);
	assert_true(fed <= MAX_HEAD + 100);
	httpd_parse_release(&parse);
}

static void test_bounds(void **state)
{
	(void)state;
	check_bound("", "\r\n", 431);
	check_bound("", "a", 431);
	check_bound("GET / HTTP/1.1\r\nA:", "a", 431);
	check_bound("GET / HTTP/1.1\r\n", "a:\n", 431);
	check_bound("GET / HTTP/1.1\r\n", "Abc: def\r\n", 431);
	check_bound(CHUNKED "1;", "x", 400);
	check_bound(CHUNKED "0\r\n", "A: b\r\n", 431);
}

static void test_awaits_continue(void **state)
{
	static const char text[] =
		START "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n";
	struct httpd_parse parse;

	(void)state;
	assert_int_equal(
		read_in(&parse, text, strlen(text), 4096), strlen(text));
	assert_true(httpd_parse_awaits_continue(&parse));
	assert_int_equal(httpd_parse_feed(&parse, "a", 1), 1);
	assert_false(httpd_parse_awaits_continue(&parse));
	assert_int_equal(httpd_parse_feed(&parse, "bGET", 4), 1);
	assert_int_equal(parse.state, HTTPD_PARSE_WHOLE);
	httpd_parse_release(&parse);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_headers),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_nul),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_awaits_continue),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
