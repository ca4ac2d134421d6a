/* Rates: nobody goes before there is a token in every bucket, live calls and
 * those who came first go first, idle buckets are forgotten. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "chime/budget.h"

#include "util/clock.h"

#include <stdio.h>

#include <string.h>

#define APP "arn:aws:chime:us-east-1:1:app-instance/a"

enum { CALLS = 200 };

struct world;

struct call {
	struct world *world;
	struct budget_claim claim;
	int id;
	bool went;
	struct call *drops;  /* given up when this one goes */
	struct call *starts; /* started when this one goes */
};

struct world {
	struct loop *loop;
	struct budget *budget;
	struct call calls[CALLS];
	int order[CALLS];
	int count;
};

static void set_up(struct world *w, double bearer, double messages)
{
	struct budget_limits limits = {.per_second = {0}};
	limits.per_second[CHIME_BUDGET_BEARER] = bearer;
	limits.per_second[CHIME_BUDGET_MESSAGE_CHANGES] = messages;
	clock_freeze(1000000, INT64_C(1611079200000));
	memset(w, 0, sizeof(*w));
	w->loop = loop_new();
	w->budget = budget_new(w->loop, &limits);
	for (int i = 0; i < CALLS; i++)
		w->calls[i] = (struct call){.world = w, .id = i};
}

static void tear_down(struct world *w)
{
	budget_free(w->budget);
	loop_free(w->loop);
	clock_unfreeze();
}

static void start(struct call *call, const char *bearer, const char *channel,
	enum chime_priority priority);

static void on_turn(void *arg)
{
	struct call *call = arg;
	struct world *w = call->world;
	call->went = true;
	w->order[w->count++] = call->id;
	if (call->drops)
		budget_drop(&call->drops->claim);
	if (call->starts)
		start(call->starts, "b", "c", CHIME_LIVE);
}

static void start(struct call *call, const char *bearer, const char *channel,
	enum chime_priority priority)
{
	const struct budget_request request = {
		.operation = chime_operation(CHIME_SEND_CHANNEL_MESSAGE),
		.priority = priority,
		.bearer = bearer,
		.channel = channel,
	};
	if (budget_take(
		    call->world->budget, &request, &call->claim, on_turn, call))
		on_turn(call);
}

static void pass(struct world *w, int64_t ms)
{
	for (int64_t i = 0; i < ms; i++) {
		clock_advance(1);
		loop_turn(w->loop, 0);
	}
}

static void test_rate_of_a_bearer(void **state)
{
	(void)state;
	struct world w;
	set_up(&w, 10, 0);
	for (int i = 0; i < 30; i++)
		start(&w.calls[i], "b", "c", CHIME_LIVE);
	assert_int_equal(w.count, 10); /* one second's worth at once */
	assert_int_equal(budget_waiting(w.budget), 20);
	assert_int_equal(budget_wait_ms(w.budget, "b"), 100);
	assert_true(budget_rate(w.budget, CHIME_BUDGET_BEARER) == 10);
	pass(&w, 99);
	assert_int_equal(w.count, 10);
	pass(&w, 1);
	assert_int_equal(w.count, 11);
	pass(&w, 1000);
	assert_int_equal(w.count, 21);
	pass(&w, 900);
	assert_int_equal(w.count, 30);
	for (int i = 0; i < 30; i++)
		assert_int_equal(w.order[i], i);
	assert_int_equal(budget_waiting(w.budget), 0);
	tear_down(&w);
}

static void test_bearers_do_not_wait_for_each_other(void **state)
{
	(void)state;
	struct world w;
	set_up(&w, 1, 0);
	start(&w.calls[0], "a", "c", CHIME_LIVE);
	start(&w.calls[1], "a", "c", CHIME_LIVE);
	start(&w.calls[2], "b", "c", CHIME_LIVE);
	assert_true(w.calls[0].went && w.calls[2].went);
	assert_false(w.calls[1].went);
	budget_drop(&w.calls[1].claim);
	tear_down(&w);
}

