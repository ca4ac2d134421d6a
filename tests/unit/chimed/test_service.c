#include "../support/chimed_rig.h"

#include "util/clock.h"

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <stdio.h>
#include <string.h>

static int ask(struct rig *rig, const char *method, const char *target,
	const char *bearer, const char *body)
{
	return rig_raw(rig, &(struct service_request){
				    .method = method,
				    .target = target,
				    .bearer = bearer,
				    .body = body,
				    .body_len = strlen(body),
			    });
}

static void test_what_is_no_operation(void **state)
{
	static const struct {
		const char *method, *target;
		int status;
	} cases[] = {
		{"GET", "/", 404},
		{"GET", "", 404},
		{"GET", "/nothing", 404},
		{"PATCH", "/channels", 405},
		{"GET", "/channels/%zz", 400},
	};
	struct rig rig;

	(void)state;
	rig_init(&rig);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(
			ask(&rig, cases[i].method, cases[i].target, NULL, ""),
			cases[i].status);
		assert_non_null(rig_get(&rig, "Message"));
	}
	rig_release(&rig);
}

static void test_bearer_comes_before_arguments(void **state)
{
	struct rig rig;
	char alice[RIG_ARN_BYTES];

	(void)state;
	rig_init(&rig);
	rig_user(&rig, "alice", alice);
	assert_int_equal(ask(&rig, "POST", "/channels", NULL, "{"), 400);
	assert_int_equal(ask(&rig, "POST", "/channels", "x", "{"), 401);
	assert_string_equal(rig.type, "UnauthorizedClientException");
	assert_string_equal(rig_text(&rig, "Code"), "Unauthorized");
	assert_string_equal(rig_text(&rig, "Message"),
		"An invalid app instance user ARN was supplied for the "
		"x-amz-chime-bearer HTTP header.");
	assert_int_equal(ask(&rig, "POST", "/channels", alice, "{"), 400);
	assert_string_equal(rig_text(&rig, "Code"), "BadRequest");
	rig_release(&rig);
}

/* With the clock set back, what comes later is still not earlier. */
static void test_time_never_goes_back(void **state)
{
	char alice[RIG_ARN_BYTES], room[RIG_ARN_BYTES], id[RIG_ARN_BYTES];
	struct rig rig;

	(void)state;
	rig_init(&rig);
	rig_user(&rig, "alice", alice);
	rig_channel(&rig, alice, "RESTRICTED", "PRIVATE", room);
	rig_send(&rig, room, alice, "one", id);
	clock_freeze(1000, RIG_NOW_MS - 60000);
	rig_send(&rig, room, alice, "two", id);
	service_free(rig.service);
	rig.service = service_new(
		rig.db, &(struct service_params){
				.region = "us-east-1", .account = "1"});
	rig_send(&rig, room, alice, "three", id);
	assert_int_equal(rig_call(&rig, CHIME_LIST_CHANNEL_MESSAGES, alice,
				 "{s:s}", "ChannelArn", room),
		200);
	assert_string_equal(
		rig_text(&rig, "ChannelMessages.0.Content"), "three");
	assert_string_equal(rig_text(&rig, "ChannelMessages.2.Content"), "one");
	rig_release(&rig);
}

static void test_a_broken_state_is_unavailable(void **state)
{
	static const char wrong[] = "INSERT INTO nowhere VALUES (1)";
	struct answer AUTOANSWER answer;
	struct rig rig;

	(void)state;
	rig_init(&rig);
	answer_init(&answer);
	db_begin(rig.db);
	db_run(rig.db, wrong, "");
	service_handle(rig.service,
		&(struct service_request){.method = "POST",
			.target = "/app-instances",
			.body = "{\"Name\":\"x\",\"ClientRequestToken\":"
				"\"new\"}",
			.body_len = 39},
		&answer);
	assert_int_equal(answer.status, 503);
	assert_false(db_commit(rig.db));
	rig_release(&rig);
}

static int send(struct rig *rig, const char *channel, const char *bearer,
	const char *token)
{
	return rig_call(rig, CHIME_SEND_CHANNEL_MESSAGE, bearer,
		"{s:s, s:s, s:s, s:s, s:s}", "ChannelArn", channel, "Content",
		"x", "Type", "STANDARD", "Persistence", "PERSISTENT",
		"ClientRequestToken", token);
}

static int64_t count_messages(struct rig *rig)
{
	static const char sql[] = "SELECT count(*) FROM messages";

	return db_value(rig->db, -1, sql, "");
}

/* An answer that was asked for replaces the real one, but is not the one
 * that a token gets again. */
static void test_faults(void **state)
{
	struct faults *faults = faults_new(1);
	struct rig rig;
	struct err err;
	char ann[RIG_ARN_BYTES];
	char square[RIG_ARN_BYTES];

	(void)state;
	rig_init(&rig);
	rig_user(&rig, "ann.1", ann);
	rig_channel(&rig, ann, "UNRESTRICTED", "PUBLIC", square);
	rig_serve(&rig, (struct service_params){.faults = faults});
	assert_int_equal(
		faults_add(faults, "SendChannelMessage:409:x1", &err), 0);
	assert_int_equal(
		faults_add(faults, "SendChannelMessage:503-after:x1", &err), 0);
	assert_int_equal(send(&rig, square, ann, "token"), 409);
	assert_int_equal(count_messages(&rig), 0);
	assert_int_equal(send(&rig, square, ann, "token"), 503);
	assert_int_equal(count_messages(&rig), 1);
	assert_int_equal(send(&rig, square, ann, "token"), 201);
	assert_int_equal(count_messages(&rig), 1);
	rig_release(&rig);
	faults_free(faults);
}

static void test_rates(void **state)
{
	struct rig rig;
	char ann[RIG_ARN_BYTES];
	char square[RIG_ARN_BYTES];
	char token[16];

	(void)state;
	rig_init(&rig);
	rig_user(&rig, "ann.1", ann);
	rig_channel(&rig, ann, "UNRESTRICTED", "PUBLIC", square);
	rig_serve(&rig, (struct service_params){
				.region = "eu-central-1", .throttled = true});
	/* What cannot be granted is not counted. */
	for (int i = 0; i < 10; i++)
		assert_int_equal(ask(&rig, "POST", "/channels", ann, "{"), 400);
	for (int i = 0; i < 5; i++) {
		snprintf(token, sizeof(token), "token-%d", i);
		assert_int_equal(send(&rig, square, ann, token), 201);
	}
	assert_int_equal(send(&rig, square, ann, "token-5"), 429);
	assert_string_equal(rig.type, "ThrottledClientException");
	assert_string_equal(rig_text(&rig, "Code"), "Throttled");
	/* A replay is a call like any other. */
	assert_int_equal(send(&rig, square, ann, "token-0"), 429);
	assert_int_equal(count_messages(&rig), 5);
	clock_advance(200);
	assert_int_equal(send(&rig, square, ann, "token-5"), 201);
	assert_int_equal(count_messages(&rig), 6);
	rig_release(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_no_operation),
		cmocka_unit_test(test_bearer_comes_before_arguments),
		cmocka_unit_test(test_time_never_goes_back),
		cmocka_unit_test(test_a_broken_state_is_unavailable),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_rates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
