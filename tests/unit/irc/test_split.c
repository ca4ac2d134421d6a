#include "irc/split.h"
#include "unit/support/irc_split_check.h"
#include "util/alloc.h"
#include "util/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

static void test_budget(void **state UNUSED)
{
	struct irc_isupport is;
	irc_isupport_init(&is);
	static const char line[] =
		":nick!~user@host.example PRIVMSG #chan :\r\n";
	assert_int_equal(irc_split_budget(&is, "nick!~user@host.example",
				 "PRIVMSG", "#chan"),
		512 - strlen(line));
	size_t around = strlen(":!@ PRIVMSG #chan :\r\n");
	assert_int_equal(irc_split_budget(&is, "nick", "PRIVMSG", "#chan"),
		512 - around - 4 - is.userlen - is.hostlen);
	assert_int_equal(irc_split_budget(&is, NULL, "PRIVMSG", "#chan"),
		512 - around - is.nicklen - is.userlen - is.hostlen);
	irc_isupport_apply(&is, "LINELEN=2048");
	assert_int_equal(irc_split_budget(&is, "nick!~user@host.example",
				 "PRIVMSG", "#chan"),
		2048 - strlen(line));
	char target[3000];
	memset(target, 'x', sizeof(target));
	target[sizeof(target) - 1] = '\0';
	assert_int_equal(irc_split_budget(&is, NULL, "PRIVMSG", target), 0);
}

static void check_parts(const char *text, size_t len, const char *const *want)
{
	struct irc_split split;
	struct irc_part part;
	struct buf out AUTOBUF;
	buf_init(&out, 512);
	assert_int_equal(
		irc_split_init(&split, text, len, IRC_SPLIT_BUDGET_MIN, 0), 0);
	for (; *want; want++) {
		assert_true(irc_split_next(&split, &out, &part));
		assert_string_equal(out.data, *want);
	}
	assert_false(irc_split_next(&split, &out, &part));
	assert_int_equal(out.len, 0);
	assert_false(irc_split_next(&split, &out, &part));
	irc_split_check(text, len, IRC_SPLIT_BUDGET_MIN);
}

/* Thirty and sixty bytes. */
#define T30 "abcdefghi jklmnopqr stuvwxyzab"
#define T60 T30 T30

static void test_lines(void **state UNUSED)
{
	static const struct {
		const char *text;
		size_t len;
		const char *want[5];
	} rows[] = {
#define TEXT(s) s, sizeof(s) - 1
		{TEXT(""), {NULL}},
		{TEXT("\n\r\n\n"), {NULL}},
		{TEXT("a"), {"a"}},
		{TEXT("a\nb"), {"a", "b"}},
		{TEXT("a\r\n\r\n b \n"), {"a", " b "}},
		{TEXT("a\rQUIT"), {"a", "QUIT"}},
		{TEXT("a\0b"), {"a", "b"}},
		{TEXT("\x01"
		      "ACTION x\x01"),
			{"ACTION x\x01"}},
		{TEXT("\x01\n\x02\n"), {NULL}},
		{TEXT(T60 " more"), {T60, "more"}},
		{TEXT(T60 "abcdefgh"),
			{T30 "abcdefghi jklmnopqr", "stuvwxyzababcdefgh"}},
		{TEXT("\x02" T60 " more \x02not"),
			{"\x02" T60, "\x02more \x02not"}},
		{TEXT("\x02"
		      "a\nb\x02\nc"),
			{"\x02"
			 "a",
				"\x02"
				"b\x02",
				"c"}},
		{TEXT("\x03"
		      "04" T60 " 5 more"),
			{"\x03"
			 "04" T60,
				"\x03"
				"045 more"}},
		{TEXT("\x03"
		      "4" T60 " ,5"),
			{"\x03"
			 "04" T60,
				"\x03"
				"04\x02\x02,5"}},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check_parts(rows[i].text, rows[i].len, rows[i].want);
}

/* A colour code is never cut: wherever the limit falls in it. */
static void test_code_at_the_limit(void **state UNUSED)
{
	for (size_t lead = 40; lead < 80; lead++) {
		struct buf text AUTOBUF;
		buf_init(&text, 1024);
		while (text.len < lead)
			buf_addc(&text, 'x');
		buf_adds(&text, "\x03"
				"04,12yyy\x04"
				"123456,abcdefzzz" T60);
		irc_split_check(text.data, text.len, IRC_SPLIT_BUDGET_MIN);
		struct irc_split split;
		struct irc_part part;
		struct buf out AUTOBUF;
		struct buf plain AUTOBUF;
		buf_init(&out, 64);
		buf_init(&plain, 1024);
		assert_int_equal(irc_split_init(&split, text.data, text.len,
					 IRC_SPLIT_BUDGET_MIN, 0),
			0);
		while (irc_split_next(&split, &out, &part))
			irc_format_strip(&plain, out.data, out.len);
		assert_non_null(strstr(plain.data, "xyyyzzzabc"));
	}
}

/* No part begins or ends inside one of the names. */
static void test_scripts(void **state UNUSED)
{
	static const char *const words[] = {
		"Jos\xc3\xa9",
		"\xd0\x98\xd0\xb2\xd0\xb0\xd0\xbd",
		"\xe7\x8e\x8b\xe5\xb0\x8f\xe6\x98\x8e",
		"\xd9\x85\xd8\xad\xd9\x85\xd8\xaf",
		"\xe0\xa4\x85\xe0\xa4\xae\xe0\xa4\xbf\xe0\xa4\xa4",
		"e\xcc\x81\xcc\x82",
		"\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9\xe2\x80\x8d"
		"\xf0\x9f\x91\xa7",
		"\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa",
	};
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		struct buf text AUTOBUF;
		buf_init(&text, 1 << 16);
		while (text.len < 2000)
			buf_addf(&text, "%s ", words[i]);
		struct irc_split split;
		struct irc_part part;
		struct buf out AUTOBUF;
		buf_init(&out, 100);
		assert_int_equal(
			irc_split_init(&split, text.data, text.len, 100, 0), 0);
		while (irc_split_next(&split, &out, &part)) {
			assert_true(str_starts(out.data, words[i]));
			assert_true(str_ends(out.data, words[i]) ||
				    part.next == text.len);
		}
		for (size_t budget = 64; budget < 90; budget++)
			irc_split_check(text.data, text.len, budget);
	}
}

