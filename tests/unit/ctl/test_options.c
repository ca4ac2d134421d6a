#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctl/options.h"

#include <errno.h>

struct fruit {
	const char *name;
	bool ripe;
	bool sour;
};

static const struct option_row rows[] = {
	{"name", 'n', OPTION_VALUE, offsetof(struct fruit, name)},
	{"ripe", 0, OPTION_SET, offsetof(struct fruit, ripe)},
	{"no-sour", 0, OPTION_CLEAR, offsetof(struct fruit, sour)},
};

static void test_take(void **state UNUSED)
{
	const char *const argv[] = {
		"-n", "--ripe", "--ripe", "--no-sour", "word", NULL};
	char **words = (char **)(uintptr_t)argv;
	struct fruit fruit = {.sour = true};
	const struct option_set set = {rows, ARRAY_LEN(rows), &fruit};
	struct err err = {0};

	assert_true(options_take(&set, &words, &err));
	/* The word behind is the value, whatever it looks like. */
	assert_string_equal(fruit.name, "--ripe");
	assert_false(fruit.ripe);
	assert_true(options_take(&set, &words, &err));
	assert_true(fruit.ripe);
	assert_true(options_take(&set, &words, &err));
	assert_false(fruit.sour);
	assert_false(options_take(&set, &words, &err));
	assert_string_equal(*words, "word");
	assert_int_equal(err.code, 0);
}

static void test_value(void **state UNUSED)
{
	const char *const argv[] = {"--name=a=b", "--name=", "--name", NULL};
	char **words = (char **)(uintptr_t)argv;
	struct err err = {0};

	assert_string_equal(options_value(&words, &err), "a=b");
	assert_string_equal(options_value(&words, &err), "");
	assert_null(options_value(&words, &err));
	assert_string_equal(err.text, "--name needs a value");
}

static void test_name(void **state UNUSED)
{
	assert_string_equal(options_name("--a=b"), "a=b");
	assert_null(options_name("--"));
	assert_null(options_name("-a"));
	assert_null(options_name("a"));
	assert_null(options_name(NULL));
}

static void test_unknown(void **state UNUSED)
{
	const struct option_set set = {rows, ARRAY_LEN(rows), NULL};
	const struct option_set *const sets[] = {&set};
	struct err err = {0};

	assert_int_equal(options_unknown("--rype", sets, 1, &err), -EINVAL);
	assert_string_equal(
		err.text, "no such option: --rype; did you mean --ripe?");
	options_unknown("-x", sets, 1, &err);
	assert_string_equal(err.text, "no such option: -x");
	options_unknown("x", sets, 1, &err);
	assert_string_equal(err.text, "not expected: x");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_take),
		cmocka_unit_test(test_value),
		cmocka_unit_test(test_name),
		cmocka_unit_test(test_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
