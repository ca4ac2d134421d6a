#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctl/state.h"

#include "../support/scratch.h"
#include "store/lock.h"
#include "store/newfile.h"
#include "util/alloc.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

static int run(const char *a, const char *b, const char *c, const char *d)
{
	const char *words[] = {a, b, c, d, NULL};
	struct args args = {.config = NULL};

	return command_state.run(&args, (char **)(uintptr_t)words);
}

static void test_wrong_use(void **state UNUSED)
{
	assert_int_equal(EX_USAGE, run(NULL, NULL, NULL, NULL));
	assert_int_equal(EX_USAGE, run("destroy", NULL, NULL, NULL));
	assert_int_equal(EX_USAGE, run("check", NULL, NULL, NULL));
	assert_int_equal(EX_USAGE, run("check", "a", "b", NULL));
	assert_int_equal(EX_USAGE, run("check", "--force", "b", NULL));
	assert_int_equal(EX_USAGE, run("backup", NULL, NULL, NULL));
	assert_int_equal(EX_USAGE, run("backup", "a", "b", "c"));
	assert_int_equal(EX_USAGE, run("backup", "a", NULL, NULL));
}

static void test_files(void **state UNUSED)
{
	char *dir = scratch_new();
	AUTOFREE char *path = scratch_path(dir, "a.db");
	AUTOFREE char *copy = scratch_path(dir, "b.db");
	struct err err = {0};
	struct newfile *file;
	int lock;

	assert_int_equal(1, run("check", path, NULL, NULL));
	assert_int_equal(1, run("export", path, NULL, NULL));
	file = newfile_open(path, &err);
	assert_int_equal(0, newfile_commit(file, &err));
	newfile_close(file);
	assert_int_equal(0, run("check", path, NULL, NULL));
	assert_int_equal(0, run("backup", copy, path, NULL));
	assert_int_equal(1, run("backup", copy, path, NULL));
	assert_int_equal(0, run("check", copy, NULL, NULL));
	lock = lock_take(path, &err);
	assert_int_equal(0, run("export", path, NULL, NULL));
	assert_int_equal(EX_TEMPFAIL, run("import", path, NULL, NULL));
	lock_release(lock);
	scratch_free(dir);
}

#define AI "arn:aws:chime:us-east-1:1:app-instance/a"

/* The file of the configuration. */
static void test_configured(void **state UNUSED)
{
	char *dir = scratch_new();
	AUTOFREE char *path = scratch_path(dir, "a.db");
	AUTOFREE char *conf = scratch_path(dir, "belfry.conf");
	AUTOFREE char *text = xasprintf(
		"state = \"%s\";\nchime = { region = \"us-east-1\";\n"
		"app_instance = \"" AI "\"; user = \"" AI "/user/b\"; };\n"
		"networks = ( { name = \"n\"; servers = ( \"h:1\" );"
		" nick = \"n\"; } );\n",
		path);
	const char *words[] = {"check", NULL};
	struct args args = {.config = conf};
	struct err err = {0};
	struct newfile *file = newfile_open(path, &err);

	assert_int_equal(0, newfile_commit(file, &err));
	newfile_close(file);
	scratch_write(conf, text, strlen(text));
	assert_int_equal(
		0, command_state.run(&args, (char **)(uintptr_t)words));
	assert_int_equal(0, unlink(conf));
	assert_int_equal(
		EX_CONFIG, command_state.run(&args, (char **)(uintptr_t)words));
	scratch_free(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrong_use),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_configured),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
