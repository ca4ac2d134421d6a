#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctl/mapping.h"

#include <string.h>
#include <sysexits.h>

static const struct command *const all[] = {
	&command_pause, &command_resume, &command_resync};
static const struct command *const orders[] = {&command_ban, &command_unban};

static void test_wrong_use(void **state)
{
	char name[] = "project";
	char more[] = "more";
	char option[] = "--all";
	char *const cases[][3] = {{NULL}, {name, more, NULL}, {option, NULL}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		for (size_t j = 0; j < ARRAY_LEN(cases); j++) {
			char *words[3] = {
				cases[j][0], cases[j][1], cases[j][2]};
			struct args args = {.config = NULL};

			assert_int_equal(all[i]->run(&args, words), EX_USAGE);
		}
}

/* Without a configuration no daemon is known. */
static void test_no_daemon(void **state)
{
	char name[] = "project";
	char *words[] = {name, NULL};
	struct args args = {.config = NULL};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		assert_int_equal(all[i]->run(&args, words), EX_USAGE);
}

static void test_wrong_use_of_orders(void **state)
{
	char name[] = "project";
	char who[] = "bob";
	char more[] = "more";
	char option[] = "--all";
	char time[] = "--for";
	char week[] = "1w";
	char *const cases[][5] = {
		{NULL},
		{name, NULL},
		{name, who, more, NULL},
		{option, name, who, NULL},
		{name, who, time, NULL},
		{name, who, time, week, NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(orders); i++)
		for (size_t j = 0; j < ARRAY_LEN(cases); j++) {
			char *words[5];
			struct args args = {.config = NULL};

			memcpy(words, cases[j], sizeof(words));
			assert_int_equal(
				orders[i]->run(&args, words), EX_USAGE);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrong_use),
		cmocka_unit_test(test_no_daemon),
		cmocka_unit_test(test_wrong_use_of_orders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
