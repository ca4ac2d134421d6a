#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "../support/daemon_config.h"
#include "../support/scratch.h"
#include "daemon/check.h"
#include "daemon/report.h"
#include "util/clock.h"
#include "util/json.h"
#include "util/log.h"

#include <stdlib.h>
#include <string.h>

static void on_fatal(void *arg UNUSED, const char *why)
{
	fail_msg("%s", why);
}

static void check_mapping(const json_t *mapping, const char *name)
{
	static const char *const ways[] = {"to_irc", "to_chime"};
	static const char *const counts[] = {"relayed", "waiting", "oldest_ms",
		"refused", "in_doubt", "dropped", "duplicates", "filtered"};
	static const char *const of_people[] = {
		"here", "shown", "waiting", "refused"};

	assert_string_equal(json_get_string(mapping, "name"), name);
	assert_non_null(json_get_string(mapping, "irc"));
	assert_false(json_get_bool(mapping, "paused", true));
	for (size_t way = 0; way < ARRAY_LEN(ways); way++) {
		const json_t *lane = json_object_get(mapping, ways[way]);

		assert_false(json_get_bool(lane, "ready", true));
		for (size_t i = 0; i < ARRAY_LEN(counts); i++)
			assert_int_equal(json_get_int(lane, counts[i], -1), 0);
		for (size_t i = 0; i < ARRAY_LEN(of_people); i++)
			assert_int_equal(
				json_get_int(json_object_get(lane, "people"),
					of_people[i], -1),
				0);
	}
}

static void test_status_of_a_house_at_rest(void **state UNUSED)
{
	char *folder = scratch_new();
	char *path = scratch_path(folder, "state.db");
	struct loop *loop = loop_new();
	struct err err = {0};
	int status = 0;

	setenv("AWS_ACCESS_KEY_ID", "id", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
	log_set_level(LOG_LEVEL_ERROR);
	struct belfry_config *config = daemon_config_load(&(
		struct daemon_config_text){.state = path,
		.mappings = DAEMON_MAPPING("a") "," DAEMON_MAPPING("b")});
	struct wire *wire = wire_new(
		&(struct wire_params){
			.loop = loop, .config = config, .fatal = on_fatal},
		&err, &status);
	assert_non_null(wire);
	/* A clock that is set right does not make it older or younger. */
	clock_freeze(100000, 1611079200123);
	json_t *report = report_status(wire, 95000);
	const json_t *mappings = json_object_get(report, "mappings");
	const json_t *networks = json_object_get(report, "networks");

	assert_int_equal(json_get_int(report, "uptime_s", 0), 5);
	clock_unfreeze();
	assert_null(json_get_string(report, "state_trouble"));
	assert_int_equal(json_array_size(mappings), 2);
	check_mapping(json_array_get(mappings, 0), "a");
	check_mapping(json_array_get(mappings, 1), "b");
	assert_int_equal(json_array_size(networks), 1);
	assert_string_equal(
		json_get_string(json_array_get(networks, 0), "name"), "net");
	json_decref(report);
	wire_free(wire);
	check_free(config);
	loop_free(loop);
	scratch_free(folder);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_status_of_a_house_at_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
