#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "../support/bridge_rig.h"
#include "../support/log_catch.h"
#include "daemon/control_mapping.h"
#include "daemon/control_standings.h"
#include "util/clock.h"
#include "util/json.h"

#include <stdio.h>
#include <string.h>

/* The wiring, as far as it is asked. */
struct mapping *wire_mapping(struct wire *wire, const char *name)
{
	return bridge_find((struct bridge *)wire, name);
}

typedef struct control_answer answer_fn(const struct control_request *request);

/* The body is owned. */
static json_t *ask(
	struct rig *rig, answer_fn *fn, const char *query, int status)
{
	struct control_request request = {
		.wire = (struct wire *)rig->bridge,
		.query = span_of(query),
	};
	struct control_answer answer = fn(&request);

	assert_int_equal(answer.status, status);
	return answer.body;
}

static void refuses(struct rig *rig, answer_fn *fn, const char *query,
	int status, const char *why)
{
	json_t AUTOJSON *body = ask(rig, fn, query, status);

	assert_non_null(strstr(json_get_string(body, "error"), why));
}

/* Bans and the topic are kept alike, and at most two are changed at once. */
static struct rig *moderated(void **state)
{
	struct mapping_params params = {
		.window = 1, .moderation = {.max_changes = 2}};

	params.moderation.standings[STANDING_BANNED] =
		(struct reconcile_ways){true, true};
	params.moderation.attributes[ATTRIBUTE_TOPIC] =
		(struct reconcile_ways){true, true};
	rig_reset(*state, &params);
	return *state;
}

/* p0, p1, ...: banned on this side, whose whole list this is. */
static void tell_bans(const struct end_sink *sink, int count)
{
	struct standing_list list = {
		.kind = STANDING_BANNED, .state = ROSTER_BEGINS};

	sink->right(sink->arg, RIGHT_BANS, true, NULL);
	sink->standings(sink->arg, &list);
	for (int i = 0; i < count; i++) {
		char id[16];
		char rule[16];

		snprintf(id, sizeof(id), "net/p%d", i);
		snprintf(rule, sizeof(rule), "p%d!*@*", i);
		sink->standing(
			sink->arg, &(struct standing){.kind = STANDING_BANNED,
					   .is_set = true,
					   .person = &(struct person){.id = id,
						   .name = id + 4},
					   .is_native = true,
					   .rule = rule,
					   .by = "ann",
					   .at_ms = 1611079200123});
	}
	list.state = ROSTER_COMPLETE;
	list.is_whole = true;
	sink->standings(sink->arg, &list);
}

static void settle(struct rig *rig)
{
	for (int i = 0; i < 20; i++) {
		clock_advance(100);
		rig_turns(rig, 2);
	}
}

static void test_bans(void **state)
{
	struct rig *rig = moderated(state);
	json_t AUTOJSON *body = NULL;
	const json_t *entry;

	tell_bans(&rig->irc_end->sink, 1);
	body = ask(rig, control_standings_bans, "mapping=m", 200);
	assert_string_equal(json_get_string(body, "mapping"), "m");
	assert_int_equal(json_get_int(body, "held", -1), 0);
	assert_int_equal(json_array_size(json_object_get(body, "entries")), 1);
	entry = json_array_get(json_object_get(body, "entries"), 0);
	assert_string_equal(json_get_string(entry, "id"), "net/p0");
	assert_string_equal(json_get_string(entry, "name"), "p0");
	assert_string_equal(json_get_string(entry, "rule"), "p0!*@*");
	assert_string_equal(json_get_string(entry, "by"), "ann");
	assert_int_equal(json_get_int(entry, "at_ms", 0), 1611079200123);
	assert_true(json_is_true(json_object_get(entry, "irc")));
	/* Nothing is known of the other side. */
	assert_null(json_object_get(entry, "chime"));
	assert_null(json_object_get(entry, "until_ms"));
}

static void test_moderators(void **state)
{
	json_t AUTOJSON *body = ask(moderated(state),
		control_standings_moderators, "mapping=m", 200);

	assert_int_equal(json_array_size(json_object_get(body, "entries")), 0);
}

