#include "chimed/throttle.h"

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <stdio.h>

#define TOWN "arn:aws:chime:us-east-1:1:app-instance/town"
#define HAMLET "arn:aws:chime:us-east-1:1:app-instance/hamlet"
#define SQUARE TOWN "/channel/square"
#define MARKET TOWN "/channel/market"
#define ANN TOWN "/user/ann"
#define BOB TOWN "/user/bob"

enum { NOW_MS = 5000, MANY = 200 };

struct asked {
	enum chime_op op;
	const char *bearer; /* or NULL */
	const char *name;   /* of an argument, or NULL */
	const char *value;
};

/* Is the call let through? Else it must have been answered. */
static bool ask(struct throttle *throttle, struct asked asked, int64_t now_ms)
{
	struct answer AUTOANSWER answer;
	struct call call = {
		.operation = chime_operation(asked.op),
		.bearer = {.id = asked.bearer != NULL, .arn = asked.bearer},
		.args = {.values = json_object()},
		.answer = &answer,
	};

	answer_init(&answer);
	if (asked.name != NULL)
		json_object_set_new(
			call.args.values, asked.name, json_string(asked.value));
	bool passed = throttle_pass(throttle, &call, now_ms);

	args_release(&call.args);
	assert_int_equal(answer.status, passed ? 0 : 429);
	return passed;
}

/* How many such calls are let through at that time. */
static int count(struct throttle *throttle, struct asked asked, int64_t now_ms)
{
	int passed = 0;

	for (int i = 0; i < MANY; i++)
		passed += ask(throttle, asked, now_ms);
	return passed;
}

static const struct asked ann_lists = {
	CHIME_LIST_CHANNEL_MESSAGES, ANN, "ChannelArn", SQUARE};
static const struct asked bob_lists = {
	CHIME_LIST_CHANNEL_MESSAGES, BOB, "ChannelArn", SQUARE};

static void test_nothing_is_enforced_without(void **state)
{
	(void)state;
	assert_int_equal(count(NULL, ann_lists, NOW_MS), MANY);
	throttle_free(NULL);
}

static void test_a_second_at_once_then_the_rate(void **state)
{
	struct throttle *throttle = throttle_new("us-east-1");

	(void)state;
	assert_int_equal(count(throttle, ann_lists, NOW_MS), 10);
	assert_int_equal(count(throttle, ann_lists, NOW_MS + 99), 0);
	assert_int_equal(count(throttle, ann_lists, NOW_MS + 100), 1);
	assert_int_equal(count(throttle, ann_lists, NOW_MS + 600), 5);
	assert_int_equal(count(throttle, ann_lists, NOW_MS + 60000), 10);
	throttle_free(throttle);
}

static void test_the_region_decides(void **state)
{
	struct throttle *throttle = throttle_new("eu-central-1");
	int sent = 0;

	(void)state;
	assert_int_equal(count(throttle, ann_lists, NOW_MS), 5);
	for (int i = 0; i < 10; i++) {
		char bearer[128];

		snprintf(bearer, sizeof(bearer), "%s/user/%d", TOWN, i);
		sent += count(throttle,
			(struct asked){CHIME_SEND_CHANNEL_MESSAGE, bearer,
				"ChannelArn", SQUARE},
			NOW_MS);
	}
	assert_int_equal(sent, 10);
	throttle_free(throttle);
}

static void test_scopes(void **state)
{
	static const struct {
		enum chime_op op;
		const char *bearer, *name, *value;
		const char *other; /* whose calls do not count with them */
		int at_once;
	} cases[] = {
		{CHIME_CREATE_APP_INSTANCE, NULL, "Name", "x", NULL, 5},
		{CHIME_DESCRIBE_APP_INSTANCE, NULL, "AppInstanceArn", TOWN,
			HAMLET, 20},
		{CHIME_CREATE_APP_INSTANCE_USER, NULL, "AppInstanceArn", TOWN,
			HAMLET, 10},
		{CHIME_DELETE_APP_INSTANCE_USER, NULL, "AppInstanceUserArn",
			ANN, HAMLET "/user/ann", 10},
		{CHIME_DESCRIBE_APP_INSTANCE_USER, NULL, "AppInstanceUserArn",
			ANN, BOB, 20},
		/* Far below what its bearer may. */
		{CHIME_BATCH_CREATE_CHANNEL_MEMBERSHIP, ANN, "ChannelArn",
			SQUARE, MARKET, 1},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct throttle *throttle = throttle_new("us-east-1");
		struct asked asked = {cases[i].op, cases[i].bearer,
			cases[i].name, cases[i].value};

		assert_int_equal(
			count(throttle, asked, NOW_MS), cases[i].at_once);
		if (cases[i].other != NULL) {
			asked.value = cases[i].other;
			assert_true(ask(throttle, asked, NOW_MS));
		}
		throttle_free(throttle);
	}
}

