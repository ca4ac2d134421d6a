#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "util/ascii.h"

#include <string.h>

static void test_fold(void **state)
{
	static const struct {
		const char *in;
		const char *out;
	} rows[] = {
		{"Alice", "Alice"},
		{"Zo\xc3\xab", "Zoe"},
		{"\xc5\x81\xc3\xb3\x64\xc5\xba", "Lodz"},
		{"Stra\xc3\x9f"
		 "e",
			"Strasse"},
		{"\xc3\x86\xc3\xb8", "AEo"},
		/* fullwidth, superscript, ligature */
		{"\xef\xbc\xa1\xc2\xb2\xef\xac\x81", "A2fi"},
		{"e\xcc\x81", "e"},
		{"\xd0\x98\xd0\xb2\xd0\xb0\xd0\xbd", ""},
		{"\xe7\x8e\x8b", ""},
		{"a\xff\x62\x01", "ab"},
		{"\xf0\x9f\x98\x80", ""},
		{"", ""},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf AUTOBUF out;
		buf_init(&out, 100);
		ascii_fold(&out, rows[i].in, strlen(rows[i].in));
		assert_string_equal(out.data, rows[i].out);
	}
}

static void test_bounded(void **state)
{
	static char text[10000];
	struct buf AUTOBUF out;
	(void)state;
	memset(text, 'x', sizeof(text));
	buf_init(&out, sizeof(text));
	ascii_fold(&out, text, sizeof(text));
	assert_int_equal(out.len, 4096);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fold),
		cmocka_unit_test(test_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