static void test_held_and_confirmed(void **state)
{
	struct rig *rig = moderated(state);
	json_t AUTOJSON *held = NULL;
	json_t AUTOJSON *confirmed = NULL;

	refuses(rig, control_mapping_resync, "mapping=m&confirm=1", 409,
		"nothing is held");
	tell_bans(&rig->irc_end->sink, 3);
	tell_bans(&rig->chime_end->sink, 0);
	settle(rig);
	held = ask(rig, control_standings_bans, "mapping=m", 200);
	assert_int_equal(json_get_int(held, "held", 0), 3);
	confirmed =
		ask(rig, control_mapping_resync, "mapping=m&confirm=1", 200);
	assert_int_equal(json_get_int(confirmed, "confirmed", 0), 3);
	refuses(rig, control_mapping_resync, "mapping=m&confirm=1", 409,
		"nothing is held");
}

static void test_attributes(void **state)
{
	struct rig *rig = moderated(state);
	const struct end_sink *sink = &rig->irc_end->sink;
	json_t AUTOJSON *body = NULL;
	const json_t *topic;

	sink->attribute(sink->arg,
		&(struct attribute_state){
			.attribute = ATTRIBUTE_TOPIC, .value = "one"});
	body = ask(rig, control_standings_attributes, "mapping=m", 200);
	topic = json_array_get(json_object_get(body, "attributes"), 0);
	assert_string_equal(json_get_string(topic, "attribute"), "topic");
	assert_string_equal(
		json_get_string(json_object_get(topic, "irc"), "value"), "one");
	assert_null(json_get_string(json_object_get(topic, "chime"), "value"));
}

static void test_orders(void **state)
{
	struct rig *rig = moderated(state);
	const struct end_sink *sink = &rig->irc_end->sink;
	json_t AUTOJSON *done = NULL;
	json_t AUTOJSON *body = NULL;
	const json_t *entry;

	tell_bans(&rig->irc_end->sink, 0);
	tell_bans(&rig->chime_end->sink, 0);
	sink->roster(sink->arg, ROSTER_BEGINS);
	sink->presence(
		sink->arg, &(struct presence){.kind = PRESENCE_HERE,
				   .person = {.id = "net/bob", .name = "bob"}});
	sink->roster(sink->arg, ROSTER_COMPLETE);
	clock_freeze(100000, 1611079200000);
	done = ask(rig, control_standings_ban,
		"mapping=m&who=Bob&for=2h&reason=spam&by=ann", 200);
	body = ask(rig, control_standings_bans, "mapping=m", 200);
	entry = json_array_get(json_object_get(body, "entries"), 0);
	assert_string_equal(json_get_string(entry, "id"), "net/bob");
	assert_int_equal(json_get_int(entry, "until_ms", 0),
		1611079200000 + 2 * 3600 * 1000);
	assert_int_equal(json_array_size(json_object_get(done, "denied")), 0);
	clock_unfreeze();
}

/* It is done where the bridge may. */
static void test_ordered_in_part(void **state)
{
	struct rig *rig = moderated(state);
	const struct end_sink *sink = &rig->irc_end->sink;
	json_t AUTOJSON *done = NULL;
	const json_t *denied;

	tell_bans(sink, 1);
	tell_bans(&rig->chime_end->sink, 0);
	sink->right(sink->arg, RIGHT_BANS, false, "no rank");
	done = ask(rig, control_standings_ban, "mapping=m&who=p0", 200);
	assert_int_equal(json_array_size(json_object_get(done, "denied")), 1);
	denied = json_array_get(json_object_get(done, "denied"), 0);
	assert_string_equal(json_get_string(denied, "side"), "irc");
	assert_string_equal(json_get_string(denied, "why"), "no rank");
}

static void test_orders_that_cannot_be(void **state)
{
	struct rig *rig = moderated(state);

	refuses(rig, control_standings_ban, "mapping=no&who=x", 404,
		"no such mapping");
	refuses(rig, control_standings_unban, "mapping=m", 400, "who");
	refuses(rig, control_standings_ban, "mapping=m&who=x&for=1w", 400,
		"30m");
	refuses(rig, control_standings_ban, "mapping=m&who=x", 404, "nobody");
	rig_reset(rig, &(struct mapping_params){.window = 1});
	refuses(rig, control_standings_ban, "mapping=m&who=x", 409,
		"mirror.bans");
}

static void test_no_such_mapping(void **state)
{
	static answer_fn *const fns[] = {control_standings_bans,
		control_standings_moderators, control_standings_attributes};

	for (size_t i = 0; i < ARRAY_LEN(fns); i++)
		refuses(*state, fns[i], "mapping=no", 404, "no such");
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(test_##name, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(bans),
		TEST(moderators),
		TEST(held_and_confirmed),
		TEST(attributes),
		TEST(orders),
		TEST(ordered_in_part),
		TEST(orders_that_cannot_be),
		TEST(no_such_mapping),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
