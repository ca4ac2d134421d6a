#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctl/chime_session.h"

#include "util/clock.h"

#include <string.h>

static struct chime_session *session_to(const char *endpoint)
{
	const struct chime_target target = {
		.region = "us-east-1",
		.messaging_endpoint = endpoint,
		.identity_endpoint = endpoint,
	};
	struct err err = {0};

	return chime_session_new(&target, &err);
}

static void test_bad_endpoint(void **state UNUSED)
{
	assert_null(session_to("ftp://127.0.0.1"));
	chime_session_free(NULL);
}

/* Refused before anything is sent: required members are missing. */
static void test_refused(void **state UNUSED)
{
	struct chime_session *session = session_to("http://127.0.0.1:9");
	json_t *members = json_object();
	struct chime_answered answered;

	chime_session_call(
		session, CHIME_CREATE_APP_INSTANCE, members, &answered);
	assert_int_equal(answered.error, CHIME_BAD_REQUEST);
	assert_null(answered.body);
	assert_non_null(strstr(answered.message, "CreateAppInstance"));
	chime_answered_release(&answered);
	chime_session_list(session, CHIME_LIST_CHANNELS, members, &answered);
	assert_int_equal(answered.error, CHIME_BAD_REQUEST);
	assert_null(answered.body);
	chime_answered_release(&answered);
	json_decref(members);
	chime_session_free(session);
}

static void test_pause(void **state UNUSED)
{
	struct chime_session *session = session_to("http://127.0.0.1:9");
	int64_t start = clock_mono_ms();

	chime_session_pause(session, 10);
	assert_true(clock_mono_ms() - start >= 10);
	chime_session_free(session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad_endpoint),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_pause),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