/* A user of the same app instance counts with it. */
static void test_the_app_instance_of_what_is_named(void **state)
{
	struct throttle *throttle = throttle_new("us-east-1");
	struct asked create = {
		CHIME_CREATE_APP_INSTANCE_USER, NULL, "AppInstanceArn", TOWN};
	struct asked delete = {CHIME_DELETE_APP_INSTANCE_USER, NULL,
		"AppInstanceUserArn", ANN};
	int channels = 0;

	(void)state;
	for (int i = 0; i < 5; i++)
		assert_true(ask(throttle, create, NOW_MS));
	assert_int_equal(count(throttle, delete, NOW_MS), 5);
	assert_false(ask(throttle, create, NOW_MS));
	channels += count(throttle,
		(struct asked){CHIME_DELETE_CHANNEL, ANN, "ChannelArn", SQUARE},
		NOW_MS);
	channels += count(throttle,
		(struct asked){
			CHIME_CREATE_CHANNEL, BOB, "AppInstanceArn", TOWN},
		NOW_MS);
	assert_int_equal(channels, 15);
	throttle_free(throttle);
}

/* All identity calls count together, whatever they are about. */
static void test_the_account(void **state)
{
	struct throttle *throttle = throttle_new("us-east-1");
	int passed = 0;

	(void)state;
	for (int i = 0; i < 10; i++) {
		char user[128];

		snprintf(user, sizeof(user), "%s/user/%d", TOWN, i);
		passed += count(throttle,
			(struct asked){CHIME_DESCRIBE_APP_INSTANCE_USER, NULL,
				"AppInstanceUserArn", user},
			NOW_MS);
	}
	assert_int_equal(passed, 50);
	/* The other plane is not concerned. */
	assert_true(ask(throttle, ann_lists, NOW_MS));
	throttle_free(throttle);
}

/* What one bucket refuses is taken from no other. */
static void test_refusals_cost_nothing(void **state)
{
	struct throttle *throttle = throttle_new("us-east-1");
	struct asked batch = {CHIME_BATCH_CREATE_CHANNEL_MEMBERSHIP, ANN,
		"ChannelArn", SQUARE};

	(void)state;
	assert_int_equal(count(throttle, batch, NOW_MS), 1);
	assert_int_equal(count(throttle, ann_lists, NOW_MS), 9);
	/* The channel has given 9 to ann, and lost none to her refusals. */
	assert_int_equal(count(throttle, bob_lists, NOW_MS), 10);
	throttle_free(throttle);
}

static void test_full_ones_are_forgotten(void **state)
{
	struct throttle *throttle = throttle_new("us-east-1");

	(void)state;
	assert_true(ask(throttle, ann_lists, NOW_MS));
	assert_true(ask(throttle, bob_lists, NOW_MS));
	assert_int_equal(throttle_count(throttle), 3);
	assert_true(ask(throttle, ann_lists, NOW_MS + 50));
	assert_int_equal(throttle_count(throttle), 3);
	assert_true(ask(throttle, ann_lists, NOW_MS + 2000));
	assert_int_equal(throttle_count(throttle), 2);
	throttle_free(throttle);
}

static void test_ceiling(void **state)
{
	struct throttle *throttle = throttle_new("us-east-1");

	(void)state;
	for (int i = 0; i < THROTTLE_BUCKETS; i++) {
		char bearer[128];

		snprintf(bearer, sizeof(bearer), "%s/user/%d", TOWN, i);
		assert_true(ask(throttle,
			(struct asked){CHIME_UPDATE_CHANNEL_READ_MARKER, bearer,
				NULL, NULL},
			NOW_MS));
		assert_in_range(throttle_count(throttle), 1, THROTTLE_BUCKETS);
	}
	assert_true(throttle_count(throttle) > THROTTLE_BUCKETS - 10);
	throttle_free(throttle);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_is_enforced_without),
		cmocka_unit_test(test_a_second_at_once_then_the_rate),
		cmocka_unit_test(test_the_region_decides),
		cmocka_unit_test(test_scopes),
		cmocka_unit_test(test_the_app_instance_of_what_is_named),
		cmocka_unit_test(test_the_account),
		cmocka_unit_test(test_refusals_cost_nothing),
		cmocka_unit_test(test_full_ones_are_forgotten),
		cmocka_unit_test(test_ceiling),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
