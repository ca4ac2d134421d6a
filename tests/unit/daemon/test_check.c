#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "../support/daemon_config.h"
#include "../support/scratch.h"
#include "daemon/check.h"
#include "util/alloc.h"
#include "util/log.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

struct world {
	char *folder, *path;
	char *out, *complaint;
	int status;
};

static void setup(struct world *world)
{
	*world = (struct world){.folder = scratch_new()};
	world->path = scratch_path(world->folder, "belfry.conf");
}

static void teardown(struct world *world)
{
	scratch_free(world->folder);
	free(world->path);
	free(world->out);
	free(world->complaint);
}

static void run(struct world *world)
{
	size_t n;
	FILE *out = open_memstream(&world->out, &n);
	FILE *complain = open_memstream(&world->complaint, &n);

	world->status = check_run(world->path, out, complain);
	fclose(out);
	fclose(complain);
}

static void test_ok(void **state UNUSED)
{
	struct world world;
	char *expected;

	setup(&world);
	daemon_config_write(world.path,
		&(struct daemon_config_text){.state = "s",
			.mappings =
				DAEMON_MAPPING("a") "," DAEMON_MAPPING("b")});
	run(&world);
	expected = xasprintf("%s: ok, 1 network, 2 mappings\n", world.path);
	assert_int_equal(world.status, 0);
	assert_string_equal(world.out, expected);
	assert_string_equal(world.complaint, "");
	free(expected);
	teardown(&world);
}

static void test_bad(void **state UNUSED)
{
	struct world world;
	char *expected;

	setup(&world);
	daemon_config_write(world.path,
		&(struct daemon_config_text){.state = "s",
			.rest = "logg = 1;\nlog = { level = \"loud\"; };\n"});
	run(&world);
	expected = xasprintf(
		"%s:11: logg: unknown setting; did you mean \"log\"?\n"
		"%s:12: log.level: must be one of \"error\", \"warn\", "
		"\"info\", \"debug\", not \"loud\"\n",
		world.path, world.path);
	assert_int_equal(world.status, EX_CONFIG);
	assert_string_equal(world.out, "");
	assert_string_equal(world.complaint, expected);
	free(expected);
	teardown(&world);
}

static void test_many(void **state UNUSED)
{
	struct world world;
	struct buf AUTOBUF text;

	buf_init(&text, 4096);
	for (int i = 0; i < 60; i++)
		buf_addf(&text, "zz%d = 1;\n", i);
	setup(&world);
	scratch_write(world.path, text.data, text.len);
	run(&world);
	assert_int_equal(world.status, EX_CONFIG);
	/* 60 and the four that are missing. */
	assert_non_null(strstr(world.complaint, "\nand 14 more problems\n"));
	teardown(&world);
}

static void keep_line(enum log_level level UNUSED, const char *line, void *arg)
{
	buf_addf(arg, "%s\n", line);
}

static void test_reload(void **state UNUSED)
{
	struct world world;
	struct buf AUTOBUF log;

	buf_init(&log, 4096);
	setup(&world);
	log_set_sink(keep_line, &log);
	assert_null(check_reload(world.path));
	assert_non_null(strstr(log.data, "cannot be read"));
	daemon_config_write(
		world.path, &(struct daemon_config_text){.state = "s"});
	check_free(check_reload(world.path));
	check_free(NULL);
	log_set_sink(NULL, NULL);
	teardown(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ok),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_reload),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
