#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctl/aside.h"

#include <stdlib.h>
#include <string.h>

static void test_lines(void **state)
{
	static const char json[] =
		"{\"aside\": [{\"mapping\": \"project\", \"way\":"
		" \"to_chime\", \"seq\": 7, \"at_ms\": 1611079200123,"
		" \"reason\": \"Bad \\u001b[31m Request\", \"payload\":"
		" \"a\\u001b[2Jb\\nc\"}]}";
	json_t *list = json_loads(json, 0, NULL);
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	assert_non_null(list);
	aside_print(list, out);
	fclose(out);
	/* What strangers wrote moves no cursor of the operator's terminal. */
	assert_string_equal(text,
		"project to_chime 7  2021-01-19T18:00:00.123Z  Bad ?[31m "
		"Request\n    a?[2Jb c\n");
	free(text);
	json_decref(list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
