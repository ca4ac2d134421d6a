#include "irc/format.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

enum { NONE = IRC_COLOUR_DEFAULT, RGB = IRC_COLOUR_RGB };

static void check_span(
	const struct irc_span *got, const char *text, struct irc_format format)
{
	assert_int_equal(got->len, strlen(text));
	assert_memory_equal(got->text, text, got->len);
	assert_int_equal(got->format.styles, format.styles);
	assert_int_equal(got->format.fg, format.fg);
	assert_int_equal(got->format.bg, format.bg);
}

static const struct {
	const char *text;
	size_t code;
	struct irc_format format;
} code_rows[] = {
	{"", 0, {0, NONE, NONE}},
	{"x", 0, {0, NONE, NONE}},
	{"\x02", 1, {IRC_BOLD, NONE, NONE}},
	{"\x1dx", 1, {IRC_ITALIC, NONE, NONE}},
	{"\x1f", 1, {IRC_UNDERLINE, NONE, NONE}},
	{"\x1e", 1, {IRC_STRIKE, NONE, NONE}},
	{"\x11", 1, {IRC_MONOSPACE, NONE, NONE}},
	{"\x16", 1, {IRC_REVERSE, NONE, NONE}},
	{"\x03", 1, {0, NONE, NONE}},
	{"\x03x", 1, {0, NONE, NONE}},
	{"\x03,4", 1, {0, NONE, NONE}},
	{"\x03"
	 "4",
		2, {0, 4, NONE}},
	{"\x03"
	 "04",
		3, {0, 4, NONE}},
	{"\x03"
	 "123",
		3, {0, 12, NONE}},
	{"\x03"
	 "4,",
		2, {0, 4, NONE}},
	{"\x03"
	 "4,x",
		2, {0, 4, NONE}},
	{"\x03"
	 "4,12",
		5, {0, 4, 12}},
	{"\x03"
	 "4,123",
		5, {0, 4, 12}},
	{"\x03"
	 "99,5",
		5, {0, NONE, 5}},
	{"\x03"
	 "98",
		3, {0, 98, NONE}},
	{"\x04", 1, {0, NONE, NONE}},
	{"\x04"
	 "FF00a",
		1, {0, NONE, NONE}},
	{"\x04"
	 "FF00aa",
		7, {0, RGB | 0xff00aa, NONE}},
	{"\x04"
	 "FF00aa,12345",
		7, {0, RGB | 0xff00aa, NONE}},
	{"\x04"
	 "FF00aa,123456",
		14, {0, RGB | 0xff00aa, RGB | 0x123456}},
};

static void test_codes(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(code_rows); i++) {
		struct irc_format format = irc_format_plain();
		size_t len = strlen(code_rows[i].text);
		assert_int_equal(
			irc_format_code(code_rows[i].text, len, &format),
			code_rows[i].code);
		assert_true(irc_format_equal(format, code_rows[i].format));
		assert_int_equal(irc_format_is_code(*code_rows[i].text),
			code_rows[i].code > 0);
	}
	struct irc_format all = {IRC_BOLD | IRC_REVERSE, 4, RGB};
	assert_int_equal(irc_format_code("\x0f", 1, &all), 1);
	assert_true(irc_format_equal(all, irc_format_plain()));
}

static void test_read(void **state UNUSED)
{
	static const char text[] = "a\x02"
				   "b\x03"
				   "04,05c\x02"
				   "d\x03"
				   "e\x0f\x02\x02"
				   "f\x1d";
	struct irc_format_reader reader;
	struct irc_span span;
	irc_format_reader_init(&reader, text, sizeof(text) - 1);
	assert_true(irc_format_next(&reader, &span));
	check_span(&span, "a", irc_format_plain());
	assert_true(irc_format_next(&reader, &span));
	check_span(&span, "b", (struct irc_format){IRC_BOLD, NONE, NONE});
	assert_true(irc_format_next(&reader, &span));
	check_span(&span, "c", (struct irc_format){IRC_BOLD, 4, 5});
	assert_true(irc_format_next(&reader, &span));
	check_span(&span, "d", (struct irc_format){0, 4, 5});
	assert_true(irc_format_next(&reader, &span));
	check_span(&span, "e", irc_format_plain());
	assert_true(irc_format_next(&reader, &span));
	check_span(&span, "f", irc_format_plain());
	assert_false(irc_format_next(&reader, &span));
	assert_false(irc_format_next(&reader, &span));
}

static void write_span(struct irc_format_writer *writer, const char *text,
	unsigned styles, int32_t fg, int32_t bg)
{
	const struct irc_span span = {text, strlen(text), {styles, fg, bg}};
	irc_format_write(writer, &span);
}

struct step {
	const char *text;
	struct irc_format format;
};

static void check_written(
	const struct step *steps, size_t count, const char *want)
{
	struct buf out AUTOBUF;
	struct irc_format_writer writer;
	buf_init(&out, 1024);
	irc_format_writer_init(&writer, &out);
	for (size_t i = 0; i < count; i++)
		write_span(&writer, steps[i].text, steps[i].format.styles,
			steps[i].format.fg, steps[i].format.bg);
	assert_string_equal(out.data, want);
}