static void test_all_buckets_must_have_a_token(void **state)
{
	(void)state;
	struct world w;
	set_up(&w, 2, 4);
	/* One channel, many bearers: the channel's rate holds. */
	for (int i = 0; i < 8; i++) {
		char bearer[16];
		snprintf(bearer, sizeof(bearer), "b%d", i);
		start(&w.calls[i], bearer, "c", CHIME_LIVE);
	}
	assert_int_equal(w.count, 4);
	pass(&w, 1000);
	assert_int_equal(w.count, 8);
	/* One bearer, many channels: the bearer's rate holds. */
	for (int i = 8; i < 16; i++) {
		char channel[16];
		snprintf(channel, sizeof(channel), "c%d", i);
		start(&w.calls[i], "b", channel, CHIME_LIVE);
	}
	assert_int_equal(w.count, 10);
	pass(&w, 1000);
	assert_int_equal(w.count, 12);
	pass(&w, 2000);
	assert_int_equal(w.count, 16);
	tear_down(&w);
}

static void test_live_goes_first(void **state)
{
	(void)state;
	struct world w;
	set_up(&w, 1, 0);
	start(&w.calls[0], "b", "c", CHIME_BACKGROUND);
	for (int i = 1; i < 4; i++)
		start(&w.calls[i], "b", "c", CHIME_BACKGROUND);
	for (int i = 4; i < 7; i++)
		start(&w.calls[i], "b", "c", CHIME_LIVE);
	pass(&w, 6000);
	static const int want[] = {0, 4, 5, 6, 1, 2, 3};
	assert_int_equal(w.count, 7);
	assert_memory_equal(w.order, want, sizeof(want));
	tear_down(&w);
}

/* Somebody waits for it now: it goes behind the live ones. */
static void test_raised(void **state)
{
	(void)state;
	struct world w;
	set_up(&w, 1, 5);
	for (int i = 0; i < 4; i++)
		start(&w.calls[i], "b", "c", CHIME_BACKGROUND);
	start(&w.calls[4], "b", "c", CHIME_LIVE);
	budget_raise(&w.calls[0].claim); /* has gone */
	budget_raise(&w.calls[3].claim);
	budget_raise(&w.calls[3].claim);
	assert_int_equal(budget_waiting(w.budget), 4);
	pass(&w, 6000);
	static const int want[] = {0, 4, 3, 1, 2};
	assert_int_equal(w.count, 5);
	assert_memory_equal(w.order, want, sizeof(want));
	tear_down(&w);
}

/* A token has come, but its timer has not run yet. */
static void test_nobody_jumps_the_queue(void **state)
{
	(void)state;
	struct world w;
	set_up(&w, 1, 0);
	start(&w.calls[0], "b", "c", CHIME_LIVE);
	start(&w.calls[1], "b", "c", CHIME_BACKGROUND);
	clock_advance(1000);
	start(&w.calls[2], "b", "c", CHIME_BACKGROUND);
	assert_int_equal(w.count, 1);
	start(&w.calls[3], "b", "c", CHIME_LIVE); /* this one may */
	assert_true(w.calls[3].went);
	pass(&w, 2000);
	static const int want[] = {0, 3, 1, 2};
	assert_int_equal(w.count, 4);
	assert_memory_equal(w.order, want, sizeof(want));
	tear_down(&w);
}

static void test_order_of_a_channel_survives_two_queues(void **state)
{
	(void)state;
	struct world w;
	set_up(&w, 3, 2);
	for (int i = 0; i < 20; i++)
		start(&w.calls[i], "b", "c", CHIME_LIVE);
	pass(&w, 10000);
	assert_int_equal(w.count, 20);
	for (int i = 0; i < 20; i++)
		assert_int_equal(w.order[i], i);
	tear_down(&w);
}

static void test_drop(void **state)
{
	(void)state;
	struct world w;
	set_up(&w, 1, 5);
	for (int i = 0; i < 4; i++)
		start(&w.calls[i], "b", "c", CHIME_LIVE);
	assert_int_equal(budget_waiting(w.budget), 3);
	/* Those three have paid at the channel; a drop gives that back. */
	budget_drop(&w.calls[1].claim);
	budget_drop(&w.calls[2].claim);
	budget_drop(&w.calls[2].claim);
	start(&w.calls[4], "x", "c", CHIME_LIVE);
	start(&w.calls[5], "y", "c", CHIME_LIVE);
	start(&w.calls[6], "z", "c", CHIME_LIVE);
	assert_int_equal(w.count, 4);
	pass(&w, 1000);
	assert_true(w.calls[3].went);
	assert_false(w.calls[1].went || w.calls[2].went);
	tear_down(&w);
}