/* One grapheme of 4 KB: it has to be cut, but between code points. */
static void test_endless_grapheme(void **state UNUSED)
{
	struct buf text AUTOBUF;
	buf_init(&text, 1 << 16);
	buf_adds(&text, "\x02\xf0\x9f\x91\xa8");
	while (text.len < 4096)
		buf_adds(&text, "\xe2\x80\x8d\xf0\x9f\x91\xa9");
	size_t parts = irc_split_check(text.data, text.len, 400);
	assert_in_range(parts, 11, 14);
	buf_clear(&text);
	buf_addc(&text, 'z');
	while (text.len < 4096)
		buf_adds(&text, "\xcc\x81\xcc\x82");
	assert_in_range(irc_split_check(text.data, text.len, 400), 11, 14);
}

static void test_no_blanks(void **state UNUSED)
{
	char text[4096];
	memset(text, 'x', sizeof(text));
	assert_int_equal(irc_split_check(text, sizeof(text), 64), 64);
	memset(text, ' ', sizeof(text));
	irc_split_check(text, sizeof(text), 64);
	memset(text, '\x02', sizeof(text));
	assert_int_equal(irc_split_check(text, sizeof(text), 64), 0);
	memset(text, '\n', sizeof(text));
	assert_int_equal(irc_split_check(text, sizeof(text), 64), 0);
}

/* Latin-1, and UTF-8 with one broken byte: split as bytes, nothing lost. */
static void test_not_utf8(void **state UNUSED)
{
	char text[1000];
	memset(text, '\xe4', sizeof(text));
	irc_split_check(text, sizeof(text), 64);
	memset(text, '\x80', sizeof(text));
	irc_split_check(text, sizeof(text), 65);
	for (size_t i = 0; i + 4 <= sizeof(text); i += 4)
		memcpy(text + i, "\xf0\x9f\x98\x80", 4);
	text[999] = '\xff';
	irc_split_check(text, sizeof(text), 66);
	struct irc_split split;
	struct irc_part part;
	struct buf out AUTOBUF;
	buf_init(&out, 66);
	assert_int_equal(irc_split_init(&split, text, sizeof(text), 66, 0), 0);
	assert_true(irc_split_next(&split, &out, &part));
	assert_int_equal(part.end, 64);
}

static void test_resume(void **state UNUSED)
{
	static const char text[] = "\x03"
				   "04,12" T60 " \x02" T60 "\n" T60;
	struct irc_split split;
	struct irc_part first;
	struct irc_part part;
	struct buf out AUTOBUF;
	buf_init(&out, 512);
	assert_int_equal(
		irc_split_init(&split, text, sizeof(text) - 1, 70, 0), 0);
	assert_true(irc_split_next(&split, &out, &first));
	/* Another budget, as after a change of our nick. */
	assert_int_equal(
		irc_split_init(&split, text, sizeof(text) - 1, 512, first.next),
		0);
	assert_true(irc_split_next(&split, &out, &part));
	assert_string_equal(out.data, "\x03"
				      "04,12\x02" T60);
	assert_true(irc_split_next(&split, &out, &part));
	assert_int_equal(part.next, sizeof(text) - 1);
	assert_int_equal(
		irc_split_init(&split, text, part.next, 64, part.next), 0);
	assert_false(irc_split_next(&split, &out, &part));
	assert_int_equal(irc_split_init(&split, text, 10, 64, 11), -EINVAL);
	assert_int_equal(irc_split_init(&split, text, 10, 63, 0), -EINVAL);
}

static void test_clean(void **state UNUSED)
{
	static const struct {
		const char *text;
		size_t len;
		const char *want;
	} rows[] = {
		{TEXT(""), ""},
		{TEXT("\x01"
		      "VERSION\x01"),
			"VERSION"},
		{TEXT("a\r\nb\rc\nd\r"), "a\nb\nc\nd\n"},
		{TEXT("a\0b"), "ab"},
		{TEXT("\x02\x1d\x1f\x1e\x11\x16\x0f\x03"
		      "4\x04"
		      "123456"),
			"\x02\x1d\x1f\x1e\x11\x16\x0f\x03"
			"4\x04"
			"123456"},
		{TEXT("a\tb\x07\x1b[31m\x7f\xc2\x85z"), "a\tb[31mz"},
		{TEXT("\xff\xc3\xa4"), "\xef\xbf\xbd\xc3\xa4"},
		{TEXT("\xf0\x9f\x98\x80"), "\xf0\x9f\x98\x80"},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf out AUTOBUF;
		buf_init(&out, 128);
		irc_text_clean(&out, rows[i].text, rows[i].len);
		assert_string_equal(out.data, rows[i].want);
		assert_int_equal(out.len, strlen(rows[i].want));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_budget),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_code_at_the_limit),
		cmocka_unit_test(test_scripts),
		cmocka_unit_test(test_endless_grapheme),
		cmocka_unit_test(test_no_blanks),
		cmocka_unit_test(test_not_utf8),
		cmocka_unit_test(test_resume),
		cmocka_unit_test(test_clean),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
