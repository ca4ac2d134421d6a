#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctl/members.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

static const char answer[] =
	"{\"mapping\": \"project\", \"to_irc\": {\"known\": true, \"people\": "
	"[{\"id\": \"arn:x/user/alice\", \"name\": \"\\u00c4lice\\u001b[2J\", "
	"\"as\": \"alice[c]\", \"state\": \"shown\", \"read_ms\": "
	"1611079200123}]}, \"to_chime\": {\"known\": false, \"people\": "
	"[{\"id\": \"net/bob\", \"name\": \"bob\", \"state\": \"not shown\", "
	"\"why\": \"too many\"}]}}";

static void test_lines(void **state)
{
	json_t *members = json_loads(answer, 0, NULL);
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	assert_non_null(members);
	members_print(members, out);
	fclose(out);
	/* Other people's words move no cursor, and a letter is one column. */
	assert_string_equal(text,
		"people of Chime: 1\n"
		"  \xc3\x84lice?[2J            shown      alice[c]             "
		"arn:x/user/alice  read up to 2021-01-19T18:00:00.123Z\n"
		"people of IRC: 1, and maybe others: no list has come\n"
		"  bob                  not shown  -                    "
		"net/bob  (too many)\n");
	free(text);
	json_decref(members);
}

static void test_wrong_use(void **state)
{
	char name[] = "project";
	char more[] = "more";
	char option[] = "--yaml";
	char json[] = "--json";
	char *const cases[][3] = {
		{NULL}, {json, NULL}, {name, more, NULL}, {name, option, NULL}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char *words[3] = {cases[i][0], cases[i][1], cases[i][2]};
		struct args args = {.config = NULL};

		assert_int_equal(command_members.run(&args, words), EX_USAGE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_wrong_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
