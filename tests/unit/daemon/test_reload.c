#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "../support/daemon_config.h"
#include "../support/scratch.h"
#include "daemon/check.h"
#include "daemon/reload.h"
#include "util/log.h"

#include <stdlib.h>
#include <string.h>

struct world {
	char *folder, *path;
	struct belfry_config *startup;
	struct buf log;
};

static void keep_line(enum log_level level UNUSED, const char *line, void *arg)
{
	buf_addf(arg, "%s\n", line);
}

static void setup(struct world *world)
{
	struct daemon_config_text text = {
		.state = "s", .mappings = DAEMON_MAPPING("a")};

	world->folder = scratch_new();
	world->path = scratch_path(world->folder, "belfry.conf");
	world->startup = daemon_config_load(&text);
	buf_init(&world->log, 16384);
	log_set_sink(keep_line, &world->log);
}

static void teardown(struct world *world)
{
	log_set_sink(NULL, NULL);
	check_free(world->startup);
	scratch_free(world->folder);
	free(world->path);
	buf_release(&world->log);
}

static struct belfry_config *read_again(
	struct world *world, const struct daemon_config_text *text)
{
	struct reload reload = {
		.path = world->path,
		.startup = world->startup,
		.current = world->startup,
	};

	daemon_config_write(world->path, text);
	return reload_read(&reload);
}

static bool is_logged(const struct world *world, const char *text)
{
	return strstr(world->log.data, text) != NULL;
}

static void test_bad(void **state UNUSED)
{
	struct world world;

	setup(&world);
	assert_null(
		read_again(&world, &(struct daemon_config_text){.state = "s",
					   .rest = "a = 1;\nlog = 2;\n"}));
	assert_true(is_logged(&world, "belfry.conf:11: a: unknown setting"));
	assert_true(is_logged(&world, "belfry.conf:12: log: must be a group"));
	assert_true(is_logged(&world, "is not applied, the old one stays"));
	teardown(&world);
}

static void test_good(void **state UNUSED)
{
	struct world world;
	struct belfry_config *config;

	setup(&world);
	config = read_again(
		&world, &(struct daemon_config_text){.state = "t",
				.chime = "limits = { bearer_rps = 3; };",
				.mappings = DAEMON_MAPPING("b"),
				.rest = "log = { level = \"warn\"; };\n"});
	assert_non_null(config);
	assert_int_equal(config->log.level, LOG_LEVEL_WARN);
	assert_true(is_logged(&world, "log.level is applied"));
	assert_true(is_logged(&world, "chime.limits.bearer_rps is applied"));
	assert_true(is_logged(&world, "state has changed and needs a restart"));
	assert_false(is_logged(&world, "mappings[0]"));
	check_free(config);
	teardown(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_good),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
