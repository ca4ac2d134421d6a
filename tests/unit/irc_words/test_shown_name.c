#include "irc_words/shown_name.h"

#include "util/str.h"
#include "util/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_names(void **state)
{
	static const struct {
		const char *name;
		const char *shown;
	} rows[] = {
		{"Alice", "Alice"},
		{"", "someone"},
		{"\x01\x02\r\n", "someone"},
		{"  spaced  out ", "spaced  out"},
		{"ev\xe2\x80\xaeil", "evil"}, /* right-to-left override */
		{"zero\xe2\x80\x8bwidth", "zerowidth"},
		{"a\nQUIT :b", "aQUIT :b"},
		{"\xd0\x98\xd0\xb2\xd0\xb0\xd0\xbd",
			"\xd0\x98\xd0\xb2\xd0\xb0\xd0\xbd"},
		{"\xe7\x8e\x8b\xe5\xb0\x8f\xe6\x98\x8e",
			"\xe7\x8e\x8b\xe5\xb0\x8f\xe6\x98\x8e"},
		{"\xd9\x85\xd8\xad\xd9\x85\xd8\xaf",
			"\xd9\x85\xd8\xad\xd9\x85\xd8\xaf"},
		{"bro\xffken", "broken"},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf AUTOBUF out;
		buf_init(&out, 512);
		shown_name(&out, rows[i].name, false);
		assert_string_equal(out.data, rows[i].shown);
	}
}

static void test_long_name(void **state)
{
	struct buf AUTOBUF out;
	char name[1000];
	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	buf_init(&out, 512);
	shown_name(&out, name, false);
	assert_int_equal(out.len, SHOWN_NAME_BYTES);
}

static void test_anti_ping(void **state)
{
	struct buf AUTOBUF out;
	(void)state;
	buf_init(&out, 512);
	shown_name(&out, "alice", true);
	assert_memory_equal(out.data + out.len - 1, "e", 1);
	assert_non_null(strstr(out.data, "\xe2\x80\x8b"));
	assert_true(utf8_is_valid(out.data, out.len));
	buf_clear(&out);
	shown_name(&out, "a", true); /* nothing to put it between */
	assert_string_equal(out.data, "a");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_long_name),
		cmocka_unit_test(test_anti_ping),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