static void test_nothing_runs_when_nobody_waits(void **state)
{
	(void)state;
	struct world w;
	set_up(&w, 1, 0);
	start(&w.calls[0], "b", "c", CHIME_LIVE);
	start(&w.calls[1], "b", "c", CHIME_LIVE);
	budget_drop(&w.calls[1].claim);
	pass(&w, 2000);
	assert_int_equal(w.count, 1);
	tear_down(&w);
}

static void test_throttled(void **state)
{
	(void)state;
	struct world w;
	set_up(&w, 10, 0);
	start(&w.calls[0], "b", "c", CHIME_LIVE);
	budget_throttled(w.budget, "b", 500);
	start(&w.calls[1], "b", "c", CHIME_LIVE);
	start(&w.calls[2], "other", "c", CHIME_LIVE);
	assert_true(w.calls[2].went);
	pass(&w, 599);
	assert_false(w.calls[1].went);
	pass(&w, 1);
	assert_true(w.calls[1].went);
	tear_down(&w);
}

static void test_unlimited_is_held_by_a_throttle(void **state)
{
	(void)state;
	struct world w;
	set_up(&w, 0, 0);
	for (int i = 0; i < 100; i++)
		start(&w.calls[i], "b", "c", CHIME_LIVE);
	assert_int_equal(w.count, 100);
	assert_int_equal(budget_buckets(w.budget), 0);
	budget_throttled(w.budget, "b", 500);
	start(&w.calls[100], "b", "c", CHIME_LIVE);
	assert_false(w.calls[100].went);
	pass(&w, 500);
	assert_true(w.calls[100].went);
	tear_down(&w);
}

static void test_callbacks_may_start_and_drop(void **state)
{
	(void)state;
	struct world w;
	set_up(&w, 1, 0);
	for (int i = 0; i < 4; i++)
		start(&w.calls[i], "b", "c", CHIME_LIVE);
	w.calls[1].drops = &w.calls[2];
	w.calls[1].starts = &w.calls[4];
	pass(&w, 3000);
	static const int want[] = {0, 1, 3, 4};
	assert_int_equal(w.count, 4);
	assert_memory_equal(w.order, want, sizeof(want));
	tear_down(&w);
}

static void test_limits_can_change(void **state)
{
	(void)state;
	struct world w;
	struct budget_limits limits = {.per_second = {0}};
	set_up(&w, 1, 0);
	for (int i = 0; i < 50; i++)
		start(&w.calls[i], "b", "c", CHIME_LIVE);
	limits.per_second[CHIME_BUDGET_BEARER] = 10;
	budget_set_limits(w.budget, &limits);
	pass(&w, 1000);
	assert_int_equal(w.count, 11);
	limits.per_second[CHIME_BUDGET_BEARER] = 0;
	budget_set_limits(w.budget, &limits);
	pass(&w, 1);
	assert_int_equal(w.count, 50);
	tear_down(&w);
}

static void test_idle_buckets_are_forgotten(void **state)
{
	(void)state;
	struct world w;
	set_up(&w, 10, 30);
	for (int i = 0; i < 20000; i++) {
		char bearer[16], channel[16];
		snprintf(bearer, sizeof(bearer), "b%d", i);
		snprintf(channel, sizeof(channel), "c%d", i);
		w.count = 0;
		start(&w.calls[0], bearer, channel, CHIME_LIVE);
		clock_advance(1);
		assert_int_equal(w.count, 1);
	}
	/* Each is full again after 100 ms, so some hundreds are left. */
	assert_true(budget_buckets(w.budget) < 1000);
	tear_down(&w);
}

static void test_ceiling(void **state)
{
	(void)state;
	struct world w;
	set_up(&w, 0.001, 0);
	for (int i = 0; i < BUDGET_MAX_BUCKETS + 100; i++) {
		char bearer[16];
		snprintf(bearer, sizeof(bearer), "b%d", i);
		w.count = 0;
		start(&w.calls[0], bearer, "c", CHIME_LIVE);
	}
	assert_int_equal(budget_buckets(w.budget), BUDGET_MAX_BUCKETS);
	tear_down(&w);
}

/* ---- whose rate ---- */

static bool take(
	struct world *w, enum chime_op op, const struct budget_request *from)
{
	struct budget_request request = *from;
	request.operation = chime_operation(op);
	return budget_take(
		w->budget, &request, &w->calls[0].claim, on_turn, &w->calls[0]);
}

