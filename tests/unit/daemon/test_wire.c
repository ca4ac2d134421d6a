#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "../support/daemon_config.h"
#include "../support/scratch.h"
#include "daemon/check.h"
#include "daemon/wire.h"
#include "util/clock.h"
#include "util/log.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

struct world {
	char *folder, *path;
	struct loop *loop;
	struct belfry_config *config;
	struct wire *wire;
	struct err err;
	int status;
	bool stopped;
};

static void on_fatal(void *arg UNUSED, const char *why)
{
	fail_msg("%s", why);
}

static void on_stopped(void *arg)
{
	struct world *world = arg;

	world->stopped = true;
}

static struct belfry_config *config_of(
	const struct world *world, const char *mappings, const char *network)
{
	struct daemon_config_text text = {
		.state = world->path, .mappings = mappings, .network = network};

	return daemon_config_load(&text);
}

static struct wire *build(struct world *world)
{
	struct wire_params params = {
		.loop = world->loop,
		.config = world->config,
		.fatal = on_fatal,
		.arg = world,
	};

	return wire_new(&params, &world->err, &world->status);
}

static void setup(struct world *world, const char *mappings)
{
	*world = (struct world){.folder = scratch_new(), .loop = loop_new()};
	setenv("AWS_ACCESS_KEY_ID", "id", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
	log_set_level(LOG_LEVEL_ERROR);
	world->path = scratch_path(world->folder, "state.db");
	world->config = config_of(world, mappings, NULL);
	world->wire = build(world);
	if (!world->wire)
		fail_msg("%s", world->err.text);
}

static void teardown(struct world *world)
{
	wire_free(world->wire);
	check_free(world->config);
	loop_free(world->loop);
	scratch_free(world->folder);
	free(world->path);
}

static void assert_status(const struct world *world, const char *expected)
{
	struct buf AUTOBUF text;

	buf_init(&text, 4096);
	wire_describe(world->wire, &text);
	if (strncmp(text.data, expected, strlen(expected)) != 0)
		fail_msg("%s, not %s", text.data, expected);
}

static bool status_begins(const struct world *world, const char *expected)
{
	struct buf AUTOBUF text;

	buf_init(&text, 4096);
	wire_describe(world->wire, &text);
	return strncmp(text.data, expected, strlen(expected)) == 0;
}

static void turn_until_status(struct world *world, const char *expected)
{
	int64_t deadline = clock_mono_ms() + 10000;

	while (!status_begins(world, expected) && clock_mono_ms() < deadline)
		loop_turn(world->loop, 50);
	assert_status(world, expected);
}

static void test_life(void **state UNUSED)
{
	struct world world;
	int64_t deadline = clock_mono_ms() + 10000;

	setup(&world, DAEMON_MAPPING("a") "," DAEMON_MAPPING("b"));
	assert_status(&world,
		"0/2 mappings ready; to IRC 0 relayed, 0 waiting; to Chime 0 "
		"relayed, 0 waiting; net: ");
	wire_start(world.wire);
	loop_turn(world.loop, 0);
	wire_stop(world.wire, 100, on_stopped, &world);
	assert_false(world.stopped);
	while (!world.stopped && clock_mono_ms() < deadline)
		loop_turn(world.loop, 50);
	assert_true(world.stopped);
	teardown(&world);
}

static void apply(struct world *world, const char *mappings)
{
	struct belfry_config *old = world->config;

	world->config = config_of(world, mappings, NULL);
	wire_reload(world->wire, world->config);
	check_free(old);
}

static void test_reload(void **state UNUSED)
{
	struct world world;

	setup(&world, DAEMON_MAPPING("a") "," DAEMON_MAPPING("b"));
	wire_start(world.wire);
	apply(&world, DAEMON_MAPPING("b") "," DAEMON_MAPPING(
			      "c") "," DAEMON_MAPPING("d"));
	turn_until_status(&world, "0/1 ");
	turn_until_status(&world, "0/3 ");
	/* Twice in a turn: the second one counts. */
	apply(&world, DAEMON_MAPPING("e"));
	apply(&world, DAEMON_MAPPING("f") "," DAEMON_MAPPING("b"));
	turn_until_status(&world, "0/2 ");
	/* The same name with other settings begins again. */
	apply(&world, "{ name = \"b\"; irc = \"net/#z\"; chime = { name = "
		      "\"Z\"; }; }");
	turn_until_status(&world, "0/0 ");
	turn_until_status(&world, "0/1 ");
	/* Pending when all ends. */
	apply(&world, DAEMON_MAPPING("g"));
	teardown(&world);
}

static void assert_refused(struct world *world, int status, const char *text)
{
	struct wire *wire = build(world);

	assert_null(wire);
	assert_int_equal(world->status, status);
	if (!strstr(world->err.text, text))
		fail_msg("%s holds no %s", world->err.text, text);
}

static void test_state_in_use(void **state UNUSED)
{
	struct world world;

	setup(&world, DAEMON_MAPPING("a"));
	assert_refused(&world, EX_TEMPFAIL, "locked");
	teardown(&world);
}

static void replace_config(struct world *world, struct belfry_config *config)
{
	check_free(world->config);
	world->config = config;
}

static void test_refusals(void **state UNUSED)
{
	struct world world;
	struct daemon_config_text nowhere = {.state = "/nonexistent/state.db"};
	struct daemon_config_text endpoint = {
		.chime = "ca_file = \"/dev/null\";"};
	char *damaged;

	setup(&world, NULL);
	wire_free(world.wire);
	world.wire = NULL;

	replace_config(&world, daemon_config_load(&nowhere));
	assert_refused(&world, EX_CANTCREAT, "/nonexistent/state.db");

	damaged = scratch_path(world.folder, "damaged.db");
	scratch_write(damaged, "no database, but not empty either", 33);
	nowhere.state = damaged;
	replace_config(&world, daemon_config_load(&nowhere));
	assert_refused(&world, EX_CONFIG, "damaged.db");

	endpoint.state = world.path;
	replace_config(&world, daemon_config_load(&endpoint));
	assert_refused(&world, EX_CONFIG, "chime: ");

	replace_config(
		&world, config_of(&world, NULL,
				"}, { name = \"x\"; nick = \"n\"; servers = "
				"(\"h:1\"); tls_ca_file = \"/dev/null\";"));
	assert_refused(&world, EX_CONFIG, "network x: ");
	free(damaged);
	teardown(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_life),
		cmocka_unit_test(test_reload),
		cmocka_unit_test(test_state_in_use),
		cmocka_unit_test(test_refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
