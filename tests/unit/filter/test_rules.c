#include "filter/rules.h"

#include "../support/log_catch.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LIST(...)                                                              \
	{                                                                      \
		(const char *const[]){__VA_ARGS__},                            \
			sizeof((const char *const[]){__VA_ARGS__}) /           \
				sizeof(char *)                                 \
	}

static const struct filter_params params = {
	.ignore_irc = LIST("*!*@spam.example", "Bad?"),
	.ignore_chime = LIST("*/user/bot-*"),
	.drop_irc = LIST("^!roll", "(?i)secret"),
	.drop_chime = LIST("^/"),
	.never_puppet = LIST("*!*@shy.example", "Shy *"),
};

static struct rules *rules_made(const struct filter_params *of)
{
	struct err err = {0};
	struct rules *rules = rules_new(of, &err);

	if (!rules)
		fail_msg("%s", err.text);
	return rules;
}

static void test_people(void **state)
{
	struct rules *rules = rules_made(&params);
	static const struct {
		struct person person;
		bool irc, chime, unshown;
	} cases[] = {
		{{.name = "Bob", .address = "Bob!b@spam.example"}, true, false,
			false},
		{{.name = "bad1", .address = "bad1!b@h"}, true, false, false},
		{{.name = "Bad", .address = "Bad!b@h"}, false, false, false},
		{{.name = "X", .address = "arn:aws:c/user/bot-7"}, false, true,
			false},
		{{.name = "Shy One", .address = "arn:aws:c/user/7"}, false,
			false, true},
		{{.name = "shy", .address = "shy!s@SHY.example"}, false, false,
			true},
		{{.name = "Shy One"}, false, false, true},
		{{.id = "nothing is known"}, false, false, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct person *person = &cases[i].person;

		assert_int_equal(rules_ignore(rules, LANE_TO_CHIME, person),
			cases[i].irc);
		assert_int_equal(rules_ignore(rules, LANE_TO_IRC, person),
			cases[i].chime);
		assert_int_equal(
			rules_never_puppet(rules, person), cases[i].unshown);
	}
	rules_free(rules);
}

static const char *dropped(
	struct rules *rules, enum lane_way way, const char *text)
{
	return rules_drop(rules, way, text, strlen(text));
}

static void test_texts(void **state)
{
	struct rules *rules = rules_made(&params);

	(void)state;
	assert_string_equal(
		dropped(rules, LANE_TO_CHIME, "!roll 3d6"), "^!roll");
	assert_string_equal(
		dropped(rules, LANE_TO_CHIME, "a SECRET"), "(?i)secret");
	assert_null(dropped(rules, LANE_TO_CHIME, "/cmd"));
	assert_string_equal(dropped(rules, LANE_TO_IRC, "/cmd"), "^/");
	assert_null(dropped(rules, LANE_TO_IRC, "!roll 3d6"));
	rules_free(rules);
}

static void test_none(void **state)
{
	struct rules *rules = rules_made(&(struct filter_params){
		.ignore_irc = {NULL, 0},
	});
	struct person person = {.id = "x", .name = "x", .address = "x!x@x"};

	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_false(rules_ignore(rules, LANE_TO_CHIME, &person));
		assert_false(rules_never_puppet(rules, &person));
		assert_null(dropped(rules, LANE_TO_CHIME, "x"));
		rules_free(rules);
		rules = NULL;
	}
}

static void test_what_cannot_be_read(void **state)
{
	const struct {
		struct filter_params params;
		const char *why;
	} cases[] = {
		{{.drop_irc = LIST("a", "b", "(")},
			"filter.drop_irc: element 3: missing closing "
			"parenthesis, at character 2"},
		{{.drop_chime = LIST("[")}, "filter.drop_chime: element 1: "},
		{{.ignore_irc = LIST("a", "")},
			"filter.ignore_irc: element 2 is empty"},
		{{.ignore_chime = LIST("")}, "filter.ignore_chime: element 1"},
		{{.never_puppet = LIST("")}, "filter.never_puppet: element 1"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = {0};

		assert_null(rules_new(&cases[i].params, &err));
		assert_int_equal(err.code, -EINVAL);
		if (strncmp(err.text, cases[i].why, strlen(cases[i].why)) != 0)
			fail_msg("%s", err.text);
	}
}

static void test_the_same(void **state)
{
	struct rules *rules = rules_made(&params);
	struct filter_params other = params;

	(void)state;
	assert_true(rules_are(rules, &params));
	other.ignore_irc.count = 1;
	assert_false(rules_are(rules, &other));
	other = params;
	other.drop_chime = (struct pattern_list)LIST("^x");
	assert_false(rules_are(rules, &other));
	assert_false(rules_are(NULL, &params));
	rules_free(rules);
}

/* An expression that takes too long drops nothing, and the loop goes on. */
static void test_an_expression_that_gives_up(void **state)
{
	struct filter_params evil = {
		.drop_irc = LIST("^(a+)+$", "^(a|aa)+$", "^(a+)+[bc]$",
			"^(a|aa)+[bc]$", "!"),
	};
	struct rules *rules;
	char text[200];

	(void)state;
	log_catch_start();
	rules = rules_made(&evil);
	memset(text, 'a', sizeof(text));
	text[198] = '!';
	text[199] = '\0';
	/* Nor are the others tried for long. */
	assert_null(dropped(rules, LANE_TO_CHIME, text));
	assert_int_equal(log_catch_count("takes too long"), 3);
	assert_non_null(dropped(rules, LANE_TO_CHIME, "short!"));
	rules_free(rules);
	log_catch_stop();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_people),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_what_cannot_be_read),
		cmocka_unit_test(test_the_same),
		cmocka_unit_test(test_an_expression_that_gives_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
