/* The life of a call against a service with a script: what is sent again,
 * what is not, that the bytes are the same, when it ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../support/chime_world.h"
#include "chime/call.h"
#include "util/attr.h"
#include "util/clock.h"
#include "util/str.h"

#include <stdlib.h>
#include <string.h>

enum { STEP_MS = 20 };

#define SENT "{\"ChannelArn\":\"c\",\"MessageId\":\"m\"}"

static const struct world_step sent = {.status = 201, .body = SENT};

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	world_init(w, NULL);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	world_release(*state);
	free(*state);
	return 0;
}

/* Same path, body and so token in every attempt, each signed. */
static void assert_same_requests(struct world *w, size_t count)
{
	assert_int_equal(w->request_count, count);
	for (size_t i = 0; i < count; i++) {
		assert_string_equal(
			w->requests[i].target, w->requests[0].target);
		assert_string_equal(w->requests[i].body, w->requests[0].body);
		assert_true(w->requests[i].signed_well);
	}
}

static void test_success(void **state)
{
	struct world *w = *state;
	world_script(w, &sent, 1);
	assert_non_null(world_send(w));
	assert_int_equal(w->answers, 0);
	world_until(w, 1, 0);
	assert_int_equal(w->error, CHIME_OK);
	assert_int_equal(w->status, 201);
	assert_int_equal(w->attempts, 1);
	assert_string_equal(w->body, SENT);
	assert_string_equal(w->message, "");
	assert_string_equal(w->request_id, "req-1");
	assert_same_requests(w, 1);
	assert_string_equal(w->requests[0].method, "POST");
	assert_true(str_starts(
		w->requests[0].target, "/channels/arn%3Aaws%3Achime%3A"));
	assert_string_equal(w->requests[0].body,
		"{\"Content\":\"hello\",\"Type\":\"STANDARD\",\"Persistence\":"
		"\"PERSISTENT\",\"ClientRequestToken\":\"t-1\"}");
}

static void test_answer_without_body(void **state)
{
	static const struct world_step step = {.status = 204};
	struct world *w = *state;
	world_script(w, &step, 1);
	json_t *members = json_pack("{s:s, s:s}", "ChannelArn", WORLD_CHANNEL,
		"ChimeBearer", WORLD_USER);
	assert_non_null(world_start(w, CHIME_DELETE_CHANNEL, members, 0));
	world_until(w, 1, 0);
	assert_int_equal(w->error, CHIME_OK);
	assert_null(w->body);
	assert_string_equal(w->requests[0].method, "DELETE");
	assert_true(w->requests[0].signed_well);
}

/* ---- retries ---- */

static void test_throttled_then_fine(void **state)
{
	static const struct world_step steps[] = {
		{.status = 429,
			.type = "ThrottledClientException",
			.body = "{\"Code\":\"Throttled\",\"Message\":"
				"\"slow\"}"},
		{.status = 429},
		{.status = 201, .body = SENT},
	};
	struct world *w = *state;
	struct chime_stats stats;
	world_script(w, steps, ARRAY_LEN(steps));
	assert_non_null(world_send(w));
	world_until(w, 1, STEP_MS);
	assert_int_equal(w->error, CHIME_OK);
	assert_int_equal(w->attempts, 3);
	assert_same_requests(w, 3);
	/* The pauses grow: at least 125 ms, then at least 250 ms. */
	assert_true(w->requests[1].at_ms - w->requests[0].at_ms >= 125);
	assert_true(w->requests[2].at_ms - w->requests[1].at_ms >= 250);
	chime_client_stats(w->client, &stats);
	assert_int_equal(stats.throttled, 2);
	assert_int_equal(stats.retries, 2);
	assert_int_equal(stats.failed, 0);
}

static void test_throttle_holds_the_bearer(void **state)
{
	static const struct world_step steps[] = {
		{.status = 429, .retry_after = "3"},
		{.status = 200, .body = "{}"},
	};
	struct world *w = *state;
	world_script(w, steps, ARRAY_LEN(steps));
	assert_non_null(world_describe(w));
	world_until_seen(w, 1, STEP_MS);
	for (int i = 0; i < 10; i++)
		loop_turn(w->loop, 1);
	int64_t refused_ms = clock_mono_ms();
	assert_non_null(world_describe(w)); /* another call waits as well */
	world_until(w, 2, STEP_MS);
	for (size_t i = 1; i < w->request_count; i++)
		assert_true(w->requests[i].at_ms - refused_ms >= 2900);
}

