#include "chimed/writer.h"

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

enum { OUT_BYTES = 4096 };

static void test_commas(void **state)
{
	struct buf AUTOBUF out;

	(void)state;
	buf_init(&out, OUT_BYTES);
	writer_open(&out, NULL, '{');
	writer_open(&out, "list", '[');
	writer_string(&out, NULL, "[");
	writer_string(&out, NULL, "{");
	writer_open(&out, NULL, '{');
	writer_close(&out, '}');
	writer_json(&out, NULL, json_pack("{s:f}", "t", 1611079200.125));
	writer_close(&out, ']');
	writer_open(&out, "none", '[');
	writer_close(&out, ']');
	writer_string(&out, "absent", NULL);
	writer_bool(&out, "yes", true);
	writer_bool(&out, "no", false);
	writer_close(&out, '}');
	assert_string_equal(out.data,
		"{\"list\":[\"[\",\"{\",{},{\"t\":1611079200.125}],"
		"\"none\":[],\"yes\":true,\"no\":false}");
}

/* Jansson reads back what was written. */
static void test_text(void **state)
{
	static const char above[] = "\"\\/é€😀\x7f";
	struct buf AUTOBUF text;
	struct buf AUTOBUF out;

	(void)state;
	buf_init(&text, OUT_BYTES);
	buf_init(&out, OUT_BYTES);
	for (char c = 0; c < ' '; c++) {
		buf_addc(&text, 'x');
		buf_addc(&text, c);
	}
	buf_adds(&text, above);
	writer_text(&out, NULL, text.data, text.len);
	json_t *read = json_loadb(
		out.data, out.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);

	assert_non_null(read);
	assert_int_equal(json_string_length(read), text.len);
	assert_memory_equal(json_string_value(read), text.data, text.len);
	json_decref(read);
	buf_clear(&out);
	writer_text(&out, NULL, "\a\n", 2);
	assert_string_equal(out.data, "\"\\u0007\\n\"");
}

static void test_seconds(void **state)
{
	struct buf AUTOBUF out;

	(void)state;
	buf_init(&out, OUT_BYTES);
	writer_open(&out, NULL, '[');
	writer_seconds(&out, NULL, 1611079200007);
	writer_seconds(&out, NULL, 1611079200000);
	writer_seconds(&out, NULL, 0);
	writer_close(&out, ']');
	assert_string_equal(out.data, "[1611079200.007,1611079200.000,0.000]");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_commas),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_seconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
