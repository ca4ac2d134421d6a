#include "../unit/support/scratch.h"
#include "../unit/support/store_cases.h"
#include "../unit/support/store_disk.h"
#include "powerloss.h"
#include "scenario.h"
#include "store/newfile.h"
#include "store/sqlite.h"
#include "store/statefile.h"
#include "util/alloc.h"
#include "util/clock.h"

#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { BATCHES = 10, REOPEN_EVERY = 7, CHECKPOINT_EVERY = 3, ENOUGH = 20 };

struct fixture {
	struct loop *loop;
	struct scenario *scenario;
	char *dir; /* where it is recorded */
	char *path;
	char *lab; /* where states are laid out */
};

static int setup(void **state)
{
	static struct fixture f;

	f = (struct fixture){
		.loop = loop_new(), .dir = scratch_new(), .lab = scratch_new()};
	f.scenario = scenario_new(f.loop, BATCHES);
	f.path = scratch_path(f.dir, "state.db");
	disk_watch(f.dir);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	disk_watch(NULL);
	scenario_free(f->scenario);
	loop_free(f->loop);
	free(f->path);
	scratch_free(f->dir);
	scratch_free(f->lab);
	return 0;
}

static void on_saved(void *arg)
{
	*(bool *)arg = true;
}

static void save(struct fixture *f, struct store *store, int64_t n)
{
	bool saved = false;

	scenario_append(store, n);
	(void)store_sync(store, on_saved, &saved);
	while (!saved)
		loop_turn(f->loop, 1000);
	disk_mark(n);
}

/* As the writer does when its log has become long. */
static void checkpoint(const char *path)
{
	sqlite3 *db = NULL;

	assert_int_equal(SQLITE_OK, sqlite3_open(path, &db));
	assert_int_equal(
		SQLITE_OK, sqlite3_exec(db, "PRAGMA wal_checkpoint(PASSIVE)",
				   NULL, NULL, NULL));
	sqlite3_close(db);
}

static struct store *must_open(struct fixture *f)
{
	struct err err = {.code = 0};
	struct store *store = store_sqlite_open(f->loop, f->path, &err);

	assert_string_equal("", err.text);
	assert_non_null(store);
	return store;
}

/* Made, filled, checkpointed, closed, opened again. */
static struct disk_log record_life(struct fixture *f)
{
	struct store *store;

	disk_record_start();
	disk_mark(0);
	store = must_open(f);
	for (int64_t n = 1; n <= BATCHES; n++) {
		save(f, store, n);
		if (n % CHECKPOINT_EVERY == 0)
			checkpoint(f->path);
		if (n % REOPEN_EVERY == 0) {
			store_close(store);
			store = must_open(f);
		}
	}
	store_close(store);
	return disk_record_stop();
}

static int64_t recover_life(const char *dir, void *arg)
{
	struct fixture *f = arg;
	AUTOFREE char *path = scratch_path(dir, "state.db");
	struct err err = {.code = 0};
	struct store *store = store_sqlite_open(f->loop, path, &err);
	int64_t n;

	if (!store)
		return -1;
	n = scenario_find(f->scenario, store);
	store_close(store);
	return n;
}

static struct powerloss_figures run(struct fixture *f,
	const struct powerloss_case *given, const struct disk_log *log)
{
	struct powerloss_case c = *given;
	struct powerloss_figures figures;

	c.dir = f->lab;
	c.arg = f;
	/* What recovery writes is no longer of interest. */
	disk_watch(f->lab);
	figures = powerloss_run(&c, log);
	disk_watch(f->dir);
	powerloss_print(c.title, &figures);
	return figures;
}

static void expect_sound(struct fixture *f, const struct powerloss_case *c,
	struct disk_log log, size_t states)
{
	struct powerloss_figures figures = run(f, c, &log);

	disk_log_release(&log);
	assert_int_equal(0, figures.lost);
	assert_int_equal(0, figures.bad);
	assert_true(figures.states >= states);
}

static void test_nothing_confirmed_is_lost(void **state)
{
	static const struct powerloss_case c = {
		.title = "life of a state file", .recover = recover_life};
	struct fixture *f = *state;

	expect_sound(f, &c, record_life(f), 1000);
}

/* The same with a sync that does nothing: each must be missed. */
static void test_each_sync_is_needed(void **state)
{
	static const struct powerloss_case cases[] = {
		{.title = "no sync of the log", .broken_sync = "-wal"},
		{.title = "no sync of the file", .broken_sync = "state.db"},
		{.title = "no sync of the directory", .broken_sync = ""},
		{.title = "synchronous=OFF", .broken_sync = "*"},
	};
	struct fixture *f = *state;
	struct disk_log log = record_life(f);

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct powerloss_case c = cases[i];
		struct powerloss_figures broken;

		c.recover = recover_life;
		c.enough = ENOUGH;
		broken = run(f, &c, &log);
		assert_true(broken.lost + broken.bad > 0);
	}
	disk_log_release(&log);
}

