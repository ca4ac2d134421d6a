#include "irc/casemap.h"
#include "util/alloc.h"
#include "util/attr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

static void test_names(void **state UNUSED)
{
	for (int i = IRC_CASEMAP_ASCII; i <= IRC_CASEMAP_RFC1459_STRICT; i++) {
		enum irc_casemap map = (enum irc_casemap)i;
		enum irc_casemap got = IRC_CASEMAP_ASCII;
		assert_int_equal(
			irc_casemap_parse(irc_casemap_name(map), &got), 0);
		assert_int_equal(got, map);
	}
	enum irc_casemap got = IRC_CASEMAP_RFC1459;
	assert_int_equal(irc_casemap_parse("RFC1459-Strict", &got), 0);
	assert_int_equal(got, IRC_CASEMAP_RFC1459_STRICT);
	assert_int_equal(irc_casemap_parse("rfc8265", &got), -ENOENT);
	assert_int_equal(irc_casemap_parse("", &got), -ENOENT);
	assert_int_equal(got, IRC_CASEMAP_RFC1459_STRICT);
}

static void test_equal(void **state UNUSED)
{
	static const struct {
		const char *a, *b;
		bool ascii, rfc1459, strict;
	} rows[] = {
		{"Nick", "nICK", true, true, true},
		{"nick", "nic", false, false, false},
		{"", "", true, true, true},
		{"[]\\", "{}|", false, true, true},
		{"a^", "a~", false, true, false},
		{"@", "`", false, false, false},
		{"_", "\x7f", false, false, false},
		{"\xc3\x84", "\xc3\xa4", false, false, false},
		{"\xc3\xa4", "\xc3\xa4", true, true, true},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *a = rows[i].a;
		const char *b = rows[i].b;
		assert_int_equal(irc_casemap_equal(IRC_CASEMAP_ASCII, a, b),
			rows[i].ascii);
		assert_int_equal(irc_casemap_equal(IRC_CASEMAP_RFC1459, a, b),
			rows[i].rfc1459);
		assert_int_equal(
			irc_casemap_equal(IRC_CASEMAP_RFC1459_STRICT, a, b),
			rows[i].strict);
	}
}

/* Every byte: folding twice is folding once, and equal hashes go with it. */
static void test_every_byte(void **state UNUSED)
{
	for (int i = 0; i < 3 * 255; i++) {
		enum irc_casemap map = (enum irc_casemap)(i / 255);
		char c[] = {(char)(i % 255 + 1), '\0'};
		char once[2];
		char twice[2];
		assert_int_equal(irc_casemap_fold(map, c, once, 2), 1);
		irc_casemap_fold(map, once, twice, 2);
		assert_string_equal(once, twice);
		assert_true(irc_casemap_equal(map, c, once));
		assert_int_equal(
			irc_casemap_hash(map, c), irc_casemap_hash(map, once));
		if ((unsigned char)*c > 127)
			assert_string_equal(c, once);
	}
}

static void test_compare(void **state UNUSED)
{
	enum irc_casemap map = IRC_CASEMAP_RFC1459;
	assert_true(irc_casemap_compare(map, "a", "B") < 0);
	assert_true(irc_casemap_compare(map, "B", "a") > 0);
	assert_true(irc_casemap_compare(map, "ab", "A") > 0);
	assert_true(irc_casemap_compare(map, "z", "\xc3\xa4") < 0);
	assert_true(irc_casemap_starts(map, "#Chan[1]", "#chan{"));
	assert_true(irc_casemap_starts(map, "x", ""));
	assert_false(irc_casemap_starts(map, "#c", "#ch"));
}

static void test_fold(void **state UNUSED)
{
	char small[4];
	assert_int_equal(
		irc_casemap_fold(IRC_CASEMAP_ASCII, "ABCDE", small, 4), 5);
	assert_string_equal(small, "abc");
	assert_int_equal(
		irc_casemap_fold(IRC_CASEMAP_ASCII, "AB", small, 4), 2);
	assert_string_equal(small, "ab");
	char one[1] = {'x'};
	assert_int_equal(irc_casemap_fold(IRC_CASEMAP_ASCII, "AB", one, 1), 2);
	assert_string_equal(one, "");
	char *dup AUTOFREE = irc_casemap_fold_dup(IRC_CASEMAP_RFC1459, "A[~^");
	assert_string_equal(dup, "a{~~");
	assert_int_not_equal(irc_casemap_hash(IRC_CASEMAP_ASCII, "a"),
		irc_casemap_hash(IRC_CASEMAP_ASCII, "b"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_equal),
		cmocka_unit_test(test_every_byte),
		cmocka_unit_test(test_compare),
		cmocka_unit_test(test_fold),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
