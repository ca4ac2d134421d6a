#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctl/unmap.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

static void test_lines(void **state)
{
	static const struct {
		const char *json, *line;
		int status;
	} cases[] = {
		{"{\"removed\": 2, \"left\": 3, \"kept\": 4}",
			"2 memberships taken back, 3 to be looked at, 0 "
			"refused, 4 others kept\n",
			1},
		{"{\"removed\": 5, \"channel_deleted\": true, \"done\": true}",
			"5 memberships taken back, 0 to be looked at, 0 "
			"refused, 0 others kept, channel deleted\n",
			0},
		{"{\"failed\": 1, \"done\": true, \"why\": \"no\\u001b[2J\"}",
			"0 memberships taken back, 0 to be looked at, 1 "
			"refused, 0 others kept; no?[2J\n",
			1},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		json_t *progress = json_loads(cases[i].json, 0, NULL);
		char *text = NULL;
		size_t len = 0;
		FILE *out = open_memstream(&text, &len);

		assert_non_null(progress);
		unmap_print(progress, out);
		fclose(out);
		assert_string_equal(text, cases[i].line);
		assert_int_equal(unmap_status(progress), cases[i].status);
		free(text);
		json_decref(progress);
	}
}

static int run(char *first, char *second)
{
	char *words[] = {first, second, NULL};
	struct args args = {.config = NULL};

	return command_unmap.run(&args, words);
}

/* Without a word of consent nothing is asked for. */
static void test_wrong_use(void **state)
{
	char name[] = "old";
	char more[] = "more";
	char option[] = "--delete";
	char yes[] = "--yes";

	(void)state;
	assert_non_null(freopen("/dev/null", "r", stdin));
	assert_int_equal(run(NULL, NULL), EX_USAGE);
	assert_int_equal(run(yes, NULL), EX_USAGE);
	assert_int_equal(run(name, more), EX_USAGE);
	assert_int_equal(run(name, option), EX_USAGE);
	assert_int_equal(run(name, NULL), EX_USAGE);
	/* No daemon is known. */
	assert_int_equal(run(name, yes), EX_USAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_wrong_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
