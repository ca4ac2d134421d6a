/* How a call ends that is not answered in time, or not wanted any more. */
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

enum { STEP_MS = 20, LONG_STEP_MS = 500 };

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

static void test_silence(void **state)
{
	static const struct world_step hold = {.deed = WORLD_HOLD};
	struct world *w = *state;
	world_script(w, &hold, 1);
	int64_t start_ms = clock_mono_ms();
	assert_non_null(world_send(w));
	world_until(w, 1, LONG_STEP_MS);
	assert_int_equal(w->error, CHIME_TIMEOUT);
	int64_t took_ms = clock_mono_ms() - start_ms;
	assert_true(took_ms >= 40000 && took_ms <= 61000);
	/* One exchange may not eat all of the time. */
	assert_int_equal(w->request_count, 3);
	assert_same_requests(w, 3);
}

static void test_short_deadline(void **state)
{
	static const struct world_step hold = {.deed = WORLD_HOLD};
	struct world *w = *state;
	world_script(w, &hold, 1);
	int64_t start_ms = clock_mono_ms();
	assert_non_null(world_start(w, CHIME_SEND_CHANNEL_MESSAGE,
		world_message("x", "t-1"), 2000));
	world_until(w, 1, STEP_MS);
	assert_int_equal(w->error, CHIME_TIMEOUT);
	assert_true(clock_mono_ms() - start_ms < 2100);
}

static void test_nobody_listens(void **state)
{
	struct world *w = *state;
	httpd_free(w->httpd);
	w->httpd = NULL;
	assert_non_null(world_send(w));
	world_until(w, 1, LONG_STEP_MS);
	assert_int_equal(w->error, CHIME_UNREACHABLE);
	assert_true(w->attempts > 5);
}

static void test_deadline_in_the_queue(void **state)
{
	struct world *w = *state;
	budget_throttled(
		chime_client_budget(w->client), WORLD_USER, 3600 * 1000);
	struct chime_call *call = world_send(w);
	assert_string_equal(chime_call_state(call), "budget");
	world_until(w, 1, LONG_STEP_MS);
	assert_int_equal(w->error, CHIME_TIMEOUT);
	assert_int_equal(w->attempts, 0);
	assert_non_null(strstr(w->message, "rate budget"));
	assert_int_equal(w->request_count, 0);
}

static void assert_cancelled(
	struct world *w, struct chime_call *call, const char *in_state)
{
	struct chime_stats stats;
	assert_string_equal(chime_call_state(call), in_state);
	chime_cancel(call);
	chime_client_stats(w->client, &stats);
	assert_int_equal(stats.in_flight, 0);
	assert_int_equal(stats.asking, 0);
	assert_int_equal(stats.waiting, 0);
	for (int i = 0; i < 5; i++)
		clock_advance(10000);
	world_idle(w);
	assert_int_equal(w->answers, 0);
}

static void test_cancel_waiting_for_credentials(void **state)
{
	struct world *w = *state;
	assert_cancelled(w, world_send(w), "creds");
}

static void test_cancel_when_refused(void **state)
{
	struct world *w = *state;
	struct chime_call *call = world_start(
		w, CHIME_SEND_CHANNEL_MESSAGE, world_message("", "t-1"), 0);
	assert_cancelled(w, call, "refused");
}

static void test_cancel_in_the_queue(void **state)
{
	struct world *w = *state;
	budget_throttled(chime_client_budget(w->client), WORLD_USER, 1000);
	assert_cancelled(w, world_send(w), "budget");
	assert_int_equal(w->request_count, 0);
}

static void test_cancel_while_sending(void **state)
{
	static const struct world_step hold = {.deed = WORLD_HOLD};
	struct world *w = *state;
	world_script(w, &hold, 1);
	struct chime_call *call = world_send(w);
	world_until_seen(w, 1, 0);
	assert_cancelled(w, call, "sending");
}

static void test_cancel_in_backoff(void **state)
{
	static const struct world_step step = {.status = 503};
	struct world *w = *state;
	world_script(w, &step, 1);
	struct chime_call *call = world_send(w);
	world_until_seen(w, 1, 0);
	world_idle(w);
	assert_cancelled(w, call, "backoff");
	assert_int_equal(w->request_count, 1);
}

struct rival {
	struct world *world;
	struct chime_call *other;
};

static void on_result_cancel_other(const struct chime_result *result, void *arg)
{
	struct rival *rival = arg;
	world_on_result(result, rival->world);
	if (rival->other)
		chime_cancel(rival->other);
	rival->other = NULL;
	if (rival->world->answers == 1)
		assert_non_null(world_send(rival->world));
}

static void test_callbacks_may_start_and_cancel(void **state)
{
	struct world *w = *state;
	struct rival rival = {.world = w};
	json_t *members = world_message("hello", "t-1");
	const struct chime_request request = {
		.op = CHIME_SEND_CHANNEL_MESSAGE, .members = members};
	world_script(w, &sent, 1);
	assert_non_null(chime_start(
		w->client, &request, on_result_cancel_other, &rival));
	rival.other = world_send(w);
	json_decref(members);
	world_until(w, 2, 0);
	world_idle(w);
	assert_int_equal(w->answers, 2);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_silence),
		CASE(test_short_deadline),
		CASE(test_nobody_listens),
		CASE(test_deadline_in_the_queue),
		CASE(test_cancel_waiting_for_credentials),
		CASE(test_cancel_when_refused),
		CASE(test_cancel_in_the_queue),
		CASE(test_cancel_while_sending),
		CASE(test_cancel_in_backoff),
		CASE(test_callbacks_may_start_and_cancel),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
