#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "util/json.h"

#include "util/alloc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static json_t *parse(const char *text)
{
	struct err err = {.code = 0};
	json_t *value = json_parse_repaired(text, strlen(text), &err);
	assert_non_null(value);
	return value;
}

static void check(const char *text, const char *want)
{
	json_t AUTOJSON *value = parse(text);
	char AUTOFREE *got = json_text(value);
	assert_string_equal(got, want);
}

static void test_parse(void **state)
{
	(void)state;
	check("{\"a\":[1,2.5,true,null,\"x\"]}",
		"{\"a\":[1,2.5,true,null,\"x\"]}");
	check(" [ ] ", "[]");
	check("{\"a\":\"x\\u0000y\"}", "{\"a\":\"x\\u0000y\"}");
}

/* What Jansson refuses, and a page must survive. */
static void test_parse_repairs(void **state)
{
	(void)state;
	check("{\"a\":\"x\xFFy\"}", "{\"a\":\"x\xEF\xBF\xBDy\"}");
	check("{\"a\":\"\\ud800\"}", "{\"a\":\"\xEF\xBF\xBD\"}");
	check("{\"a\":\"\\udc00\\ud800x\"}",
		"{\"a\":\"\xEF\xBF\xBD\xEF\xBF\xBDx\"}");
	check("{\"a\":\"\\ud83d\\ude00\\ud800\"}",
		"{\"a\":\"\xF0\x9F\x98\x80\xEF\xBF\xBD\"}");
	check("{\"a\\u0000\":1}", "{\"a\xEF\xBF\xBD\":1}");
	check("{\"a\":1e999}", "{\"a\":0}");
	check("[99999999999999999999]", "[0]");
}

static void test_parse_refuses(void **state)
{
	(void)state;
	static const char *const rows[] = {"", " ", "{", "{}x", "[1,]", "1",
		"\"x\"", "null", "{\"a\":}", "[\"x]", "[\"\\x\"]", "{}{}",
		"\xFF"};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = {.code = 0};
		assert_null(
			json_parse_repaired(rows[i], strlen(rows[i]), &err));
		assert_int_equal(err.code, -EBADMSG);
		assert_non_null(strstr(err.text, "line "));
		assert_non_null(strstr(err.text, "column "));
	}
}

static void test_parse_error_place(void **state)
{
	(void)state;
	struct err err = {.code = 0};
	static const char text[] = "{\n\"key\": \"SECRET\" \"SECRET\"}";
	assert_null(json_parse_repaired(text, strlen(text), &err));
	assert_memory_equal(err.text, "line 2 column ", 14);
	assert_null(strstr(err.text, "SECRET"));
	assert_null(json_parse_repaired("{}\0", 3, &err));
}

static void test_parse_strict(void **state)
{
	static const char *const bad[] = {"{\"a\":1,\"a\":1}",
		"{\"a\":\"\xFF\"}", "{\"a\":\"\\ud800\"}", "{\"a\":1e999}",
		"{\"\\u0000\":1}", "[1", "", "7"};
	static const char nul[] = "{\"a\":\"\\u0000\"}";
	struct err err = {.code = 0};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_null(json_parse_strict(bad[i], strlen(bad[i]), &err));
		assert_int_equal(err.code, -EBADMSG);
		assert_memory_equal(err.text, "line 1 column ", 14);
		assert_null(strstr(err.text, " near "));
		assert_null(json_parse_line(bad[i], strlen(bad[i]), &err));
		assert_int_equal(err.code, -EBADMSG);
		assert_memory_equal(err.text, "column ", 7);
		assert_null(strstr(err.text, " near "));
	}
	json_t AUTOJSON *value = json_parse_strict(nul, strlen(nul), &err);
	assert_non_null(value);
}

static void test_parse_depth(void **state)
{
	(void)state;
	enum { DEPTH = 100000 };
	struct err err = {.code = 0};
	char AUTOFREE *text = xcalloc(DEPTH, 1);
	memset(text, '[', DEPTH);
	assert_null(json_parse_repaired(text, DEPTH, &err));
	assert_non_null(strstr(err.text, "depth"));
}

