#include "chimed/answer.h"

#include "util/str.h"

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <string.h>

static void test_success_has_the_bare_body(void **state)
{
	struct answer AUTOANSWER answer;

	(void)state;
	answer_init(&answer);
	assert_false(answer_is_success(&answer));
	answer_ok(&answer, 201, json_pack("{s:s}", "A", "é"));
	assert_int_equal(answer.status, 201);
	assert_string_equal(answer.body, "{\"A\":\"é\"}");
	assert_true(answer_is_success(&answer));
	answer_ok(&answer, 204, NULL);
	assert_null(answer.body);
}

static void test_times_have_milliseconds(void **state)
{
	struct answer AUTOANSWER answer;

	(void)state;
	answer_init(&answer);
	answer_ok(&answer, 200,
		json_pack("[f, f]", 1611079200.123, 1611079200.0));
	assert_string_equal(answer.body, "[1611079200.123,1611079200.0]");
}

static void test_fault_replaces_all(void **state)
{
	struct answer AUTOANSWER answer;

	(void)state;
	answer_init(&answer);
	answer_ok(&answer, 200, json_object());
	answer_fault(&answer, FAULT_CONFLICT, "%s \xff\"", "taken");
	assert_int_equal(answer.status, 409);
	assert_string_equal(answer.error_type, "ConflictException");
	assert_string_equal(answer.body, "{\"Code\":\"Conflict\",\"Message\":"
					 "\"taken \xef\xbf\xbd\\\"\"}");
	assert_false(answer_is_success(&answer));
	answer_forbidden(&answer);
	assert_int_equal(answer.status, 403);
}

static void test_every_fault_is_named(void **state)
{
	(void)state;
	for (int fault = FAULT_BAD_REQUEST; fault < FAULT_COUNT; fault++) {
		struct answer AUTOANSWER answer;

		answer_init(&answer);
		answer_fault(&answer, (enum fault)fault, "x");
		assert_in_range(answer.status, 400, 503);
		assert_true(str_ends(answer.error_type, "Exception"));
		enum fault named = answer_fault_named(answer.error_type);

		if (fault != FAULT_WRONG_METHOD)
			assert_int_equal(named, fault);
	}
}

static void test_faults_are_found(void **state)
{
	(void)state;
	assert_int_equal(answer_fault_of_status(400), FAULT_BAD_REQUEST);
	assert_int_equal(answer_fault_of_status(403), FAULT_FORBIDDEN);
	assert_int_equal(answer_fault_of_status(429), FAULT_THROTTLED);
	assert_int_equal(answer_fault_of_status(502), FAULT_NONE);
	assert_int_equal(answer_fault_named("Forbidden"), FAULT_FORBIDDEN);
	assert_int_equal(answer_fault_named("Forbid"), FAULT_NONE);
	assert_int_equal(answer_fault_named(""), FAULT_NONE);
}

static void test_ids_are_random_uuids(void **state)
{
	char a[ANSWER_ID_BYTES], b[ANSWER_ID_BYTES];

	(void)state;
	answer_new_id(a);
	answer_new_id(b);
	assert_int_equal(strlen(a), 36);
	assert_int_equal(a[8], '-');
	assert_int_equal(a[13], '-');
	assert_int_equal(a[14], '4');
	assert_int_equal(a[18], '-');
	assert_int_equal(a[23], '-');
	assert_non_null(strchr("89ab", a[19]));
	assert_string_not_equal(a, b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_success_has_the_bare_body),
		cmocka_unit_test(test_times_have_milliseconds),
		cmocka_unit_test(test_fault_replaces_all),
		cmocka_unit_test(test_every_fault_is_named),
		cmocka_unit_test(test_faults_are_found),
		cmocka_unit_test(test_ids_are_random_uuids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
