/* A client as a whole: parameters, rates, many calls, statistics. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../support/chime_world.h"
#include "util/clock.h"

#include <stdio.h>
#include <string.h>

enum { STEP_MS = 20, MANY = 100 };

static void test_bad_parameters(void **state)
{
	(void)state;
	struct err err;
	struct loop *loop = loop_new();
	struct chime_client_params params = {
		.region = "us-east-1", .identity_endpoint = "nonsense"};
	assert_null(chime_client_new(loop, &params, &err));
	assert_non_null(strstr(err.text, "nonsense"));
	params.identity_endpoint = NULL;
	params.ca_file = "/nowhere/ca.pem";
	assert_null(chime_client_new(loop, &params, &err));
	assert_non_null(strstr(err.text, "/nowhere/ca.pem"));
	params.ca_file = NULL;
	struct chime_client *client = chime_client_new(loop, &params, &err);
	assert_non_null(client);
	chime_client_free(client);
	chime_client_free(NULL);
	loop_free(loop);
}

static void test_free_cancels(void **state)
{
	(void)state;
	static const struct world_step hold = {.deed = WORLD_HOLD};
	struct world w;
	world_init(&w, NULL);
	world_script(&w, &hold, 1);
	for (int i = 0; i < 5; i++)
		assert_non_null(world_send(&w));
	world_until_seen(&w, 3, 0);
	chime_client_free(w.client);
	w.client = NULL;
	world_idle(&w);
	assert_int_equal(w.answers, 0);
	world_release(&w);
}

static void test_rate_of_the_bearer(void **state)
{
	(void)state;
	struct world w;
	struct budget_limits limits;
	budget_limits_default(&limits, "us-east-1");
	world_init(&w, &limits);
	int64_t start_ms = clock_mono_ms();
	for (int i = 0; i < 40; i++)
		assert_non_null(world_describe(&w));
	world_until(&w, 40, STEP_MS);
	/* Ten at once, and ten a second from then on. */
	int64_t took_ms = clock_mono_ms() - start_ms;
	assert_true(took_ms >= 3000 && took_ms < 4500);
	for (size_t i = 0; i + 20 < 40; i++)
		assert_true(
			w.requests[i + 20].at_ms - w.requests[i].at_ms >= 900);
	world_release(&w);
}

static void test_many_at_once(void **state)
{
	(void)state;
	struct world w;
	struct chime_stats stats;
	world_init(&w, NULL);
	for (int i = 0; i < MANY; i++)
		assert_non_null(world_describe(&w));
	chime_client_stats(w.client, &stats);
	assert_int_equal(stats.in_flight, MANY);
	world_until(&w, MANY, 0);
	chime_client_stats(w.client, &stats);
	assert_int_equal(stats.calls, MANY);
	assert_int_equal(stats.attempts, MANY);
	assert_int_equal(stats.in_flight, 0);
	assert_int_equal(stats.asking, 0);
	assert_int_equal(stats.last_error_ms, 0);
	assert_int_equal(
		chime_client_count(w.client, CHIME_DESCRIBE_CHANNEL, CHIME_OK),
		MANY);
	for (size_t i = 0; i < w.request_count; i++)
		assert_true(w.requests[i].signed_well);
	world_release(&w);
}

static void test_ceiling(void **state)
{
	(void)state;
	struct world w;
	world_init(&w, NULL);
	budget_throttled(
		chime_client_budget(w.client), WORLD_USER, 3600 * 1000);
	for (int i = 0; i < CHIME_MAX_CALLS; i++)
		assert_non_null(world_describe(&w));
	assert_non_null(world_describe(&w));
	world_until(&w, 1, 0);
	world_idle(&w);
	assert_int_equal(w.answers, 1);
	assert_int_equal(w.error, CHIME_THROTTLED);
	assert_int_equal(w.status, 0);
	world_release(&w);
}

static void test_statistics_of_failures(void **state)
{
	(void)state;
	static const struct world_step step = {
		.status = 403, .body = "{\"Message\":\"no\"}"};
	struct world w;
	struct chime_stats stats;
	world_init(&w, NULL);
	world_script(&w, &step, 1);
	assert_non_null(world_describe(&w));
	world_until(&w, 1, 0);
	chime_client_stats(w.client, &stats);
	assert_int_equal(stats.failed, 1);
	assert_int_equal(stats.last_error_ms, clock_wall_ms());
	assert_string_equal(stats.last_error,
		"DescribeChannel: forbidden (403): no [request req-1]");
	world_release(&w);
}

static void test_endpoint_with_a_path(void **state)
{
	(void)state;
	struct err err;
	struct world w;
	char endpoint[128];
	world_init(&w, NULL);
	snprintf(endpoint, sizeof(endpoint), "%s/pre/fix/", w.endpoint);
	const struct chime_client_params params = {
		.region = "us-east-1",
		.messaging_endpoint = endpoint,
		.creds = w.creds,
		.deadline_ms = 5000,
	};
	chime_client_free(w.client);
	w.client = chime_client_new(w.loop, &params, &err);
	assert_non_null(w.client);
	assert_non_null(world_describe(&w));
	world_until(&w, 1, 0);
	assert_int_equal(w.error, CHIME_OK);
	assert_int_equal(
		strncmp(w.requests[0].target, "/pre/fix/channels/arn", 21), 0);
	assert_true(w.requests[0].signed_well);
	world_release(&w);
}

static void test_identity_has_no_bearer(void **state)
{
	(void)state;
	static const struct world_step step = {
		.status = 201, .body = "{\"AppInstanceArn\":\"x\"}"};
	struct world w;
	world_init(&w, NULL);
	world_script(&w, &step, 1);
	json_t *members = json_pack("{s:s}", "Name", "Belfry");
	assert_non_null(world_start(&w, CHIME_CREATE_APP_INSTANCE, members, 0));
	world_until(&w, 1, 0);
	assert_int_equal(w.error, CHIME_OK);
	assert_string_equal(w.requests[0].target, "/app-instances");
	assert_null(strstr(w.requests[0].authorization, "x-amz-chime-bearer"));
	assert_true(w.requests[0].signed_well);
	world_release(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad_parameters),
		cmocka_unit_test(test_free_cancels),
		cmocka_unit_test(test_rate_of_the_bearer),
		cmocka_unit_test(test_many_at_once),
		cmocka_unit_test(test_ceiling),
		cmocka_unit_test(test_statistics_of_failures),
		cmocka_unit_test(test_endpoint_with_a_path),
		cmocka_unit_test(test_identity_has_no_bearer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
