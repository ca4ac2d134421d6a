#include "store/statefile.h"

#include "../support/scratch.h"
#include "store/newfile.h"
#include "store/sqlite.h"
#include "util/alloc.h"
#include "util/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <sqlite3.h>
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
	char *dest;
	struct err err;
};

static int setup(void **state)
{
	static struct fixture f;

	f = (struct fixture){.dir = scratch_new()};
	f.path = scratch_path(f.dir, "state.db");
	f.dest = scratch_path(f.dir, "copy.db");
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	free(f->path);
	free(f->dest);
	scratch_free(f->dir);
	return 0;
}

static const struct store_record records[] = {
	{.kind = STORE_FACT, .space = "a", .key = "k", .value = "v"},
	{.kind = STORE_FACT, .space = "b", .key = "", .value = ""},
	{.kind = STORE_CURSOR, .mapping = "m", .position = -3},
	{.kind = STORE_DONE,
		.mapping = "m",
		.source_id = "id",
		.complete = true,
		.position = INT64_MIN},
	{.kind = STORE_INTENT, .mapping = "m", .source_id = "id", .at_ms = 5},
	{.kind = STORE_OUTBOX_ADD, .mapping = "m", .seq = 1},
	{.kind = STORE_ASIDE_ADD, .mapping = "m", .seq = 1, .value = "why"},
	{.kind = STORE_CURSOR,
		.mapping = "m",
		.way = LANE_TO_CHIME,
		.position = 9},
};

static void fill(struct fixture *f)
{
	struct newfile *file = newfile_open(f->path, &f->err);

	assert_non_null(file);
	for (size_t i = 0; i < ARRAY_LEN(records); i++)
		assert_int_equal(0, newfile_put(file, &records[i], &f->err));
	assert_int_equal(0, newfile_commit(file, &f->err));
	newfile_close(file);
}

static void add_row(const struct store_record *record, void *arg)
{
	buf_addf(arg, "%d/%d/%lld ", (int)record->kind, (int)record->way,
		(long long)record->position);
}

static struct statefile *must_open(struct fixture *f, const char *path)
{
	struct statefile *file;

	err_clear(&f->err);
	file = statefile_open(path, &f->err);

	assert_string_equal("", f->err.text);
	assert_non_null(file);
	return file;
}

/* In order, each kind; and the copy says the same. */
static void expect_all(struct fixture *f, const char *path)
{
	struct statefile *file = must_open(f, path);
	struct buf AUTOBUF text;
	struct buf AUTOBUF wanted;

	buf_init(&text, 1000);
	buf_init(&wanted, 1000);
	for (size_t i = 0; i < ARRAY_LEN(records); i++)
		add_row(&records[i], &wanted);
	assert_int_equal(0, statefile_each(file, add_row, &text, &f->err));
	assert_string_equal(wanted.data, text.data);
	assert_int_equal(0, statefile_check(file, &f->err));
	assert_int_equal(2, statefile_version(file));
	statefile_close(file);
}

static bool has_log(struct fixture *f)
{
	AUTOFREE char *log = xasprintf("%s-wal", f->path);
	AUTOFREE char *index = xasprintf("%s-shm", f->path);

	return access(log, F_OK) == 0 || access(index, F_OK) == 0;
}

/* Nor does it take away what another reader needs. */
static void test_leaves_nothing_beside(void **state)
{
	struct fixture *f = *state;
	struct statefile *file;

	fill(f);
	file = must_open(f, f->path);
	expect_all(f, f->path);
	assert_true(has_log(f));
	statefile_close(file);
	assert_false(has_log(f));
}

static void expect_told(struct fixture *f, const char *path, const char *reason)
{
	AUTOFREE char *text = xasprintf("state file %s: %s", path, reason);

	assert_null(statefile_open(path, &f->err));
	assert_string_equal(text, f->err.text);
}

static void test_says_once_what_is_no_file(void **state)
{
	struct fixture *f = *state;

	expect_told(f, f->dir, "not a regular file");
	expect_told(f, f->path, "No such file or directory");
	scratch_write(f->path, "", 0);
	expect_told(f, f->path, "is empty");
}

static void test_reads_everything(void **state)
{
	fill(*state);
	expect_all(*state, ((struct fixture *)*state)->path);
	statefile_close(NULL);
}

static void test_backup(void **state)
{
	struct fixture *f = *state;
	struct statefile *file;
	struct stat st;

	fill(f);
	file = must_open(f, f->path);
	assert_int_equal(0, statefile_backup(file, f->dest, &f->err));
	assert_int_equal(0, stat(f->dest, &st));
	assert_int_equal(0600, st.st_mode & 07777);
	expect_all(f, f->dest);
	assert_int_equal(-EEXIST, statefile_backup(file, f->dest, &f->err));
	expect_all(f, f->dest);
	assert_int_equal(-ENOENT,
		statefile_backup(file, "/nonexistent/copy.db", &f->err));
	/* It can be read on as before. */
	statefile_close(file);
}