/* With one token a second each, a second call only goes elsewhere. */
static void assert_scope(enum chime_op op, const struct budget_request *one,
	const struct budget_request *same, const struct budget_request *other)
{
	struct world w;
	set_up(&w, 0, 0);
	struct budget_limits limits = {.per_second = {0}};
	limits.per_second[chime_operation(op)->budget] = 1;
	budget_set_limits(w.budget, &limits);
	assert_true(take(&w, op, one));
	assert_false(take(&w, op, same));
	budget_drop(&w.calls[0].claim);
	assert_true(take(&w, op, other));
	tear_down(&w);
}

static void test_scopes(void **state)
{
	(void)state;
	const struct budget_request c1 = {
		.bearer = APP "/user/u", .channel = APP "/channel/1"};
	const struct budget_request c1_by_another = {
		.bearer = APP "/user/v", .channel = APP "/channel/1"};
	const struct budget_request c2 = {
		.bearer = APP "/user/v", .channel = APP "/channel/2"};
	const struct budget_request app_named = {
		.bearer = APP "/user/u", .app_instance = APP};
	const struct budget_request elsewhere = {.bearer = APP "b/user/u"};
	const struct budget_request about_v = {
		.bearer = APP "/user/u", .user = APP "/user/v"};
	assert_scope(CHIME_SEND_CHANNEL_MESSAGE, &c1, &c1_by_another, &c2);
	assert_scope(CHIME_DELETE_CHANNEL_BAN, &c1, &c1_by_another, &c2);
	assert_scope(CHIME_LIST_CHANNEL_MODERATORS, &c1, &c1_by_another, &c2);
	assert_scope(CHIME_DESCRIBE_CHANNEL, &c1, &c1_by_another, &c2);
	/* Two channels of one app instance share its rate. */
	assert_scope(CHIME_DELETE_CHANNEL, &c1, &c2, &elsewhere);
	assert_scope(CHIME_CREATE_CHANNEL, &app_named, &c1, &elsewhere);
	assert_scope(
		CHIME_LIST_CHANNEL_MEMBERSHIPS_FOR_USER, &about_v, &c2, &c1);
}

static void test_published_quotas(void **state)
{
	(void)state;
	struct budget_limits limits;
	budget_limits_default(&limits, "us-east-1");
	for (int i = 0; i < CHIME_BUDGET_COUNT; i++)
		assert_true(limits.per_second[i] > 0);
	assert_true(limits.per_second[CHIME_BUDGET_BEARER] > 9);
	budget_limits_default(&limits, "eu-central-1");
	assert_true(limits.per_second[CHIME_BUDGET_BEARER] < 6);
	assert_true(limits.per_second[CHIME_BUDGET_MESSAGE_CHANGES] < 11);
}

static void test_identity_plane(void **state)
{
	(void)state;
	struct world w;
	const struct budget_request request = {.app_instance = APP};
	set_up(&w, 0, 0);
	struct budget_limits limits = {.per_second = {0}};
	limits.per_second[CHIME_BUDGET_IDENTITY] = 1;
	limits.per_second[CHIME_BUDGET_USERS] = 100;
	budget_set_limits(w.budget, &limits);
	assert_true(take(&w, CHIME_CREATE_APP_INSTANCE_USER, &request));
	assert_false(take(&w, CHIME_CREATE_APP_INSTANCE_USER, &request));
	budget_drop(&w.calls[0].claim);
	tear_down(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rate_of_a_bearer),
		cmocka_unit_test(test_bearers_do_not_wait_for_each_other),
		cmocka_unit_test(test_all_buckets_must_have_a_token),
		cmocka_unit_test(test_live_goes_first),
		cmocka_unit_test(test_raised),
		cmocka_unit_test(test_nobody_jumps_the_queue),
		cmocka_unit_test(test_order_of_a_channel_survives_two_queues),
		cmocka_unit_test(test_drop),
		cmocka_unit_test(test_nothing_runs_when_nobody_waits),
		cmocka_unit_test(test_throttled),
		cmocka_unit_test(test_unlimited_is_held_by_a_throttle),
		cmocka_unit_test(test_callbacks_may_start_and_drop),
		cmocka_unit_test(test_limits_can_change),
		cmocka_unit_test(test_idle_buckets_are_forgotten),
		cmocka_unit_test(test_ceiling),
		cmocka_unit_test(test_scopes),
		cmocka_unit_test(test_published_quotas),
		cmocka_unit_test(test_identity_plane),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
