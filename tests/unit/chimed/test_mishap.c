#include "chimed/mishap.h"

#include "util/str.h"

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

enum { OK = 201, NO_CONTENT = 204 };

static void befall(struct answer *answer, int status, struct mishap mishap)
{
	answer_init(answer);
	answer_ok(answer, status,
		status == NO_CONTENT ? NULL : json_pack("{s:s}", "A", "b"));
	mishap_befall(&mishap, status, answer);
}

static void test_nothing_changes_nothing(void **state)
{
	struct answer AUTOANSWER answer;

	(void)state;
	befall(&answer, OK, (struct mishap){.kind = MISHAP_NONE});
	assert_true(answer_is_success(&answer));
	assert_string_equal(answer.body, "{\"A\":\"b\"}");
	assert_int_equal(answer.cut, ANSWER_WHOLE);
	assert_int_equal(answer.delay_ms, 0);
}

static void test_errors_replace_the_answer(void **state)
{
	struct answer AUTOANSWER named;
	struct answer AUTOANSWER bare;

	(void)state;
	befall(&named, OK,
		(struct mishap){.kind = MISHAP_ERROR,
			.fault = FAULT_THROTTLED,
			.delay_ms = 5});
	assert_int_equal(named.status, 429);
	assert_string_equal(named.error_type, "ThrottledClientException");
	assert_true(str_starts(named.body, "{\"Code\":\"Throttled\""));
	assert_int_equal(named.delay_ms, 5);
	befall(&bare, OK, (struct mishap){.kind = MISHAP_ERROR, .status = 502});
	assert_int_equal(bare.status, 502);
	assert_null(bare.error_type);
	assert_null(bare.body);
}

static void test_spoilt_bodies(void **state)
{
	struct answer AUTOANSWER garbage;
	struct answer AUTOANSWER of_nothing;
	struct answer AUTOANSWER empty;

	(void)state;
	befall(&garbage, OK, (struct mishap){.kind = MISHAP_GARBAGE});
	assert_int_equal(garbage.status, OK);
	assert_null(json_loads(garbage.body, JSON_DECODE_ANY, NULL));
	/* A 204 could not show it. */
	befall(&of_nothing, NO_CONTENT,
		(struct mishap){.kind = MISHAP_GARBAGE});
	assert_int_equal(of_nothing.status, 200);
	assert_non_null(of_nothing.body);
	befall(&empty, OK, (struct mishap){.kind = MISHAP_EMPTY});
	assert_int_equal(empty.status, OK);
	assert_null(empty.body);
}

static void test_cuts(void **state)
{
	struct answer AUTOANSWER half;
	struct answer AUTOANSWER of_nothing;
	struct answer AUTOANSWER none;

	(void)state;
	befall(&half, OK, (struct mishap){.kind = MISHAP_TRUNCATE});
	assert_int_equal(half.cut, ANSWER_HALF);
	assert_non_null(half.body);
	befall(&of_nothing, NO_CONTENT,
		(struct mishap){.kind = MISHAP_TRUNCATE});
	assert_int_equal(of_nothing.cut, ANSWER_NONE);
	/* Before the call: nothing has been answered yet. */
	answer_init(&none);
	mishap_befall(&(struct mishap){.kind = MISHAP_DROP, .before = true}, OK,
		&none);
	assert_int_equal(none.cut, ANSWER_NONE);
	assert_int_not_equal(none.status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_changes_nothing),
		cmocka_unit_test(test_errors_replace_the_answer),
		cmocka_unit_test(test_spoilt_bodies),
		cmocka_unit_test(test_cuts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