static void test_write_styles(void **state UNUSED)
{
	static const struct step steps[] = {
		{"a", {0, NONE, NONE}},
		{"b", {IRC_BOLD, NONE, NONE}},
		{"c", {IRC_BOLD | IRC_ITALIC, NONE, NONE}},
		{"", {IRC_STRIKE, 3, 4}},
		{"d", {IRC_ITALIC, NONE, NONE}},
		{"e", {IRC_ITALIC, NONE, NONE}},
		{"f", {0, NONE, NONE}},
		{"g", {IRC_UNDERLINE | IRC_REVERSE, NONE, NONE}},
		{"h", {IRC_STRIKE | IRC_MONOSPACE, NONE, NONE}},
	};
	check_written(steps, ARRAY_LEN(steps),
		"a\x02"
		"b\x1d"
		"c\x02"
		"de\x0f"
		"f\x1f\x16"
		"g\x1f\x1e\x11\x16"
		"h");
}

static void test_write_colours(void **state UNUSED)
{
	static const struct step steps[] = {
		{"a", {0, 4, NONE}},
		{"b", {0, 4, 5}},
		{"c", {0, 6, 5}},
		{"d", {0, NONE, 5}},
		{"e", {0, 7, NONE}},
		{"f", {IRC_BOLD, NONE, NONE}},
		{"g", {IRC_BOLD, RGB | 0xabcdef, NONE}},
		{"h", {IRC_BOLD, 3, RGB | 0x123456}},
		{"i", {0, NONE, NONE}},
		{"j", {0, RGB | 1, 2}},
		{"k", {0, RGB | 1, RGB | 2}},
	};
	check_written(steps, ARRAY_LEN(steps),
		"\x03"
		"04a\x03"
		"04,05b\x03"
		"06c\x03"
		"99d\x03\x03"
		"07e\x03\x02"
		"f\x04"
		"ABCDEFg\x04"
		"000000,123456\x03"
		"03h\x0f"
		"i\x03"
		"99,02\x04"
		"000001j\x04"
		"000001,000002k");
}

static void test_write_protects(void **state UNUSED)
{
	static const struct step steps[] = {
		{"1", {0, 4, NONE}},
		{",5", {0, 3, NONE}},
		{",5", {0, 3, 2}},
		{",abcdef", {0, RGB, NONE}},
		{"7", {0, NONE, NONE}},
		{"8", {IRC_BOLD, 3, NONE}},
		{"9", {IRC_BOLD, NONE, NONE}},
		{",1", {IRC_BOLD, 12, NONE}},
	};
	check_written(steps, ARRAY_LEN(steps),
		"\x03"
		"041\x03"
		"03\x02\x02,5\x03"
		"03,02,5\x03\x04"
		"000000\x02\x02,abcdef\x0f"
		"7\x03"
		"03\x02"
		"8\x03\x02\x02"
		"9\x03"
		"12\x02\x02,1");
}

/* Text cannot switch styles, and colours that do not exist are none. */
static void test_write_foreign(void **state UNUSED)
{
	static const struct step steps[] = {
		{"a\x02"
		 "b\x0f\x03"
		 "4c\x16",
			{IRC_ITALIC, NONE, NONE}},
		{"\x02", {0, NONE, NONE}},
		{"d", {IRC_ITALIC | 0xff00, 99, -7}},
		{"e", {IRC_ITALIC, 1000, 99}},
	};
	check_written(steps, ARRAY_LEN(steps),
		"\x1d"
		"ab4cde");
}

static int32_t colour_of(unsigned n)
{
	static const int32_t colours[] = {NONE, 0, 4, 98, RGB, RGB | 0xffffff};
	return colours[n % ARRAY_LEN(colours)];
}

/* From any format to any other, before any text: it reads back the same. */
static void test_every_change(void **state UNUSED)
{
	static const char *const texts[] = {
		"x", "5", ",5", "a,b", ",ffffff", "123456,1", ","};
	for (unsigned n = 0; n < 36 * 36 * 4 * 7; n++) {
		struct irc_format formats[2] = {
			{n % 2 ? IRC_BOLD : 0, colour_of(n / 28),
				colour_of(n / 28 / 6)},
			{n / 2 % 2 ? IRC_BOLD : 0, colour_of(n / 28 / 36),
				colour_of(n / 28 / 216)},
		};
		const char *text = texts[n / 4 % 7];
		struct buf out AUTOBUF;
		struct irc_format_writer writer;
		buf_init(&out, 256);
		irc_format_writer_init(&writer, &out);
		for (int i = 0; i < 2; i++)
			write_span(&writer, text, formats[i].styles,
				formats[i].fg, formats[i].bg);
		struct irc_format_reader reader;
		struct irc_span span;
		irc_format_reader_init(&reader, out.data, out.len);
		assert_true(irc_format_next(&reader, &span));
		if (irc_format_equal(formats[0], formats[1])) {
			assert_int_equal(span.len, 2 * strlen(text));
			continue;
		}
		check_span(&span, text, formats[0]);
		assert_true(irc_format_next(&reader, &span));
		check_span(&span, text, formats[1]);
		assert_false(irc_format_next(&reader, &span));
		assert_true(
			out.len <= 2 * (strlen(text) + IRC_FORMAT_CODE_BYTES));
	}
}

static void test_strip(void **state UNUSED)
{
	struct buf out AUTOBUF;
	static const char text[] = "\x02"
				   "a\x03"
				   "4,5b\x04"
				   "123456c\x0f,d\x11";
	buf_init(&out, 64);
	irc_format_strip(&out, text, sizeof(text) - 1);
	assert_string_equal(out.data, "abc,d");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_codes),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_write_styles),
		cmocka_unit_test(test_write_colours),
		cmocka_unit_test(test_write_protects),
		cmocka_unit_test(test_write_foreign),
		cmocka_unit_test(test_every_change),
		cmocka_unit_test(test_strip),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
