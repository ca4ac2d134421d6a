#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "chime/endpoint.h"
#include "util/attr.h"

#include <errno.h>
#include <string.h>

static void test_good(void **state)
{
	(void)state;
	static const struct {
		const char *given, *url, *host, *path;
	} cases[] = {
		{"http://127.0.0.1:8787", "http://127.0.0.1:8787",
			"127.0.0.1:8787", ""},
		{"https://h.example/", "https://h.example", "h.example", ""},
		{"https://h:443", "https://h:443", "h", ""},
		{"http://h:80/a/b//", "http://h:80/a/b", "h", "/a/b"},
		{"http://h:443", "http://h:443", "h:443", ""},
		{"http://[::1]:1", "http://[::1]:1", "[::1]:1", ""},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err;
		struct endpoint e;
		assert_int_equal(endpoint_init(&e, cases[i].given, &err), 0);
		assert_string_equal(e.url, cases[i].url);
		assert_string_equal(e.host, cases[i].host);
		assert_string_equal(e.url + e.origin_len, cases[i].path);
		endpoint_release(&e);
	}
}

static void test_bad(void **state)
{
	(void)state;
	static const char *const bad[] = {"", "http://", "ftp://h", "h:80",
		"https:///x", "http://u@h", "http://h?x", "http://h/#x",
		"http://h h", "http://h/%41"};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct err err;
		struct endpoint e;
		assert_int_equal(endpoint_init(&e, bad[i], &err), -EINVAL);
		assert_non_null(strstr(err.text, "is no endpoint"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
