#include "chimed/fault_spec.h"

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <errno.h>
#include <string.h>

static struct err err;

static void test_what_can_be_said(void **state)
{
	static const struct {
		const char *text;
		enum mishap_kind kind;
		bool before;
		enum fault fault;
		int status;
	} cases[] = {
		{"*:400", MISHAP_ERROR, true, FAULT_BAD_REQUEST, 400},
		{"*:403", MISHAP_ERROR, true, FAULT_FORBIDDEN, 403},
		{"*:404", MISHAP_ERROR, true, FAULT_NOT_FOUND, 404},
		{"*:429", MISHAP_ERROR, true, FAULT_THROTTLED, 429},
		{"*:500-after", MISHAP_ERROR, false, FAULT_FAILURE, 500},
		{"*:502", MISHAP_ERROR, true, FAULT_NONE, 502},
		{"*:599", MISHAP_ERROR, true, FAULT_NONE, 599},
		{"*:ResourceLimitExceeded", MISHAP_ERROR, true, FAULT_LIMIT, 0},
		{"*:ConflictException-after", MISHAP_ERROR, false,
			FAULT_CONFLICT, 0},
		{"*:drop-before", MISHAP_DROP, true, FAULT_NONE, 0},
		{"*:drop-after", MISHAP_DROP, false, FAULT_NONE, 0},
		{"*:truncate", MISHAP_TRUNCATE, false, FAULT_NONE, 0},
		{"*:garbage", MISHAP_GARBAGE, false, FAULT_NONE, 0},
		{"*:empty", MISHAP_EMPTY, false, FAULT_NONE, 0},
		{"*:delay=0", MISHAP_NONE, false, FAULT_NONE, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct fault_spec spec;

		assert_int_equal(
			fault_spec_parse(cases[i].text, &spec, &err), 0);
		assert_null(spec.operation);
		assert_int_equal(spec.mishap.kind, cases[i].kind);
		assert_int_equal(spec.mishap.before, cases[i].before);
		assert_int_equal(spec.mishap.fault, cases[i].fault);
		assert_int_equal(spec.mishap.status, cases[i].status);
	}
}

static void test_operations_and_rates(void **state)
{
	struct fault_spec spec;

	(void)state;
	assert_int_equal(
		fault_spec_parse("SendChannelMessage:500", &spec, &err), 0);
	assert_int_equal(spec.operation->op, CHIME_SEND_CHANNEL_MESSAGE);
	assert_true(spec.probability >= 1);
	assert_true(spec.calls_left == UINT64_MAX);
	assert_int_equal(
		fault_spec_parse("list-channels:delay=600000:x12", &spec, &err),
		0);
	assert_int_equal(spec.operation->op, CHIME_LIST_CHANNELS);
	assert_int_equal(spec.mishap.delay_ms, 600000);
	assert_int_equal(spec.calls_left, 12);
	assert_int_equal(fault_spec_parse("*:500:0.25", &spec, &err), 0);
	assert_true(spec.probability > 0.249 && spec.probability < 0.251);
	assert_int_equal(fault_spec_parse("*:500:0", &spec, &err), 0);
	assert_int_equal(fault_spec_parse("*:500:1.0", &spec, &err), 0);
}

/* The text names what is wrong and what would be right. */
static void test_what_is_refused(void **state)
{
	static const struct {
		const char *text, *named, *right;
	} cases[] = {
		{"", "\"\"", "OPERATION:WHAT"},
		{"500", "\"500\"", "OPERATION:WHAT"},
		{"*:", "\"*:\"", "OPERATION:WHAT"},
		{":500", "\"\"", "SendChannelMessage"},
		{"*:500:1:1", "\"*:500:1:1\"", "OPERATION:WHAT:RATE"},
		{"SendChanelMessage:500", "SendChanelMessage",
			"use SendChannelMessage"},
		{"send:500", "\"send\"", "such as SendChannelMessage"},
		{"*:399", "\"399\"", "400 to 599"},
		{"*:600", "\"600\"", "400 to 599"},
		{"*:-after", "\"-after\"", "drop-before"},
		{"*:drop", "\"drop\"", "drop-after"},
		{"*:Exception", "\"Exception\"", "ThrottledClientException"},
		{"*:NoException", "\"NoException\"", "exception such as"},
		{"*:drop-before-after", "\"drop-before-after\"", "truncate"},
		{"*:delay", "\"delay\"", "delay=MS"},
		{"*:delay=600001", "\"delay=600001\"", "600000"},
		{"*:delay=-1", "\"delay=-1\"", "delay=MS"},
		{"*:500:", "\"\"", "probability"},
		{"*:500:1.1", "\"1.1\"", "probability"},
		{"*:500:-0.1", "\"-0.1\"", "probability"},
		{"*:500:nan", "\"nan\"", "probability"},
		{"*:500:0.1.1", "\"0.1.1\"", "probability"},
		{"*:500:x", "\"x\"", "xN"},
		{"*:500:x-1", "\"x-1\"", "xN"},
	};
	struct fault_spec spec;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(
			fault_spec_parse(cases[i].text, &spec, &err), -EINVAL);
		assert_non_null(strstr(err.text, cases[i].named));
		assert_non_null(strstr(err.text, cases[i].right));
	}
}

static void test_long_ones_are_refused(void **state)
{
	char text[4 * FAULT_SPEC_BYTES];
	struct fault_spec spec;

	(void)state;
	memset(text, 'x', sizeof(text));
	memcpy(text, "*:", 2);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(fault_spec_parse(text, &spec, &err), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_can_be_said),
		cmocka_unit_test(test_operations_and_rates),
		cmocka_unit_test(test_what_is_refused),
		cmocka_unit_test(test_long_ones_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
