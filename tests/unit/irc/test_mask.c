#include "irc/isupport.h"
#include "irc/mask.h"
#include "util/attr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

static void test_match(void **state UNUSED)
{
	static const struct {
		const char *mask, *text;
		bool matches;
	} rows[] = {
		{"", "", true},
		{"", "a", false},
		{"*", "", true},
		{"**", "abc", true},
		{"?", "", false},
		{"?", "a", true},
		{"a*b*c", "aXXbYYc", true},
		{"a*b*c", "aXXcYYb", false},
		{"*a*b", "aaab", true},
		{"*ab", "aab", true},
		{"*?b", "b", false},
		{"*!*@*.Example.ORG", "n!u@x.example.org", true},
		{"nick[a]!*@*", "NICK{A}!u@h", true},
		{"a\\*", "a\\bc", true},
		{"a\\*", "a*", false},
		{"[abc]", "a", false},
		{"\xc3\xa4*", "\xc3\xa4x", true},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (irc_mask_match(IRC_CASEMAP_RFC1459, rows[i].mask,
			    rows[i].text) != rows[i].matches)
			fail_msg("%s %s", rows[i].mask, rows[i].text);
	}
	assert_false(irc_mask_match(IRC_CASEMAP_ASCII, "a[", "a{"));
	assert_true(irc_mask_has_wildcard("a*"));
	assert_true(irc_mask_has_wildcard("?"));
	assert_false(irc_mask_has_wildcard("n!u@h"));
}

/* Exponential matchers would not come back from this. */
static void test_hostile_stars(void **state UNUSED)
{
	char mask[512];
	char text[1024];
	for (size_t i = 0; i + 1 < sizeof(mask); i++)
		mask[i] = i % 2 ? 'a' : '*';
	mask[sizeof(mask) - 2] = 'b';
	mask[sizeof(mask) - 1] = '\0';
	memset(text, 'a', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	assert_false(irc_mask_match(IRC_CASEMAP_ASCII, mask, text));
	text[sizeof(text) - 2] = 'b';
	assert_true(irc_mask_match(IRC_CASEMAP_ASCII, mask, text));
}

static void with_extban(struct irc_isupport *isupport, const char *token)
{
	irc_isupport_init(isupport);
	if (token)
		assert_true(irc_isupport_apply(isupport, token));
}

static void test_extban(void **state UNUSED)
{
	static const struct {
		const char *token, *mask;
		bool is;
	} rows[] = {
		{NULL, "$a:x", false},
		{"EXTBAN=$,ajrxz", "$a:account", true},
		{"EXTBAN=$,ajrxz", "$a", true},
		{"EXTBAN=$,ajrxz", "$~a", true},
		{"EXTBAN=$,ajrxz", "$q:x", false},
		{"EXTBAN=$,ajrxz", "a:x", false},
		{"EXTBAN=$,ajrxz", "$", false},
		{"EXTBAN=$,ajrxz", "$$", false},
		{"EXTBAN=~,aqc", "~account:x", true},
		{"EXTBAN=~,aqc", "~q:n!u@h", true},
		{"EXTBAN=~,aqc", "~nick!*@*", false},
		{"EXTBAN=,ACR", "R:account", true},
		{"EXTBAN=,ACR", "!R:account", true},
		{"EXTBAN=,ACR", "account:x", true},
		{"EXTBAN=,ACR", "R", false},
		{"EXTBAN=,ACR", "dead:beef::1", false},
		{"EXTBAN=,ACR", "nick!u@h", false},
		{"EXTBAN=,ACR", "", false},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct irc_isupport isupport;
		with_extban(&isupport, rows[i].token);
		if (irc_mask_is_extban(&isupport, rows[i].mask) != rows[i].is)
			fail_msg("row %zu: %s", i, rows[i].mask);
	}
}

static void test_normalise(void **state UNUSED)
{
	static const char *const rows[][2] = {
		{"nick", "nick!*@*"},
		{"nick!user", "nick!user@*"},
		{"user@host", "*!user@host"},
		{"@host", "*!*@host"},
		{"nick!", "nick!*@*"},
		{"n!u@h", "n!u@h"},
		{"!@", "*!*@*"},
		{"*", "*!*@*"},
		{"n**!***@h**x*", "n*!*@h*x*"},
		{"host.example", "*!*@host.example"},
		{"2001:db8::1", "*!*@2001:db8::1"},
		{"n@h!x", "*!n@h!x"},
		{"$a:account", "$a:account"},
	};
	struct irc_isupport isupport;
	with_extban(&isupport, "EXTBAN=$,a");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char out[IRC_MASK_BYTES];
		assert_int_equal(
			irc_mask_normalise(&isupport, rows[i][0], out), 0);
		assert_string_equal(out, rows[i][1]);
		char again[IRC_MASK_BYTES];
		assert_int_equal(irc_mask_normalise(&isupport, out, again), 0);
		assert_string_equal(again, out);
	}
}

static void test_normalise_refuses(void **state UNUSED)
{
	static const char *const bad[] = {
		"", ":x", "a b", "a\rQUIT", "a\nb", "\x01", "a\x7f"};
	struct irc_isupport isupport;
	char out[IRC_MASK_BYTES] = "same";
	irc_isupport_init(&isupport);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(
			irc_mask_normalise(&isupport, bad[i], out), -EINVAL);
	char longest[IRC_MASK_BYTES];
	memset(longest, 'a', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(irc_mask_normalise(&isupport, longest, out), -E2BIG);
	assert_string_equal(out, "same");
	longest[sizeof(longest) - 6] = '\0';
	assert_int_equal(irc_mask_normalise(&isupport, longest, out), 0);
	assert_int_equal(strlen(out), IRC_MASK_BYTES - 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_match),
		cmocka_unit_test(test_hostile_stars),
		cmocka_unit_test(test_extban),
		cmocka_unit_test(test_normalise),
		cmocka_unit_test(test_normalise_refuses),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
