#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int parse(
	const char *const *words, struct options *ret, char **ret_complaint)
{
	size_t len;
	int argc = 0;
	FILE *complain = open_memstream(ret_complaint, &len);
	int error;

	while (words[argc])
		argc++;
	error = options_parse(argc, (char **)(uintptr_t)words, ret, complain);
	fclose(complain);
	return error;
}

static void test_defaults(void **state UNUSED)
{
	const char *const words[] = {"belfryd", NULL};
	struct options options;
	char *complaint = NULL;

	assert_int_equal(parse(words, &options, &complaint), 0);
	assert_non_null(strstr(options.config, "/belfry/belfry.conf"));
	assert_false(options.check);
	assert_false(options.help);
	assert_false(options.version);
	assert_string_equal(complaint, "");
	free(complaint);
}

static void test_all(void **state UNUSED)
{
	const char *const words[] = {
		"belfryd", "-c", "f", "--check", "-h", "-V", NULL};
	const char *const longs[] = {"belfryd", "--config", "f", NULL};
	struct options options;
	char *complaint = NULL;

	assert_int_equal(parse(words, &options, &complaint), 0);
	assert_string_equal(options.config, "f");
	assert_true(options.check);
	assert_true(options.help);
	assert_true(options.version);
	free(complaint);
	assert_int_equal(parse(longs, &options, &complaint), 0);
	assert_string_equal(options.config, "f");
	free(complaint);
}

static void test_bad(void **state UNUSED)
{
	static const struct {
		const char *words[4];
		const char *complaint;
	} cases[] = {
		{{"belfryd", "--chek"}, "belfryd: --chek: no such option\n"
					"Try belfryd --help.\n"},
		{{"belfryd", "-x"},
			"belfryd: -x: no such option\nTry belfryd --help.\n"},
		{{"belfryd", "-c"},
			"belfryd: -c: needs a value\nTry belfryd --help.\n"},
		{{"belfryd", "word"},
			"belfryd: word: not expected\nTry belfryd --help.\n"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct options options;
		char *complaint = NULL;

		assert_int_equal(
			parse(cases[i].words, &options, &complaint), -EINVAL);
		assert_string_equal(complaint, cases[i].complaint);
		free(complaint);
	}
}

static void test_help(void **state UNUSED)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	options_print_help(out);
	fclose(out);
	assert_non_null(strstr(text, "--config FILE"));
	assert_non_null(strstr(text, "--check"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_help),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