static void test_retry_after_is_kept(void **state)
{
	static const struct world_step steps[] = {
		{.status = 503, .retry_after = "5"},
		{.status = 201, .body = SENT},
	};
	struct world *w = *state;
	world_script(w, steps, ARRAY_LEN(steps));
	assert_non_null(world_send(w));
	world_until(w, 1, STEP_MS);
	assert_int_equal(w->error, CHIME_OK);
	int64_t gap_ms = w->requests[1].at_ms - w->requests[0].at_ms;
	assert_true(gap_ms >= 5000 && gap_ms < 6000);
}

static void test_retry_after_beyond_the_deadline(void **state)
{
	static const struct world_step step = {
		.status = 429, .retry_after = "120"};
	struct world *w = *state;
	world_script(w, &step, 1);
	assert_non_null(world_send(w));
	world_until(w, 1, STEP_MS);
	assert_int_equal(w->error, CHIME_THROTTLED);
	assert_int_equal(w->retry_after_ms, 120000);
	assert_int_equal(w->attempts, 1);
}

static void test_server_errors(void **state)
{
	static const struct world_step steps[] = {
		{.status = 500, .type = "ServiceFailureException"},
		{.status = 503, .body = "<html>"},
		{.status = 502, .body = "garbage"},
		{.status = 201, .body = SENT},
	};
	struct world *w = *state;
	world_script(w, steps, ARRAY_LEN(steps));
	assert_non_null(world_send(w));
	world_until(w, 1, STEP_MS);
	assert_int_equal(w->error, CHIME_OK);
	assert_same_requests(w, 4);
}

static void test_cut_connections(void **state)
{
	static const struct world_step steps[] = {
		{.deed = WORLD_CUT},
		{.deed = WORLD_CUT},
		{.status = 201, .body = SENT},
	};
	struct world *w = *state;
	world_script(w, steps, ARRAY_LEN(steps));
	assert_non_null(world_send(w));
	world_until(w, 1, STEP_MS);
	assert_int_equal(w->error, CHIME_OK);
	assert_same_requests(w, 3);
}

static struct chime_call *redact(struct world *w)
{
	json_t *members = json_pack("{s:s, s:s, s:s}", "ChannelArn",
		WORLD_CHANNEL, "ChimeBearer", WORLD_USER, "MessageId", "m");
	return world_start(w, CHIME_REDACT_CHANNEL_MESSAGE, members, 0);
}

/* A POST without a token: whether it took effect is not known. */
static void test_doubtful_is_not_repeated(void **state)
{
	static const struct world_step cut = {.deed = WORLD_CUT};
	static const struct world_step failure = {.status = 500};
	struct world *w = *state;
	world_script(w, &cut, 1);
	assert_non_null(redact(w));
	world_until(w, 1, STEP_MS);
	assert_int_equal(w->error, CHIME_BROKEN);
	assert_int_equal(w->attempts, 1);
	assert_int_equal(w->request_count, 1);
	world_script(w, &failure, 1);
	assert_non_null(redact(w));
	world_until(w, 2, STEP_MS);
	assert_int_equal(w->error, CHIME_SERVICE);
	assert_int_equal(w->request_count, 1);
	assert_true(w->requests[0].signed_well);
	assert_string_equal(w->requests[0].body, "");
}

static void test_surely_refused_is_repeated(void **state)
{
	static const struct world_step steps[] = {
		{.status = 429},
		{.status = 503},
		{.status = 200, .body = "{}"},
	};
	struct world *w = *state;
	world_script(w, steps, ARRAY_LEN(steps));
	assert_non_null(redact(w));
	world_until(w, 1, STEP_MS);
	assert_int_equal(w->error, CHIME_OK);
	assert_same_requests(w, 3);
}

static void test_max_attempts(void **state)
{
	static const struct world_step step = {.status = 503};
	struct world *w = *state;
	json_t *members = world_message("hello", "t-1");
	const struct chime_request request = {
		.op = CHIME_SEND_CHANNEL_MESSAGE,
		.members = members,
		.max_attempts = 2,
	};
	world_script(w, &step, 1);
	assert_non_null(chime_start(w->client, &request, world_on_result, w));
	json_decref(members);
	world_until(w, 1, STEP_MS);
	assert_int_equal(w->error, CHIME_SERVICE);
	assert_int_equal(w->attempts, 2);
	assert_int_equal(w->request_count, 2);
}

