#include "../support/scratch.h"
#include "../support/store_cases.h"
#include "store/sqlite.h"
#include "util/alloc.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
	struct loop *loop;
	struct store *store;
	char *dir;
	char *path;
	struct err err;
};

static int setup(void **state)
{
	static struct fixture f;

	f = (struct fixture){.loop = loop_new(), .dir = scratch_new()};
	f.path = scratch_path(f.dir, "state.db");
	*state = &f;
	return 0;
}

static int setup_open(void **state)
{
	struct fixture *f;

	setup(state);
	f = *state;
	f->store = store_sqlite_open(f->loop, f->path, &f->err);
	return f->store ? 0 : -1;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	store_close(f->store);
	loop_free(f->loop);
	free(f->path);
	scratch_free(f->dir);
	return 0;
}

static void reopen(struct fixture *f)
{
	store_close(f->store);
	f->store = store_sqlite_open(f->loop, f->path, &f->err);
	assert_string_equal("", f->err.text);
	assert_non_null(f->store);
}

static void cursor(struct store *store, int64_t position)
{
	store_append(store, &(struct store_record){.kind = STORE_CURSOR,
				    .mapping = "m",
				    .position = position});
}

static void read_position(const struct store_record *record, void *arg)
{
	*(int64_t *)arg = record->position;
}

static int64_t get_cursor(struct store *store)
{
	struct store_query query = {.kind = STORE_CURSOR, .mapping = "m"};
	int64_t position = -1;

	assert_int_equal(
		0, store_each(store, &query, read_position, &position));
	return position;
}

static void expect_refused(struct fixture *f, int code, const char *words)
{
	struct err err = {.code = 0};

	assert_null(store_sqlite_open(f->loop, f->path, &err));
	assert_int_equal(code, err.code);
	assert_non_null(strstr(err.text, words));
	assert_non_null(strstr(err.text, f->path));
}

static void test_second_open_is_refused(void **state)
{
	struct fixture *f = *state;
	char words[64];

	snprintf(words, sizeof(words), "is locked by pid %ld", (long)getpid());
	expect_refused(f, -EBUSY, words);
	cursor(f->store, 1);
	reopen(f);
	assert_int_equal(1, get_cursor(f->store));
}

static void sql(const char *path, const char *text)
{
	sqlite3 *db = NULL;

	assert_int_equal(SQLITE_OK, sqlite3_open(path, &db));
	assert_int_equal(SQLITE_OK, sqlite3_exec(db, text, NULL, NULL, NULL));
	sqlite3_close(db);
}

static void test_newer_version_is_refused(void **state)
{
	struct fixture *f = *state;

	cursor(f->store, 3);
	store_close(TAKE(f->store));
	sql(f->path, "PRAGMA user_version = 99");
	expect_refused(f, -EINVAL, "newer version (schema 99");
	sql(f->path, "PRAGMA user_version = 2");
	reopen(f);
	assert_int_equal(3, get_cursor(f->store));
}

static void test_foreign_database_is_refused(void **state)
{
	struct fixture *f = *state;

	sql(f->path, "CREATE TABLE t (a); PRAGMA user_version = 1");
	expect_refused(f, -EINVAL, "another program");
	sql(f->path, "SELECT a FROM t");
}

static void test_garbage_is_refused(void **state)
{
	struct fixture *f = *state;
	char garbage[8192];

	memset(garbage, 'g', sizeof(garbage));
	scratch_write(f->path, garbage, sizeof(garbage));
	expect_refused(f, -EINVAL, "restore a backup");
	scratch_write(f->path, "short", 5);
	expect_refused(f, -EINVAL, "restore a backup");
	scratch_write(f->path, "", 0);
	expect_refused(f, -EINVAL, "is empty");
}

static void fill(struct fixture *f, int rows)
{
	for (int i = 0; i < rows; i++) {
		char id[32];

		snprintf(id, sizeof(id), "%d-some-message-id", i * 7919);
		store_append(
			f->store, &(struct store_record){.kind = STORE_DONE,
					  .mapping = "m",
					  .source_id = id,
					  .progress = 10,
					  .complete = true,
					  .position = i});
	}
	store_settle(f->loop, f->store);
}

static void test_truncated_file_is_refused(void **state)
{
	struct fixture *f = *state;
	struct stat st;

	fill(f, 2000);
	store_close(TAKE(f->store));
	assert_int_equal(0, stat(f->path, &st));
	for (off_t cut = st.st_size - 4096; cut > 0; cut -= st.st_size / 5) {
		struct err err = {.code = 0};

		assert_int_equal(0, truncate(f->path, cut));
		assert_null(store_sqlite_open(f->loop, f->path, &err));
		assert_non_null(strstr(err.text, "restore a backup"));
	}
}

static void test_flipped_page_is_refused(void **state)
{
	struct fixture *f = *state;
	char zero[4096] = {0};
	int fd;

	fill(f, 2000);
	store_close(TAKE(f->store));
	fd = open(f->path, O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(4096, pwrite(fd, zero, 4096, 10 * 4096));
	close(fd);
	expect_refused(f, -EINVAL, "is damaged");
}

static void test_log_without_file_is_refused(void **state)
{
	struct fixture *f = *state;
	AUTOFREE char *wal = xasprintf("%s-wal", f->path);

	scratch_write(wal, "left", 4);
	expect_refused(f, -EINVAL, "is missing but its log");
}

static void test_no_directory(void **state)
{
	struct fixture *f = *state;

	free(f->path);
	f->path = scratch_path(f->dir, "missing/state.db");
	expect_refused(f, -ENOENT, "No such file");
}

/* An attempt that died before the file was complete. */
static void test_unfinished_file_is_made_anew(void **state)
{
	struct fixture *f = *state;
	AUTOFREE char *half = xasprintf("%s.new", f->path);

	scratch_write(half, "SQLite format 3", 15);
	reopen(f);
	assert_int_equal(-1, access(half, F_OK));
}

#define NEW(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)
#define OPEN(name)                                                             \
	cmocka_unit_test_setup_teardown(test_##name, setup_open, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		OPEN(second_open_is_refused),
		OPEN(newer_version_is_refused),
		NEW(foreign_database_is_refused),
		NEW(garbage_is_refused),
		OPEN(truncated_file_is_refused),
		OPEN(flipped_page_is_refused),
		NEW(log_without_file_is_refused),
		NEW(no_directory),
		NEW(unfinished_file_is_made_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
