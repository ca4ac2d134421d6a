#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctl/chime_call.h"

#include "util/str.h"

#include <stdlib.h>

/* Refused before anything is sent: a required member is missing. */
static void test_failure(void **state UNUSED)
{
	struct chime_target target = {
		.region = "us-east-1",
		.messaging_endpoint = "http://127.0.0.1:9",
		.identity_endpoint = "http://127.0.0.1:9",
	};
	struct chime_command command = {
		.operation = chime_operation(CHIME_CREATE_APP_INSTANCE),
		.members = json_object(),
	};
	struct err err = {0};
	struct chime_session *session = chime_session_new(&target, &err);
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(session);
	assert_int_equal(chime_call_run(session, &command, out), EXIT_FAILURE);
	fclose(out);
	assert_int_equal(len, 0);
	free(text);
	chime_command_release(&command);
	chime_session_free(session);
}

static void test_command(void **state UNUSED)
{
	char *nothing[] = {NULL};
	struct args args = {.config = NULL};

	assert_true(str_eq(command_chime.name, "chime"));
	assert_int_equal(command_chime.run(&args, nothing), 64);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_failure),
		cmocka_unit_test(test_command),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