/* ---- answers that end it ---- */

static void test_refusals(void **state)
{
	static const struct {
		struct world_step step;
		enum chime_error error;
	} cases[] = {
		{{.status = 400, .type = "BadRequestException"},
			CHIME_BAD_REQUEST},
		{{.status = 400,
			 .body = "{\"Code\":\"ResourceLimitExceeded"
				 "\"}"},
			CHIME_LIMIT},
		{{.status = 401}, CHIME_UNAUTHORIZED},
		{{.status = 403}, CHIME_FORBIDDEN},
		{{.status = 404}, CHIME_NOT_FOUND},
		{{.status = 409}, CHIME_CONFLICT},
	};
	struct world *w = *state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		world_script(w, &cases[i].step, 1);
		assert_non_null(world_send(w));
		world_until(w, (unsigned)i + 1, STEP_MS);
		assert_int_equal(w->error, cases[i].error);
		assert_int_equal(w->request_count, 1);
		assert_null(w->body);
	}
	assert_int_equal(chime_client_count(w->client,
				 CHIME_SEND_CHANNEL_MESSAGE, CHIME_CONFLICT),
		1);
}

static void test_garbage_is_tried_three_times(void **state)
{
	static const char *const bodies[] = {"<html>", "[1]", "", "{\"a\":"};
	struct world *w = *state;
	for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
		struct world_step step = {.status = 200, .body = bodies[i]};
		world_script(w, &step, 1);
		assert_non_null(world_describe(w));
		world_until(w, (unsigned)i + 1, STEP_MS);
		assert_int_equal(w->error, CHIME_MALFORMED);
		assert_int_equal(w->request_count, 1 + CALL_MALFORMED_RETRIES);
	}
}

static void test_too_large_is_not_asked_again(void **state)
{
	struct world *w = *state;
	char *body = malloc(CHIME_ANSWER_BYTES + 2);
	memset(body, ' ', CHIME_ANSWER_BYTES + 1);
	body[CHIME_ANSWER_BYTES + 1] = '\0';
	struct world_step step = {.status = 200, .body = body};
	world_script(w, &step, 1);
	assert_non_null(world_describe(w));
	world_until(w, 1, STEP_MS);
	assert_int_equal(w->error, CHIME_MALFORMED);
	assert_int_equal(w->request_count, 1);
	free(body);
}

static void test_refused_before_sending(void **state)
{
	struct world *w = *state;
	assert_non_null(world_start(
		w, CHIME_SEND_CHANNEL_MESSAGE, world_message("", "t-1"), 0));
	assert_int_equal(w->answers, 0);
	world_until(w, 1, 0);
	assert_int_equal(w->error, CHIME_BAD_REQUEST);
	assert_int_equal(w->status, 0);
	assert_int_equal(w->attempts, 0);
	assert_string_equal(w->message,
		"SendChannelMessage: Content has length 0, at least 1 is "
		"needed");
	assert_int_equal(w->request_count, 0);
}

/* ---- clock and credentials ---- */

static const struct world_step skewed = {
	.status = 403,
	.type = "InvalidSignatureException",
	.body = "{\"message\":\"Signature expired: too old\"}",
};

static void test_clock_is_corrected_once(void **state)
{
	static const int64_t offsets[] = {3600 * 1000, -3600 * 1000};
	for (size_t i = 0; i < ARRAY_LEN(offsets); i++) {
		const struct world_step steps[] = {skewed, sent, sent};
		struct world *w = *state;
		struct chime_stats stats;
		unsigned before = w->answers;
		world_script(w, steps, ARRAY_LEN(steps));
		w->server_offset_ms = offsets[i];
		assert_non_null(world_send(w));
		world_until(w, before + 1, 0);
		assert_int_equal(w->error, CHIME_OK);
		assert_int_equal(w->request_count, 2);
		assert_false(w->requests[0].signed_well);
		assert_true(w->requests[1].signed_well);
		assert_string_equal(w->requests[0].body, w->requests[1].body);
		chime_client_stats(w->client, &stats);
		assert_int_equal(stats.clock_offset_ms, offsets[i]);
		/* What was learned serves the next call. */
		assert_non_null(world_send(w));
		world_until(w, before + 2, 0);
		assert_int_equal(w->attempts, 1);
		assert_true(w->requests[2].signed_well);
	}
}