/* Migration: from a file of the first version, which holds batch 5. */

static const char to_version_1[] = "DROP TABLE aside; PRAGMA user_version = 1;";

static void sql(const char *path, const char *text)
{
	sqlite3 *db = NULL;

	assert_int_equal(SQLITE_OK, sqlite3_open(path, &db));
	assert_int_equal(SQLITE_OK, sqlite3_exec(db, text, NULL, NULL, NULL));
	sqlite3_close(db);
}

static void expect_whole_version(const char *path)
{
	struct err err = {.code = 0};
	struct statefile *file = statefile_open(path, &err);

	assert_string_equal("", err.text);
	/* Has exactly the tables of the version it says. */
	assert_int_equal(0, statefile_check(file, &err));
	statefile_close(file);
}

static int64_t recover_migration(const char *dir, void *arg)
{
	AUTOFREE char *path = scratch_path(dir, "state.db");

	expect_whole_version(path);
	return recover_life(dir, arg);
}

static void test_migration(void **state)
{
	static const struct powerloss_case c = {
		.title = "migration", .recover = recover_migration};
	struct fixture *f = *state;
	struct store *store = must_open(f);

	/* The batches up to the fourth set nothing aside. */
	for (int64_t n = 1; n <= 4; n++)
		save(f, store, n);
	store_close(store);
	sql(f->path, to_version_1);
	disk_record_start();
	disk_mark(4);
	store_close(must_open(f));
	expect_sound(f, &c, disk_record_stop(), 20);
}

/* An import: all of it, or a file that is not there or holds nothing. */

static int64_t recover_import(const char *dir, void *arg)
{
	AUTOFREE char *path = scratch_path(dir, "state.db");
	struct fixture *f = arg;
	struct err err = {.code = 0};
	struct store *store;
	char text[64];

	if (access(path, F_OK) != 0)
		return 0;
	expect_whole_version(path);
	store = store_sqlite_open(f->loop, path, &err);
	if (!store)
		return -1;
	store_dump(store,
		&(struct store_query){.kind = STORE_FACT, .space = "s"}, text,
		sizeof(text));
	store_close(store);
	if (strcmp(text, "") == 0)
		return 0;
	return strcmp(text, "fact a=1\nfact b=2\n") == 0 ? 1 : -1;
}

static void import(struct fixture *f)
{
	struct err err = {.code = 0};
	struct newfile *file = newfile_open(f->path, &err);
	struct store_record fact = {
		.kind = STORE_FACT, .space = "s", .key = "a", .value = "1"};

	assert_non_null(file);
	assert_int_equal(0, newfile_put(file, &fact, &err));
	fact.key = "b";
	fact.value = "2";
	assert_int_equal(0, newfile_put(file, &fact, &err));
	assert_int_equal(0, newfile_commit(file, &err));
	disk_mark(1);
	newfile_close(file);
}

static void test_import(void **state)
{
	static const struct powerloss_case c = {
		.title = "import", .recover = recover_import};
	struct fixture *f = *state;

	disk_record_start();
	disk_mark(0);
	import(f);
	expect_sound(f, &c, disk_record_stop(), 50);
}

/* A backup: all of it under its name, or nothing there. */

static int64_t recover_backup(const char *dir, void *arg)
{
	AUTOFREE char *path = scratch_path(dir, "state.db");
	AUTOFREE char *from = scratch_path(dir, "copy.db");

	(void)unlink(path);
	if (rename(from, path) != 0)
		return 0;
	return recover_import(dir, arg);
}

static void test_backup(void **state)
{
	static const struct powerloss_case c = {
		.title = "backup", .recover = recover_backup};
	struct fixture *f = *state;
	AUTOFREE char *dest = scratch_path(f->dir, "copy.db");
	struct err err = {.code = 0};
	struct statefile *file;

	import(f);
	file = statefile_open(f->path, &err);
	assert_non_null(file);
	disk_record_start();
	disk_mark(0);
	assert_int_equal(0, statefile_backup(file, dest, &err));
	disk_mark(1);
	statefile_close(file);
	expect_sound(f, &c, disk_record_stop(), 20);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_confirmed_is_lost),
		TEST(each_sync_is_needed),
		TEST(migration),
		TEST(import),
		TEST(backup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
