#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "util/utf8.h"

#include "util/attr.h"

#include <string.h>

/* One person's family: four emoji joined to one cluster of 25 bytes. */
#define FAMILY                                                                 \
	"\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9\xE2\x80\x8D"             \
	"\xF0\x9F\x91\xA7\xE2\x80\x8D\xF0\x9F\x91\xA6"
#define FLAG_DE "\xF0\x9F\x87\xA9\xF0\x9F\x87\xAA"
#define FLAG_FR "\xF0\x9F\x87\xAB\xF0\x9F\x87\xB7"

static void test_valid(void **state)
{
	(void)state;
	static const char *const rows[] = {"", "abc", "a longer ASCII text",
		"\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF",
		"\xEE\x80\x80", "\xEF\xBF\xBF", "\xF0\x90\x80\x80",
		"\xF4\x8F\xBF\xBF", "12345678\xC3\xA4"};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_true(utf8_is_valid(rows[i], strlen(rows[i])));
	assert_true(utf8_is_valid("a\0b", 3));
	assert_true(utf8_is_valid(NULL, 0));
}

static void test_invalid(void **state)
{
	(void)state;
	static const char *const rows[] = {"\x80", "\xBF", "\xC0\x80",
		"\xC1\xBF", "\xC3", "\xC3x", "\xE0\x80\x80", "\xE0\x9F\xBF",
		"\xE2\x82", "\xED\xA0\x80", "\xED\xBF\xBF", "\xF0\x80\x80\x80",
		"\xF0\x8F\xBF\xBF", "\xF0\x9F\x98", "\xF4\x90\x80\x80",
		"\xF5\x80\x80\x80", "\xFE", "\xFF", "1234567\xFF",
		"12345678\xFF"};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_false(utf8_is_valid(rows[i], strlen(rows[i])));
}

static void test_decode_and_encode(void **state)
{
	(void)state;
	static const uint32_t rows[] = {0, 'a', 0x7F, 0x80, 0x7FF, 0x800,
		0xD7FF, 0xE000, 0xFFFD, 0xFFFF, 0x10000, 0x10FFFF};
	static const size_t bytes[] = {1, 1, 1, 2, 2, 3, 3, 3, 3, 3, 4, 4};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf AUTOBUF b;
		uint32_t codepoint = 1;
		buf_init(&b, 10);
		utf8_encode(&b, rows[i]);
		assert_int_equal(b.len, bytes[i]);
		assert_int_equal(
			utf8_decode(b.data, b.len, &codepoint), bytes[i]);
		assert_int_equal(codepoint, rows[i]);
		assert_int_equal(
			utf8_decode(b.data, b.len - 1 + !b.data[0], &codepoint),
			b.data[0] ? 0 : 1);
	}
}

static void test_encode_replaces(void **state)
{
	(void)state;
	struct buf AUTOBUF b;
	buf_init(&b, 100);
	utf8_encode(&b, 0xD800);
	utf8_encode(&b, 0x110000);
	assert_string_equal(b.data, "\xEF\xBF\xBD\xEF\xBF\xBD");
}