/* Correcting the clock is no attempt more: callers with a patience of their
 * own would never learn the time. */
static void test_skew_with_one_attempt(void **state)
{
	const struct world_step steps[] = {skewed, sent};
	struct world *w = *state;
	json_t *members = world_message("hello", "t-1");
	const struct chime_request request = {
		.op = CHIME_SEND_CHANNEL_MESSAGE,
		.members = members,
		.max_attempts = 1,
	};
	world_script(w, steps, ARRAY_LEN(steps));
	w->server_offset_ms = 3600 * 1000;
	assert_non_null(chime_start(w->client, &request, world_on_result, w));
	json_decref(members);
	world_until(w, 1, 0);
	assert_int_equal(w->error, CHIME_OK);
	assert_int_equal(w->request_count, 2);
}

/* Both were signed before either was refused. */
static void test_skew_of_two_calls(void **state)
{
	const struct world_step steps[] = {skewed, skewed, sent};
	struct world *w = *state;
	world_script(w, steps, ARRAY_LEN(steps));
	w->server_offset_ms = 3600 * 1000;
	assert_non_null(world_send(w));
	assert_non_null(world_send(w));
	world_until(w, 1, 0);
	assert_int_equal(w->error, CHIME_OK);
	world_until(w, 2, 0);
	assert_int_equal(w->error, CHIME_OK);
	assert_int_equal(w->request_count, 4);
}

static void test_skew_that_stays(void **state)
{
	struct world *w = *state;
	world_script(w, &skewed, 1);
	w->server_offset_ms = 3600 * 1000;
	assert_non_null(world_send(w));
	world_until(w, 1, 0);
	assert_int_equal(w->error, CHIME_CLOCK_SKEW);
	assert_int_equal(w->request_count, 2);
}

static void test_skew_when_clocks_agree(void **state)
{
	struct world *w = *state;
	world_script(w, &skewed, 1);
	assert_non_null(world_send(w));
	world_until(w, 1, 0);
	assert_int_equal(w->error, CHIME_CLOCK_SKEW);
	assert_int_equal(w->request_count, 1);
}

static void test_wrong_secret_is_no_skew(void **state)
{
	static const struct world_step step = {
		.status = 403, .type = "SignatureDoesNotMatch"};
	struct world *w = *state;
	world_script(w, &step, 1);
	assert_non_null(world_send(w));
	world_until(w, 1, 0);
	assert_int_equal(w->error, CHIME_FORBIDDEN);
	assert_int_equal(w->request_count, 1);
}

static void test_credentials_are_refreshed_once(void **state)
{
	static const struct world_step expired = {
		.status = 403, .type = "ExpiredTokenException"};
	const struct world_step steps[] = {expired, sent};
	struct world *w = *state;
	world_script(w, steps, ARRAY_LEN(steps));
	assert_non_null(world_send(w));
	world_until(w, 1, 0);
	assert_int_equal(w->error, CHIME_OK);
	assert_int_equal(w->request_count, 2);
	world_script(w, &expired, 1);
	assert_non_null(world_send(w));
	world_until(w, 2, 0);
	assert_int_equal(w->error, CHIME_CREDENTIALS);
	assert_int_equal(w->request_count, 2);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_success),
		CASE(test_answer_without_body),
		CASE(test_throttled_then_fine),
		CASE(test_throttle_holds_the_bearer),
		CASE(test_retry_after_is_kept),
		CASE(test_retry_after_beyond_the_deadline),
		CASE(test_server_errors),
		CASE(test_cut_connections),
		CASE(test_doubtful_is_not_repeated),
		CASE(test_surely_refused_is_repeated),
		CASE(test_max_attempts),
		CASE(test_refusals),
		CASE(test_garbage_is_tried_three_times),
		CASE(test_too_large_is_not_asked_again),
		CASE(test_refused_before_sending),
		CASE(test_clock_is_corrected_once),
		CASE(test_skew_with_one_attempt),
		CASE(test_skew_of_two_calls),
		CASE(test_skew_that_stays),
		CASE(test_skew_when_clocks_agree),
		CASE(test_wrong_secret_is_no_skew),
		CASE(test_credentials_are_refreshed_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