static void append_cursor(struct store *store, int64_t position)
{
	store_append(store, &(struct store_record){.kind = STORE_CURSOR,
				    .mapping = "m",
				    .position = position});
}

static void on_saved(void *arg)
{
	*(bool *)arg = true;
}

static void save(struct loop *loop, struct store *store, int64_t position)
{
	bool saved = false;

	append_cursor(store, position);
	(void)store_sync(store, on_saved, &saved);
	while (!saved)
		loop_turn(loop, 1000);
}

/* A daemon has the file open and goes on writing. */
static void test_beside_a_daemon(void **state)
{
	struct fixture *f = *state;
	struct loop *loop = loop_new();
	struct store *store = store_sqlite_open(loop, f->path, &f->err);
	struct buf AUTOBUF text;
	struct statefile *file;

	buf_init(&text, 1000);
	assert_non_null(store);
	save(loop, store, 1);
	file = must_open(f, f->path);
	save(loop, store, 2);
	assert_int_equal(0, statefile_each(file, add_row, &text, &f->err));
	assert_string_equal("0/0/1 ", text.data);
	assert_int_equal(0, statefile_backup(file, f->dest, &f->err));
	save(loop, store, 3);
	buf_clear(&text);
	assert_int_equal(0, statefile_each(file, add_row, &text, &f->err));
	assert_string_equal("0/0/3 ", text.data);
	statefile_close(file);
	file = must_open(f, f->dest);
	buf_clear(&text);
	assert_int_equal(0, statefile_each(file, add_row, &text, &f->err));
	assert_string_equal("0/0/2 ", text.data);
	statefile_close(file);
	store_close(store);
	loop_free(loop);
}

static void expect_refused(struct fixture *f, int code, const char *words)
{
	assert_null(statefile_open(f->path, &f->err));
	assert_int_equal(code, f->err.code);
	assert_non_null(strstr(f->err.text, words));
	assert_non_null(strstr(f->err.text, f->path));
}

static void test_refusals(void **state)
{
	struct fixture *f = *state;

	expect_refused(f, -ENOENT, "No such file");
	scratch_write(f->path, "", 0);
	expect_refused(f, -EINVAL, "is empty");
	scratch_write(f->path, "SQLite, perhaps?", 16);
	expect_refused(f, -EINVAL, "damaged or not a state file");
}

/* Damage in one table: the others are read, and the failure is told. */
static void test_reads_what_can_be_read(void **state)
{
	struct fixture *f = *state;
	struct buf AUTOBUF text;
	struct statefile *file;
	sqlite3 *db = NULL;
	sqlite3_stmt *stmt = NULL;
	char junk[64];
	off_t page;
	int fd;

	buf_init(&text, 1000);
	fill(f);
	assert_int_equal(SQLITE_OK, sqlite3_open(f->path, &db));
	assert_int_equal(SQLITE_OK, sqlite3_prepare_v2(db,
					    "SELECT rootpage FROM sqlite_schema"
					    " WHERE name = 'done'",
					    -1, &stmt, NULL));
	assert_int_equal(SQLITE_ROW, sqlite3_step(stmt));
	page = sqlite3_column_int(stmt, 0);
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	memset(junk, 0xee, sizeof(junk));
	fd = open(f->path, O_WRONLY | O_CLOEXEC);
	assert_int_equal(sizeof(junk),
		pwrite(fd, junk, sizeof(junk), (page - 1) * 4096));
	close(fd);

	file = must_open(f, f->path);
	assert_int_equal(-EIO, statefile_each(file, add_row, &text, &f->err));
	assert_non_null(strstr(f->err.text, "all of: what is done"));
	assert_string_equal(
		"6/0/0 6/0/0 0/0/-3 2/0/0 3/0/0 7/0/0 0/1/9 ", text.data);
	assert_int_equal(-EINVAL, statefile_check(file, &f->err));
	assert_non_null(strstr(f->err.text, "is damaged"));
	assert_true(statefile_backup(file, f->dest, &f->err) < 0);
	assert_int_equal(-1, access(f->dest, F_OK));
	statefile_close(file);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(reads_everything),
		TEST(leaves_nothing_beside),
		TEST(says_once_what_is_no_file),
		TEST(backup),
		TEST(beside_a_daemon),
		TEST(refusals),
		TEST(reads_what_can_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
