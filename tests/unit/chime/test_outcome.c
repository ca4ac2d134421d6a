/* The line for people, and attempts that brought no answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../support/chime_world.h"
#include "chime/outcome.h"
#include "util/attr.h"

#include <string.h>

static void test_no_answer(void **state)
{
	(void)state;
	static const struct {
		enum http_failure failure;
		enum chime_error error;
		bool is_final;
		const char *message;
	} cases[] = {
		{HTTP_UNREACHABLE, CHIME_UNREACHABLE, false,
			"GetChannelMessage: unreachable: why not"},
		{HTTP_UNTRUSTED, CHIME_UNTRUSTED, false,
			"GetChannelMessage: untrusted: why not"},
		{HTTP_TIMEOUT, CHIME_TIMEOUT, false,
			"GetChannelMessage: timeout: why not"},
		{HTTP_BROKEN, CHIME_BROKEN, false,
			"GetChannelMessage: connection lost: why not"},
		{HTTP_TOO_LARGE, CHIME_MALFORMED, true,
			"GetChannelMessage: malformed answer: why not"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct outcome out;
		const struct http_answer answer = {
			.failure = cases[i].failure, .why = "why\nnot"};
		assert_null(outcome_of_answer(&out,
			chime_operation(CHIME_GET_CHANNEL_MESSAGE), &answer));
		assert_int_equal(out.error, cases[i].error);
		assert_int_equal(out.is_final, cases[i].is_final);
		assert_string_equal(out.message, cases[i].message);
		assert_int_equal(out.status, 0);
	}
}

static void assert_message(
	struct world *w, const struct world_step *step, const char *want)
{
	unsigned before = w->answers;
	world_script(w, step, 1);
	assert_non_null(world_describe(w));
	world_until(w, before + 1, 0);
	assert_string_equal(w->message, want);
}

static void test_messages(void **state)
{
	(void)state;
	struct world w;
	world_init(&w, NULL);
	assert_message(&w,
		&(struct world_step){.status = 403,
			.type = "ForbiddenException:",
			.body = "{\"Code\":\"Forbidden\",\"Message\":"
				"\"no\\r\\nx\\u0007\"}"},
		"DescribeChannel: forbidden (403 ForbiddenException): no  x  "
		"[request req-1]");
	assert_message(&w, &(struct world_step){.status = 404},
		"DescribeChannel: not found (404) [request req-1]");
	assert_message(&w, &(struct world_step){.status = 302, .body = "moved"},
		"DescribeChannel: malformed answer (302) [request req-1]");
	world_release(&w);
}

static void test_long_text_is_cut(void **state)
{
	(void)state;
	struct world w;
	char body[2000] = "{\"Message\":\"";
	size_t start = strlen(body);
	memset(body + start, 'x', 1500);
	memcpy(body + start + 1500, "\"}", 3);
	world_init(&w, NULL);
	world_script(&w, &(struct world_step){.status = 403, .body = body}, 1);
	assert_non_null(world_describe(&w));
	world_until(&w, 1, 0);
	assert_true(strlen(w.message) < OUTCOME_MESSAGE_BYTES);
	assert_non_null(strstr(w.message, "[request req-1]"));
	world_release(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_answer),
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_long_text_is_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
