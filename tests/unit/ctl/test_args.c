#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctl/args.h"

#include <errno.h>

static char **words_of(const char *const *words)
{
	return (char **)(uintptr_t)words;
}

static void assert_bad(const char *const *argv, const char *text)
{
	struct args args;
	struct err err = {0};

	assert_int_equal(args_parse(words_of(argv), &args, &err), -EINVAL);
	assert_string_equal(err.text, text);
}

static void test_good(void **state UNUSED)
{
	const char *const argv[] = {"x", "-c", "file", "--endpoint=http://h",
		"--bearer", "--help", "--region", "r", "chime", "--version",
		NULL};
	struct args args;
	struct err err = {0};

	assert_int_equal(args_parse(words_of(argv), &args, &err), 0);
	assert_string_equal(args.config, "file");
	assert_string_equal(args.endpoint, "http://h");
	/* The word behind an option is its value, whatever it looks like. */
	assert_string_equal(args.bearer, "--help");
	assert_string_equal(args.region, "r");
	assert_false(args.help);
	assert_false(args.version);
	assert_ptr_equal(args.words, words_of(argv) + 8);
}

static void test_flags(void **state UNUSED)
{
	const char *const argv[] = {"x", "-h", "-V", NULL};
	struct args args;
	struct err err = {0};

	assert_int_equal(args_parse(words_of(argv), &args, &err), 0);
	assert_true(args.help);
	assert_true(args.version);
	assert_null(*args.words);
}

static void test_bad(void **state UNUSED)
{
	const char *const unknown[] = {"x", "--confi", "y", NULL};
	const char *const letter[] = {"x", "-x", NULL};
	const char *const valueless[] = {"x", "--endpoint", NULL};

	assert_bad(unknown, "no such option: --confi");
	assert_bad(letter, "no such option: -x");
	assert_bad(valueless, "--endpoint needs a value");
}

static void test_option_name(void **state UNUSED)
{
	assert_string_equal(args_option_name("--a=b"), "a=b");
	assert_null(args_option_name("--"));
	assert_null(args_option_name("-a"));
	assert_null(args_option_name("a"));
	assert_null(args_option_name(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_flags),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_option_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
