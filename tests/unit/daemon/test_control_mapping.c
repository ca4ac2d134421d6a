#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "../support/bridge_rig.h"
#include "../support/log_catch.h"
#include "daemon/control_mapping.h"
#include "util/json.h"

#include <string.h>

/* The wiring, as far as it is asked. */
struct mapping *wire_mapping(struct wire *wire, const char *name)
{
	return bridge_find((struct bridge *)wire, name);
}

typedef struct control_answer answer_fn(const struct control_request *request);

static int ask(
	struct rig *rig, answer_fn *fn, const char *query, json_t **ret_body)
{
	struct control_request request = {
		.wire = (struct wire *)rig->bridge,
		.query = span_of(query),
	};
	struct control_answer answer = fn(&request);

	*ret_body = answer.body;
	return answer.status;
}

static void test_pause_and_resume(void **state)
{
	struct rig *rig = *state;
	json_t AUTOJSON *paused = NULL;
	json_t AUTOJSON *resumed = NULL;

	assert_int_equal(
		ask(rig, control_mapping_pause, "mapping=m&by=ann", &paused),
		200);
	assert_true(json_get_bool(paused, "paused", false));
	assert_true(mapping_is_paused(rig->mapping));
	assert_int_equal(
		ask(rig, control_mapping_resume, "mapping=m", &resumed), 200);
	assert_false(json_get_bool(resumed, "paused", true));
	assert_false(mapping_is_paused(rig->mapping));
}

static void test_no_such_mapping(void **state)
{
	static answer_fn *const fns[] = {control_mapping_pause,
		control_mapping_resume, control_mapping_resync,
		control_mapping_members};

	for (size_t i = 0; i < ARRAY_LEN(fns); i++) {
		json_t AUTOJSON *body = NULL;

		assert_int_equal(ask(*state, fns[i], "mapping=no", &body), 404);
		assert_non_null(json_get_string(body, "error"));
	}
}

static void test_resync(void **state)
{
	json_t AUTOJSON *body = NULL;

	assert_int_equal(
		ask(*state, control_mapping_resync, "mapping=m", &body), 200);
	assert_string_equal(json_get_string(body, "mapping"), "m");
}

static void test_members(void **state)
{
	struct rig *rig = *state;
	const struct end_sink *sink = &rig->chime_end->sink;
	json_t AUTOJSON *body = NULL;
	const json_t *way, *person;

	sink->roster(sink->arg, ROSTER_BEGINS);
	sink->presence(sink->arg,
		&(struct presence){.kind = PRESENCE_HERE,
			.person = {.id = "arn:x/user/alice", .name = "Alice"}});
	sink->roster(sink->arg, ROSTER_COMPLETE);
	sink->has_read(sink->arg, "arn:x/user/alice", 1611079200123);
	assert_int_equal(
		ask(rig, control_mapping_members, "mapping=m", &body), 200);
	assert_false(json_get_bool(body, "paused", true));
	way = json_object_get(body, "to_irc");
	assert_true(json_get_bool(way, "known", false));
	assert_int_equal(json_array_size(json_object_get(way, "people")), 1);
	person = json_array_get(json_object_get(way, "people"), 0);
	assert_string_equal(json_get_string(person, "id"), "arn:x/user/alice");
	assert_string_equal(json_get_string(person, "name"), "Alice");
	assert_non_null(json_get_string(person, "state"));
	assert_null(json_get_string(person, "as"));
	assert_int_equal(json_get_int(person, "read_ms", 0), 1611079200123);
	way = json_object_get(body, "to_chime");
	assert_false(json_get_bool(way, "known", true));
	assert_int_equal(json_array_size(json_object_get(way, "people")), 0);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(test_##name, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(pause_and_resume),
		TEST(no_such_mapping),
		TEST(resync),
		TEST(members),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
