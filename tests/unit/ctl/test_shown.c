#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctl/shown.h"
#include "util/attr.h"

#include <stdlib.h>

static void test_what_is_shown(void **state UNUSED)
{
	static const struct {
		const char *text;
		const char *shown;
	} cases[] = {
		{"", ""},
		{"plain \xC3\xA9 \xF0\x9F\x98\x80",
			"plain \xC3\xA9 \xF0\x9F\x98\x80"},
		{"\x1b[2J\x07\x7f", "?[2J??"},
		{"a\tb\r\nc", "a b  c"},
		/* C1 controls, a right-to-left override, no UTF-8 */
		{"\xC2\x9B"
		 "31m \xE2\x80\xAE \xFF",
			"?31m ? ?"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf AUTOBUF out;

		buf_init(&out, 100);
		shown_add(&out, cases[i].text);
		assert_string_equal(out.data, cases[i].shown);
	}
}

static void test_print(void **state UNUSED)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	shown_print(out, NULL);
	shown_print(out, "a\x1b[1m");
	fclose(out);
	assert_string_equal(text, "a?[1m");
	free(text);
}

/* A letter is one column, however many bytes it has. */
static void test_cells(void **state UNUSED)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	shown_cell(out, "\xC3\xA9t", 4);
	shown_cell(out, NULL, 2);
	shown_cell(out, "", 0);
	shown_cell(out, "too long\x1b", 3);
	fclose(out);
	assert_string_equal(text, "\xC3\xA9t   -  - too long? ");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_shown),
		cmocka_unit_test(test_print),
		cmocka_unit_test(test_cells),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
