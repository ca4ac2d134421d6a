#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctl/status.h"

#include <stdlib.h>
#include <string.h>

#define LANE(ready)                                                            \
	"{\"ready\": " ready ", \"relayed\": 12, \"oldest_ms\": 65000, "       \
	"\"trouble\": \"throttled\\u001b\"}"
#define STATUS(trouble, to_irc)                                                \
	"{\"version\": \"1\", \"pid\": 7, \"uptime_s\": 9," trouble            \
	" \"networks\": [{\"name\": \"net\", \"state\": \"net: "               \
	"ready\\u001b[2J\"}],"                                                 \
	" \"mappings\": [{\"name\": \"project\", \"to_irc\": " LANE(           \
		to_irc) ", \"to_chime\": " LANE("true") "}]}"

static void test_lines(void **state)
{
	json_t *status = json_loads(STATUS("", "false"), 0, NULL);
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	assert_non_null(status);
	status_print(status, out);
	fclose(out);
	assert_non_null(strstr(text, "belfryd 1, process 7, up 9 s\n"));
	assert_non_null(strstr(text, "state    is written\n"));
	assert_non_null(strstr(text, "network  net: ready?[2J\n"));
	assert_non_null(
		strstr(text, "project              to IRC   down        "
			     "  12       0      65s"));
	assert_non_null(strstr(text, "to Chime ready "));
	/* Why it is down, once: what is up has no trouble now. */
	assert_non_null(strstr(text, "\n                              "
				     "throttled?\n"));
	assert_null(strstr(strstr(text, "throttled") + 1, "throttled"));
	free(text);
	json_decref(status);
}

static void test_people(void **state)
{
	static const char json[] =
		"{\"mappings\": [{\"name\": \"quiet\"}, {\"name\": "
		"\"project\", \"paused\": true, \"to_irc\": {\"ready\": true, "
		"\"people\": {\"here\": 7, \"shown\": 5, \"waiting\": 2, "
		"\"refused\": 1}, \"filtered\": 3}}]}";
	json_t *status = json_loads(json, 0, NULL);
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	assert_non_null(status);
	status_print(status, out);
	fclose(out);
	assert_non_null(strstr(text, "project              to IRC   paused "));
	assert_non_null(strstr(text,
		"project              Chime          7         5       2       "
		"1         3\n"));
	assert_null(strstr(text, "quiet                Chime"));
	free(text);
	json_decref(status);
}

static void test_moderation(void **state)
{
	static const char json[] =
		"{\"mappings\": [{\"name\": \"quiet\", \"moderation\": "
		"{\"held\": 0, \"denied\": []}}, {\"name\": \"project\", "
		"\"moderation\": {\"held\": 40, \"pending\": 2, "
		"\"changed\": 7, \"refused\": 1, \"wars\": 3, \"denied\": "
		"[{\"side\": \"irc\", \"right\": \"bans\", \"why\": "
		"\"no operator\\u001b\"}]}}]}";
	json_t *status = json_loads(json, 0, NULL);
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	assert_non_null(status);
	status_print(status, out);
	fclose(out);
	assert_non_null(strstr(text,
		"moderation of           held pending changed refused    "
		"wars\n"
		"project                   40       2       7       1       "
		"3\n"
		"                     held: belfryctl resync project "
		"--confirm\n"
		"                     only read: bans on IRC: no "
		"operator?\n"));
	assert_null(strstr(strstr(text, "moderation of"), "quiet"));
	free(text);
	json_decref(status);
}

static void test_when_all_is_well(void **state)
{
	static const struct {
		const char *json;
		bool well;
	} cases[] = {
		{STATUS("", "true"), true},
		{STATUS("", "false"), false},
		{STATUS(" \"state_trouble\": \"full\",", "true"), false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		json_t *status = json_loads(cases[i].json, 0, NULL);

		assert_non_null(status);
		assert_int_equal(status_is_well(status), cases[i].well);
		json_decref(status);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_people),
		cmocka_unit_test(test_moderation),
		cmocka_unit_test(test_when_all_is_well),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