static void test_get_string(void **state)
{
	(void)state;
	json_t AUTOJSON *o = parse("{\"s\":\"x\\u0000y\",\"n\":1,\"z\":null}");
	size_t len = 99;
	assert_string_equal(json_get_string(o, "s"), "x");
	assert_memory_equal(json_get_string_n(o, "s", &len), "x\0y", 3);
	assert_int_equal(len, 3);
	len = 99;
	assert_null(json_get_string_n(o, "n", &len));
	assert_int_equal(len, 99);
	assert_null(json_get_string(o, "n"));
	assert_null(json_get_string(o, "z"));
	assert_null(json_get_string(o, "absent"));
	assert_null(json_get_string(NULL, "s"));
}

static void check_time(const char *value, int64_t want)
{
	char AUTOFREE *text = xasprintf("{\"t\":%s}", value);
	json_t AUTOJSON *o = parse(text);
	assert_int_equal(json_get_time_ms(o, "t"), want);
}

static void test_get_time(void **state)
{
	(void)state;
	check_time("1611079200", 1611079200000);
	check_time("1611079200.123", 1611079200123);
	check_time("1.611079200123E9", 1611079200123);
	check_time("1.001", 1001); /* times 1000 it is less */
	check_time("1.0016", 1002);
	check_time("\"1611079200.123\"", 1611079200123);
	check_time("\"1611079200\"", 1611079200000);
	check_time("\"2021-01-19T18:00:00.123Z\"", 1611079200123);
	check_time("\"2021-01-19T18:00:00Z\"", 1611079200000);
	check_time("\"yesterday\"", 0);
	check_time("\"\"", 0);
	check_time("\"[1]\"", 0);
	check_time("null", 0);
	check_time("true", 0);
	check_time("-5", 0);
	check_time("1e300", 0);
	check_time("1e999", 0);
	assert_int_equal(json_get_time_ms(NULL, "t"), 0);
}

/* No ms is lost in the doubles of seconds that the service sends. */
static void test_get_time_every_ms(void **state)
{
	(void)state;
	for (int ms = 0; ms < 1000; ms++) {
		char AUTOFREE *number = xasprintf("4102444799.%03d", ms);
		check_time(number, 4102444799000 + ms);
	}
}

static void test_get_bool_and_int(void **state)
{
	(void)state;
	json_t AUTOJSON *o = parse("{\"t\":true,\"f\":false,\"n\":-7,"
				   "\"r\":1.5,\"s\":\"1\"}");
	assert_true(json_get_bool(o, "t", false));
	assert_false(json_get_bool(o, "f", true));
	assert_true(json_get_bool(o, "n", true));
	assert_false(json_get_bool(o, "absent", false));
	assert_int_equal(json_get_int(o, "n", 1), -7);
	assert_int_equal(json_get_int(o, "r", 1), 1);
	assert_int_equal(json_get_int(o, "s", 1), 1);
	assert_int_equal(json_get_int(o, "absent", 3), 3);
}

static void test_set_string(void **state)
{
	(void)state;
	json_t AUTOJSON *o = json_object();
	json_set_string(o, "a", "x\"y");
	json_set_string(o, "b", NULL);
	json_set_string(o, "c", "old");
	json_set_string(o, "c", "new");
	char AUTOFREE *text = json_text(o);
	assert_string_equal(text, "{\"a\":\"x\\\"y\",\"c\":\"new\"}");
}

static void test_set_string_of_a_stranger(void **state)
{
	(void)state;
	json_t AUTOJSON *o = json_object();
	json_set_string(o, "a", "caf\xE9 \xC3\xA9 \xFF\xFF");
	json_set_string(o, "b", "\xF0\x9F");
	assert_string_equal(json_get_string(o, "a"),
		"caf\xEF\xBF\xBD \xC3\xA9 \xEF\xBF\xBD\xEF\xBF\xBD");
	assert_true(json_is_string(json_object_get(o, "b")));
}

static void test_text_of_a_scalar(void **state)
{
	(void)state;
	json_t AUTOJSON *s = json_string("\xC3\xA4\n");
	char AUTOFREE *text = json_text(s);
	assert_string_equal(text, "\"\xC3\xA4\\n\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_parse_repairs),
		cmocka_unit_test(test_parse_refuses),
		cmocka_unit_test(test_parse_error_place),
		cmocka_unit_test(test_parse_strict),
		cmocka_unit_test(test_parse_depth),
		cmocka_unit_test(test_get_string),
		cmocka_unit_test(test_get_time),
		cmocka_unit_test(test_get_time_every_ms),
		cmocka_unit_test(test_get_bool_and_int),
		cmocka_unit_test(test_set_string),
		cmocka_unit_test(test_set_string_of_a_stranger),
		cmocka_unit_test(test_text_of_a_scalar),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