static void test_repair(void **state)
{
	(void)state;
	static const struct {
		const char *in;
		const char *out;
	} rows[] = {
		{"abc", "abc"},
		{"a\xFF", "a\xEF\xBF\xBD"},
		{"\xC3\xA4\xC3", "\xC3\xA4\xEF\xBF\xBD"},
		{"\xE2\x82x", "\xEF\xBF\xBD\xEF\xBF\xBDx"},
		{"\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
		{"\xFF\xFF", "\xEF\xBF\xBD\xEF\xBF\xBD"},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf AUTOBUF b;
		buf_init(&b, 100);
		utf8_repair(&b, rows[i].in, strlen(rows[i].in));
		assert_string_equal(b.data, rows[i].out);
	}
}

static void test_from_irc(void **state)
{
	(void)state;
	struct buf AUTOBUF b;
	buf_init(&b, 100);
	utf8_from_irc(&b, "\xC3\xA4", 2);
	assert_string_equal(b.data, "\xC3\xA4");
	buf_clear(&b);
	utf8_from_irc(&b, "\xE4 \x80\x81", 4);
	assert_string_equal(b.data, "\xC3\xA4 \xE2\x82\xAC\xEF\xBF\xBD");
	buf_clear(&b);
	utf8_from_irc(&b, "caf\xE9 \xC3\xA4", 7); /* mixed: all of it CP1252 */
	assert_string_equal(b.data, "caf\xC3\xA9 \xC3\x83\xC2\xA4");
}

static void test_from_irc_every_byte(void **state)
{
	(void)state;
	struct buf AUTOBUF b;
	buf_init(&b, 1000);
	char all[256];
	for (int i = 0; i < 256; i++)
		all[i] = (char)i;
	utf8_from_irc(&b, all, sizeof(all));
	assert_true(utf8_is_valid(b.data, b.len));
	assert_int_equal(utf8_length(b.data, b.len), 256);
	int undefined = 0;
	for (size_t i = 0; i + 3 <= b.len; i++)
		undefined += memcmp(b.data + i, "\xEF\xBF\xBD", 3) == 0;
	assert_int_equal(undefined, 5);
}

static void test_fit(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t max;
		size_t fit;
	} rows[] = {
		{"abc", 3, 3},
		{"abc", 100, 3},
		{"abc", 2, 2},
		{"abc", 0, 0},
		{"", 0, 0},
		{"a\xC3\xA4", 2, 1},
		{"ae\xCC\x81", 3, 1}, /* e and its accent stay together */
		{"ae\xCC\x81", 4, 4},
		{"a\r\nb", 2, 1},
		{"a" FAMILY "b", 25, 1},
		{"a" FAMILY "b", 26, 26},
		{FLAG_DE FLAG_FR, 8, 8},
		{FLAG_DE FLAG_FR, 12, 8},
		{FLAG_DE FLAG_FR, 15, 8},
		/* A cluster that never fits is cut at a code point. */
		{FAMILY, 24, 21},
		{FAMILY, 5, 4},
		{FAMILY, 4, 4},
		{FAMILY, 3, 0},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(utf8_fit(rows[i].text, strlen(rows[i].text),
					 rows[i].max),
			rows[i].fit);
}

/* 4 KB of people holding hands: one cluster, cut at code points. */
static void test_fit_long_chain(void **state)
{
	(void)state;
	char chain[4096];
	size_t len = 0;
	for (; len + 7 <= sizeof(chain); len += 7)
		memcpy(chain + len, "\xF0\x9F\x91\xA8\xE2\x80\x8D", 7);
	size_t done = 0;
	int parts = 0;
	while (done < len) {
		size_t n = utf8_fit(chain + done, len - done, 400);
		assert_in_range(n, 397, 400 + (len - done <= 400));
		assert_true(utf8_is_valid(chain + done, n));
		done += n;
		assert_true(++parts < 20);
		if (len - done < 397)
			break;
	}
}

static void test_fit_broken_bytes(void **state)
{
	(void)state;
	char bytes[64];
	memset(bytes, 0x80, sizeof(bytes));
	for (size_t max = 4; max < sizeof(bytes); max++)
		assert_in_range(utf8_fit(bytes, sizeof(bytes), max), 1, max);
}

static void test_fit_words(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t max;
		size_t fit;
	} rows[] = {
		{"hello world", 100, 11},
		{"hello world", 8, 6},
		{"hello world", 6, 6},
		{"hello world", 5, 5}, /* the blank begins the rest */
		{"hello-world", 8, 6},
		{"a bcdefghijk", 9, 9}, /* too far back */
		{"one two three", 12, 8},
		{"hello \xCC\x81orld", 9, 9}, /* an accent on the blank */
		{"nowhere to go", 0, 0},
		{"abcdef", 3, 3},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(utf8_fit_words(rows[i].text,
					 strlen(rows[i].text), rows[i].max),
			rows[i].fit);
}

static void test_length(void **state)
{
	(void)state;
	assert_int_equal(utf8_length("", 0), 0);
	assert_int_equal(utf8_length("a\xC3\xA4\xF0\x9F\x98\x80", 7), 3);
}

static void test_classes(void **state)
{
	(void)state;
	static const uint32_t invisible[] = {0x200B, 0x200F, 0x202A, 0x202E,
		0x2060, 0x2064, 0x2066, 0x2069, 0xFEFF};
	static const uint32_t visible[] = {'a', 0x200A, 0x2010, 0x2029, 0x202F,
		0x205F, 0x2065, 0x206A, 0xFEFE, 0xFF00};
	for (size_t i = 0; i < ARRAY_LEN(invisible); i++)
		assert_true(utf8_is_invisible(invisible[i]));
	for (size_t i = 0; i < ARRAY_LEN(visible); i++)
		assert_false(utf8_is_invisible(visible[i]));
	assert_true(utf8_is_control(0));
	assert_true(utf8_is_control(0x1F));
	assert_true(utf8_is_control(0x7F));
	assert_true(utf8_is_control(0x9F));
	assert_false(utf8_is_control(0x20));
	assert_false(utf8_is_control(0x7E));
	assert_false(utf8_is_control(0xA0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_valid),
		cmocka_unit_test(test_invalid),
		cmocka_unit_test(test_decode_and_encode),
		cmocka_unit_test(test_encode_replaces),
		cmocka_unit_test(test_repair),
		cmocka_unit_test(test_from_irc),
		cmocka_unit_test(test_from_irc_every_byte),
		cmocka_unit_test(test_fit),
		cmocka_unit_test(test_fit_long_chain),
		cmocka_unit_test(test_fit_broken_bytes),
		cmocka_unit_test(test_fit_words),
		cmocka_unit_test(test_length),
		cmocka_unit_test(test_classes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
