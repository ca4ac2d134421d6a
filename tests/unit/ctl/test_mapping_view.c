#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctl/mapping_view.h"
#include "util/attr.h"

#include <sysexits.h>

static void print_nothing(const json_t *answer UNUSED, FILE *out UNUSED)
{
}

static void test_wrong_use(void **state)
{
	static const struct mapping_view view = {"things", print_nothing};
	char name[] = "project";
	char more[] = "more";
	char option[] = "--yaml";
	char json[] = "--json";
	char *const cases[][3] = {
		{NULL},
		{json, NULL},
		{name, more, NULL},
		{name, option, NULL},
		/* Without a configuration no daemon is known. */
		{name, json, NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char *words[3] = {cases[i][0], cases[i][1], cases[i][2]};
		struct args args = {.config = NULL};

		assert_int_equal(
			mapping_view_run(&view, &args, words), EX_USAGE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrong_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
