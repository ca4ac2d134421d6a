#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctl/standings.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* What is printed of a JSON text; owned. */
static char *printed(void (*print)(const json_t *, FILE *), const char *json)
{
	json_t *answer = json_loads(json, 0, NULL);
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(answer);
	print(answer, out);
	fclose(out);
	json_decref(answer);
	return text;
}

static void test_table(void **state)
{
	static const char json[] =
		"{\"held\": 25, \"entries\": [{\"id\": \"net/bob\", \"name\": "
		"\"b\\u00f6b\\u001b\", \"rule\": \"*!*@h\", \"irc\": true, "
		"\"chime\": false, \"base\": null, \"pending\": \"to chime: "
		"set\", \"by\": \"ann\", \"at_ms\": 1611079200123, "
		"\"until_ms\": 1611082800000, \"why\": \"no right\"}, "
		"{\"rule\": \"*!*@nobody\", \"irc\": true}]}";
	char *text = printed(standings_print, json);

	(void)state;
	assert_string_equal(text,
		"25 changes are held: belfryctl resync --confirm lets them\n"
		"who                      name             rule              "
		"       IRC   Chime base  pending        by             when"
		"                 until                why\n"
		"net/bob                  b\xC3\xB6"
		"b?             *!*@h"
		"                    yes   no    ?     to chime: set  ann    "
		"        2021-01-19T18:00:00Z 2021-01-19T19:00:00Z no "
		"right\n"
		"-                        -                *!*@nobody         "
		"      yes   ?     ?     -              -              -     "
		"               -                    \n");
	free(text);
}

static void test_attributes(void **state)
{
	static const char json[] =
		"{\"attributes\": [{\"attribute\": \"topic\", \"pending\": "
		"\"to chime\", \"why\": \"no right\", \"irc\": {\"value\": "
		"\"new\\u001b\", \"base\": \"old\"}, \"chime\": {\"value\": "
		"\"old\", \"base\": \"old\"}}, {\"attribute\": \"name\", "
		"\"irc\": {}, \"chime\": {\"value\": \"x\"}}]}";
	char *text = printed(attributes_print, json);

	(void)state;
	assert_string_equal(text,
		"topic, to be done: to chime, as yet not: no right\n"
		"  IRC    new?  (agreed: old)\n"
		"  Chime  old\n"
		"name\n"
		"  IRC    ? (not known)\n"
		"  Chime  x\n");
	free(text);
}

static void test_wrong_use(void **state)
{
	static const struct command *const all[] = {
		&command_bans, &command_moderators, &command_attributes};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		char *words[] = {NULL};
		struct args args = {.config = NULL};

		assert_int_equal(all[i]->run(&args, words), EX_USAGE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_attributes),
		cmocka_unit_test(test_wrong_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
