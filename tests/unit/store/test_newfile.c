#include "store/newfile.h"

#include "../support/scratch.h"
#include "store/lock.h"
#include "store/statefile.h"
#include "util/alloc.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
	char *dir;
	char *path;
	struct err err;
};

static const struct store_record fact = {
	.kind = STORE_FACT, .space = "s", .key = "k", .value = "v"};

static int setup(void **state)
{
	static struct fixture f;

	f = (struct fixture){.dir = scratch_new()};
	f.path = scratch_path(f.dir, "state.db");
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	free(f->path);
	scratch_free(f->dir);
	return 0;
}

static void count_row(const struct store_record *record, void *arg)
{
	(void)record;
	(*(int *)arg)++;
}

static int count(struct fixture *f)
{
	struct statefile *file = statefile_open(f->path, &f->err);
	int rows = 0;

	assert_non_null(file);
	assert_int_equal(0, statefile_each(file, count_row, &rows, &f->err));
	statefile_close(file);
	return rows;
}

static struct newfile *open_and_put(struct fixture *f)
{
	struct newfile *file = newfile_open(f->path, &f->err);

	assert_non_null(file);
	assert_int_equal(0, newfile_put(file, &fact, &f->err));
	return file;
}

static void test_all_or_nothing(void **state)
{
	struct fixture *f = *state;
	struct newfile *file = open_and_put(f);

	newfile_close(file);
	assert_int_equal(-1, access(f->path, F_OK));
	file = open_and_put(f);
	assert_int_equal(0, newfile_commit(file, &f->err));
	newfile_close(file);
	newfile_close(NULL);
	assert_int_equal(1, count(f));
}

/* Not overwritten, not even when the import would fail. */
static void test_what_is_there_stays(void **state)
{
	struct fixture *f = *state;
	struct newfile *file = open_and_put(f);

	assert_int_equal(0, newfile_commit(file, &f->err));
	newfile_close(file);
	assert_null(newfile_open(f->path, &f->err));
	assert_int_equal(-EEXIST, f->err.code);
	assert_non_null(strstr(f->err.text, f->path));
	assert_int_equal(1, count(f));
	scratch_write(f->path, "a letter, not a state file", 26);
	assert_null(newfile_open(f->path, &f->err));
	assert_int_equal(0, access(f->path, F_OK));
}

static void test_empty_ones_may_be_filled(void **state)
{
	struct fixture *f = *state;
	struct newfile *file;

	scratch_write(f->path, "", 0);
	file = newfile_open(f->path, &f->err);
	assert_non_null(file);
	assert_int_equal(0, newfile_commit(file, &f->err));
	newfile_close(file);
	assert_int_equal(0, count(f));
	/* A state file without a row: filled, and kept on failure. */
	newfile_close(open_and_put(f));
	assert_int_equal(0, count(f));
	file = open_and_put(f);
	assert_int_equal(0, newfile_commit(file, &f->err));
	newfile_close(file);
	assert_int_equal(1, count(f));
}

static bool is_there(struct fixture *f, const char *suffix)
{
	AUTOFREE char *name = xasprintf("%s%s", f->path, suffix);

	return access(name, F_OK) == 0;
}

static void expect_no_litter(struct fixture *f)
{
	assert_false(is_there(f, ".lock"));
	assert_false(is_there(f, "-wal"));
	assert_false(is_there(f, "-shm"));
	assert_false(is_there(f, ".new"));
}

static void test_leaves_nothing_beside(void **state)
{
	struct fixture *f = *state;
	struct newfile *file = open_and_put(f);
	int lock;

	newfile_close(file);
	expect_no_litter(f);
	file = open_and_put(f);
	assert_int_equal(0, newfile_commit(file, &f->err));
	newfile_close(file);
	expect_no_litter(f);
	assert_null(newfile_open(f->path, &f->err));
	expect_no_litter(f);
	/* A daemon's lock file stays. */
	lock = lock_take(f->path, &f->err);
	assert_null(newfile_open(f->path, &f->err));
	lock_release(lock);
	assert_null(newfile_open(f->path, &f->err));
	assert_true(is_there(f, ".lock"));
}

static void test_not_beside_a_daemon(void **state)
{
	struct fixture *f = *state;
	int lock = lock_take(f->path, &f->err);

	assert_true(lock >= 0);
	assert_null(newfile_open(f->path, &f->err));
	assert_int_equal(-EBUSY, f->err.code);
	lock_release(lock);
	newfile_close(open_and_put(f));
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_or_nothing),
		TEST(what_is_there_stays),
		TEST(empty_ones_may_be_filled),
		TEST(leaves_nothing_beside),
		TEST(not_beside_a_daemon),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
