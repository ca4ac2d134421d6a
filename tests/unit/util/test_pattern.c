#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "util/alloc.h"
#include "util/clock.h"
#include "util/pattern.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void test_masks(void **state UNUSED)
{
	static const struct {
		const char *mask, *text;
		bool fits;
	} cases[] = {
		{"", "", true},
		{"", "a", false},
		{"*", "", true},
		{"*", "anything", true},
		{"?", "", false},
		{"a*", "a", true},
		{"a*b", "ab", true},
		{"a*b", "a*c", false},
		{"*b*", "abc", true},
		{"a?c", "abc", true},
		{"a?c", "ac", false},
		{"*!*@spam.example", "Bob!~b@SPAM.example", true},
		{"*!*@spam.example", "Bob!~b@spam.example.org", false},
		{"*aab", "aaaab", true},
		{"a*a*a", "aa", false},
		{"**a**", "a", true},
		/* RFC 1459: these are letters with small forms. */
		{"nick[]\\~", "NICK{}|^", true},
		{"{}|^", "[]\\~", true},
		{"_", "\x7f", false},
		{"`", "@", false},
		/* One character may be several bytes. */
		{"?", "\xc3\xbc", true},
		{"M?ller", "M\xc3\xbcller", true},
		{"??", "\xc3\xbc", false},
		{"?*", "\xf0\x9f\x98\x80", true},
		{"M\xc3\xbcller", "m\xc3\xbcller", true},
		/* Broken ones are what they are. */
		{"?", "\xc3", true},
		{"*\xff", "a\xff", true},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		if (pattern_mask_fits(cases[i].mask, cases[i].text) !=
			cases[i].fits)
			fail_msg("%s on %s", cases[i].mask, cases[i].text);
}

/* Every star could be anywhere: one after the other must do. */
static void test_a_mask_of_stars_ends(void **state UNUSED)
{
	char mask[401];
	char text[20001];

	for (size_t i = 0; i < 400; i++)
		mask[i] = i % 2 ? '*' : 'a';
	memcpy(mask + 398, "b", 2);
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_false(pattern_mask_fits(mask, text));
}

static enum pattern_answer find(const char *expression, const char *text)
{
	struct err err = {0};
	struct pattern *pattern = pattern_new(expression, &err);
	enum pattern_answer answer;

	if (!pattern)
		fail_msg("%s: %s", expression, err.text);
	assert_string_equal(pattern_text(pattern), expression);
	answer = pattern_find(pattern, text, strlen(text));
	pattern_free(pattern);
	return answer;
}

static void test_expressions(void **state UNUSED)
{
	static const struct {
		const char *expression, *text;
		enum pattern_answer answer;
	} cases[] = {
		{"^!roll", "!roll 3", PATTERN_FOUND},
		{"^!roll", "say !roll", PATTERN_NOT_FOUND},
		{"secret", "a Secret", PATTERN_NOT_FOUND},
		{"(?i)secret", "a Secret", PATTERN_FOUND},
		{"(?i)\xc3\x84rger", "\xc3\xa4rger", PATTERN_FOUND},
		{"^.$", "\xc3\xbc", PATTERN_FOUND},
		{"^\\w+$", "\xc3\xbc", PATTERN_FOUND},
		{"\\d{3}-\\d{4}", "call 555-1234", PATTERN_FOUND},
		{"", "", PATTERN_FOUND},
		/* Broken bytes are no reason to fail. */
		{"b",
			"\xff\xfe"
			"b",
			PATTERN_FOUND},
		{"x", "\xff", PATTERN_NOT_FOUND},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		if (find(cases[i].expression, cases[i].text) != cases[i].answer)
			fail_msg(
				"%s on %s", cases[i].expression, cases[i].text);
}

static void test_nul_in_the_text(void **state UNUSED)
{
	struct err err = {0};
	struct pattern *pattern = pattern_new("b$", &err);

	assert_non_null(pattern);
	assert_int_equal(pattern_find(pattern, "a\0b", 3), PATTERN_FOUND);
	assert_int_equal(pattern_find(pattern, "a\0b", 2), PATTERN_NOT_FOUND);
	pattern_free(pattern);
	pattern_free(NULL);
}

static void test_what_cannot_be_read(void **state UNUSED)
{
	static const struct {
		const char *expression, *why;
	} cases[] = {
		{"a(b", "missing closing parenthesis, at character 4"},
		{"\xc3\xbc*+?[", "at character"},
		{"a{2,1}", "at character"},
		/* It breaks characters apart. */
		{"\\C", "at character"},
		{"\xff", "not valid UTF-8"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = {0};

		assert_null(pattern_new(cases[i].expression, &err));
		assert_int_equal(err.code, -EINVAL);
		if (!strstr(err.text, cases[i].why))
			fail_msg("%s: %s", cases[i].expression, err.text);
	}
}

static void test_an_expression_is_bounded(void **state UNUSED)
{
	char *text = xcalloc(1, PATTERN_BYTES_MAX + 2);
	struct err err = {0};
	struct pattern *pattern;

	memset(text, 'a', PATTERN_BYTES_MAX + 1);
	assert_null(pattern_new(text, &err));
	text[PATTERN_BYTES_MAX] = '\0';
	pattern = pattern_new(text, &err);
	assert_non_null(pattern);
	pattern_free(pattern);
	free(text);
}

/* Those that would take years give up instead, soon and without harm. */
static void test_no_expression_hangs(void **state UNUSED)
{
	static const char *const evil[] = {
		"^(a+)+$",
		"^(a|aa)+$",
		"^(a|a?)+$",
		"(.*)*x",
		"(x+x+)+y|^(a*)*b",
		"(?R)?a(?R)?b",
		"^(?=(a+))*c",
	};
	char *text = xcalloc(1, 4096);

	memset(text, 'a', 4000);
	text[4000] = '!';
	for (size_t i = 0; i < ARRAY_LEN(evil); i++) {
		int64_t before_ms = clock_mono_ms();
		enum pattern_answer answer = find(evil[i], text);

		if (answer == PATTERN_FOUND)
			fail_msg("%s was found", evil[i]);
		/* Far from what it would take, whatever the machine. */
		assert_true(clock_mono_ms() - before_ms < 10000);
	}
	assert_int_equal(find(evil[0], text), PATTERN_GAVE_UP);
	free(text);
}

/* Giving up leaves it as good as before. */
static void test_after_giving_up(void **state UNUSED)
{
	struct err err = {0};
	struct pattern *pattern = pattern_new("^(a+)+$", &err);
	char text[64];

	memset(text, 'a', sizeof(text));
	text[63] = '!';
	assert_int_equal(
		pattern_find(pattern, text, sizeof(text)), PATTERN_GAVE_UP);
	assert_int_equal(pattern_find(pattern, "aaaa", 4), PATTERN_FOUND);
	pattern_free(pattern);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_masks),
		cmocka_unit_test(test_a_mask_of_stars_ends),
		cmocka_unit_test(test_expressions),
		cmocka_unit_test(test_nul_in_the_text),
		cmocka_unit_test(test_what_cannot_be_read),
		cmocka_unit_test(test_an_expression_is_bounded),
		cmocka_unit_test(test_no_expression_hangs),
		cmocka_unit_test(test_after_giving_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
