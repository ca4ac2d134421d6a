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

struct own {
	const char *colour;
};

static const struct option_row own_rows[] = {
	{"colour", 0, OPTION_VALUE, offsetof(struct own, colour)},
};

static int parse_command(const char *const *words, struct args *args,
	struct own *own, struct err *err)
{
	struct option_set set = {own_rows, ARRAY_LEN(own_rows), own};

	return args_parse_command(args, words_of(words), &set, err);
}

/* Options of the command and of the program, in any order. */
static void test_command(void **state UNUSED)
{
	const char *const words[] = {
		"--region", "r", "--colour=red", "-c", "file", NULL};
	struct args args = {.config = NULL};
	struct own own = {.colour = NULL};
	struct err err = {0};

	assert_int_equal(parse_command(words, &args, &own, &err), 0);
	assert_string_equal(args.region, "r");
	assert_string_equal(args.config, "file");
	assert_string_equal(own.colour, "red");
}

static void test_bad_command(void **state UNUSED)
{
	static const struct {
		const char *words[3];
		const char *text;
	} bad[] = {
		{{"--color", "red"}, "no such option: --color; did you mean "
				     "--colour?"},
		{{"--colour"}, "--colour needs a value"},
		{{"word"}, "not expected: word"},
		{{"--endpont=x"}, "no such option: --endpont=x; did you mean "
				  "--endpoint?"},
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct args args = {.config = NULL};
		struct own own = {.colour = NULL};
		struct err err = {0};

		assert_int_equal(parse_command(bad[i].words, &args, &own, &err),
			-EINVAL);
		assert_string_equal(err.text, bad[i].text);
	}
}

static int parse_words(const char *const *words, struct args *args,
	const char **given, struct err *err)
{
	struct own own = {.colour = NULL};
	struct option_set set = {own_rows, ARRAY_LEN(own_rows), &own};

	return args_parse_words(args, words_of(words), &set, given, err);
}

/* What stands behind a command that takes words. */
static void test_words(void **state UNUSED)
{
	const char *const words[] = {
		"one", "-c", "file", "two", "--colour", "red", NULL};
	const char *const none[] = {NULL};
	const char *given[ARGS_WORDS_MAX + 1] = {"old"};
	struct args args = {.config = NULL};
	struct err err = {0};

	assert_int_equal(parse_words(words, &args, given, &err), 0);
	assert_string_equal(args.config, "file");
	assert_string_equal(given[0], "one");
	assert_string_equal(given[1], "two");
	assert_null(given[2]);
	assert_int_equal(parse_words(none, &args, given, &err), 0);
	assert_null(given[0]);
}

static void test_bad_words(void **state UNUSED)
{
	static const struct {
		const char *words[7];
		const char *text;
	} bad[] = {
		{{"1", "2", "3", "4", "5"}, "not expected: 5"},
		{{"1", "--color"}, "no such option: --color; did you mean "
				   "--colour?"},
		{{"1", "-c"}, "-c needs a value"},
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		const char *given[ARGS_WORDS_MAX + 1];
		struct args args = {.config = NULL};
		struct err err = {0};

		assert_int_equal(
			parse_words(bad[i].words, &args, given, &err), -EINVAL);
		assert_string_equal(err.text, bad[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_flags),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_command),
		cmocka_unit_test(test_bad_command),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_bad_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
