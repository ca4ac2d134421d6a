#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "../support/daemon_config.h"
#include "../support/scratch.h"
#include "daemon/check.h"
#include "daemon/control.h"
#include "net/http.h"
#include "util/clock.h"
#include "util/json.h"
#include "util/log.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct world {
	char *folder, *state, *socket;
	struct loop *loop;
	struct belfry_config *config;
	struct wire *wire;
	struct control *control;
	struct http *http;
	/* The last answer. */
	int status;
	json_t *body;
};

static void on_fatal(void *arg UNUSED, const char *why)
{
	fail_msg("%s", why);
}

static int setup(void **state)
{
	static struct world world;
	struct err err = {0};
	int status = 0;

	world = (struct world){.folder = scratch_new(), .loop = loop_new()};
	setenv("AWS_ACCESS_KEY_ID", "id", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
	log_set_level(LOG_LEVEL_ERROR);
	world.state = scratch_path(world.folder, "state.db");
	world.socket = scratch_path(world.folder, "control.sock");
	world.config = daemon_config_load(&(struct daemon_config_text){
		.state = world.state, .mappings = DAEMON_MAPPING("a")});
	world.wire = wire_new(&(struct wire_params){.loop = world.loop,
				      .config = world.config,
				      .fatal = on_fatal},
		&err, &status);
	assert_non_null(world.wire);
	world.control = control_new(world.loop, world.socket, world.wire, &err);
	assert_non_null(world.control);
	world.http = http_new(world.loop,
		&(struct http_params){.unix_path = world.socket}, &err);
	assert_non_null(world.http);
	*state = &world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	json_decref(world->body);
	http_free(world->http);
	control_free(world->control);
	wire_free(world->wire);
	check_free(world->config);
	loop_free(world->loop);
	scratch_free(world->folder);
	free(world->state);
	free(world->socket);
	return 0;
}

static void world_on_answer(const struct http_answer *answer, void *arg)
{
	struct world *world = arg;
	struct err err;

	assert_int_equal(answer->failure, HTTP_OK);
	world->status = answer->status;
	world->body = json_parse_repaired(answer->body, answer->body_len, &err);
}

static int ask(struct world *world, const char *method, const char *url)
{
	int64_t deadline = clock_mono_ms() + 10000;

	world->status = 0;
	json_decref(world->body);
	world->body = NULL;
	assert_non_null(http_start(world->http,
		&(struct http_request){.method = method,
			.url = url,
			.timeout_ms = 10000,
			.max_body_bytes = 1 << 20},
		world_on_answer, world));
	while (world->status == 0 && clock_mono_ms() < deadline)
		loop_turn(world->loop, 50);
	return world->status;
}

static void test_status(void **state)
{
	struct world *world = *state;

	assert_int_equal(
		ask(world, "GET", "http://belfryd/v1/status?later=1"), 200);
	assert_non_null(json_object_get(world->body, "version"));
	assert_int_equal(
		json_array_size(json_object_get(world->body, "mappings")), 1);
}

static void test_refusals_say_why(void **state)
{
	static const struct {
		const char *method, *url;
		int status;
	} cases[] = {
		{"GET", "http://belfryd/", 404},
		{"GET", "http://belfryd/v1/statusx", 404},
		{"POST", "http://belfryd/v1/status", 405},
		{"GET", "http://belfryd/v1/aside?mapping=nobody", 404},
		{"POST", "http://belfryd/v1/aside/retry", 404},
		{"POST", "http://belfryd/v1/aside/retry?mapping=a", 400},
		{"POST",
			"http://belfryd/v1/aside/retry?mapping=a&way=to_mars"
			"&seq=1",
			400},
		{"POST",
			"http://belfryd/v1/aside/retry?mapping=a&way=to_irc"
			"&seq=-1",
			400},
		{"GET", "http://belfryd/v1/pause?mapping=a", 405},
		{"POST", "http://belfryd/v1/pause?mapping=b", 404},
		{"POST", "http://belfryd/v1/resume", 404},
		{"POST", "http://belfryd/v1/resync?mapping=b", 404},
		{"GET", "http://belfryd/v1/members?mapping=b", 404},
		{"GET", "http://belfryd/v1/bans?mapping=b", 404},
		{"GET", "http://belfryd/v1/moderators?mapping=b", 404},
		{"GET", "http://belfryd/v1/attributes?mapping=b", 404},
		{"POST", "http://belfryd/v1/bans?mapping=a", 405},
		{"POST", "http://belfryd/v1/ban?mapping=a", 400},
		{"POST", "http://belfryd/v1/ban?mapping=a&who=x&for=x", 400},
		{"POST", "http://belfryd/v1/unban?mapping=a&who=x", 404},
		{"POST", "http://belfryd/v1/resync?mapping=a&confirm=1", 409},
		{"POST", "http://belfryd/v1/unmap?mapping=a", 409},
		{"GET", "http://belfryd/v1/unmap?mapping=a", 404},
		{"POST",
			"http://belfryd/v1/aside/forget?mapping=a&way=to_irc"
			"&seq=1",
			404},
	};
	struct world *world = *state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(ask(world, cases[i].method, cases[i].url),
			cases[i].status);
		assert_non_null(json_get_string(world->body, "error"));
	}
}

static void test_nothing_is_set_aside(void **state)
{
	static const char *const urls[] = {
		"http://belfryd/v1/aside", "http://belfryd/v1/aside?mapping=a"};
	struct world *world = *state;

	for (size_t i = 0; i < ARRAY_LEN(urls); i++) {
		const json_t *list;

		assert_int_equal(ask(world, "GET", urls[i]), 200);
		list = json_object_get(world->body, "aside");
		assert_true(json_is_array(list));
		assert_int_equal(json_array_size(list), 0);
	}
}

static void test_paused_in_the_status(void **state)
{
	struct world *world = *state;
	const json_t *mapping;

	assert_int_equal(
		ask(world, "POST", "http://belfryd/v1/pause?mapping=a"), 200);
	assert_int_equal(ask(world, "GET", "http://belfryd/v1/status"), 200);
	mapping = json_array_get(json_object_get(world->body, "mappings"), 0);
	assert_true(json_get_bool(mapping, "paused", false));
	assert_int_equal(
		ask(world, "GET", "http://belfryd/v1/members?mapping=a"), 200);
	assert_true(json_get_bool(world->body, "paused", false));
}

static void test_nobody_else_may_open_it(void **state)
{
	struct world *world = *state;
	struct stat stat_of;

	assert_int_equal(stat(world->socket, &stat_of), 0);
	assert_int_equal(stat_of.st_mode & 0777, 0600);
}

static void test_a_path_that_cannot_be(void **state)
{
	struct world *world = *state;
	struct err err = {0};

	assert_null(control_new(
		world->loop, "/nonexistent/control.sock", world->wire, &err));
	assert_non_null(strstr(err.text, "/nonexistent/control.sock"));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_status),
		CASE(test_refusals_say_why),
		CASE(test_nothing_is_set_aside),
		CASE(test_paused_in_the_status),
		CASE(test_nobody_else_may_open_it),
		CASE(test_a_path_that_cannot_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
