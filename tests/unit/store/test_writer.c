#include "store/writer.h"

#include "../support/scratch.h"
#include "store/dbfile.h"
#include "store/query.h"
#include "util/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

enum { PATIENCE_MS = 20000, MANY = 3000 };

struct fixture {
	struct loop *loop;
	struct loop_wake *wake;
	struct writer *writer;
	char *dir;
	char *path;
	unsigned wakes;
};

static void on_wake(void *arg)
{
	((struct fixture *)arg)->wakes++;
}

static int setup(void **state)
{
	static struct fixture f;
	struct err err = {.code = 0};
	sqlite3 *db;

	f = (struct fixture){.loop = loop_new(), .dir = scratch_new()};
	f.path = scratch_path(f.dir, "state.db");
	f.wake = loop_wake_new(f.loop, on_wake, &f);
	db = dbfile_open(f.path, &err);
	f.writer = db ? writer_new(db, f.wake, &err) : NULL;
	*state = &f;
	return f.writer ? 0 : -1;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	(void)writer_free(f->writer);
	loop_wake_free(f->wake);
	loop_free(f->loop);
	free(f->path);
	scratch_free(f->dir);
	return 0;
}

static struct batch *batch(uint64_t number)
{
	struct batch *b = batch_new(number);

	batch_add(b, &(struct store_record){.kind = STORE_CURSOR,
			     .mapping = "m",
			     .position = (int64_t)number});
	return b;
}

static struct writer_report wait_for(
	struct fixture *f, uint64_t durable, bool well)
{
	int64_t end_ms = clock_mono_ms() + PATIENCE_MS;
	struct writer_report report;

	do {
		loop_turn(f->loop, 50);
		writer_report(f->writer, &report);
		if (report.durable >= durable &&
			(report.why[0] == '\0') == well)
			return report;
	} while (clock_mono_ms() < end_ms);
	fail();
	return report;
}

static void test_commits_what_it_is_given(void **state)
{
	struct fixture *f = *state;
	struct writer_report report;

	for (uint64_t i = 1; i <= MANY; i++)
		writer_push(f->writer, batch(i));
	report = wait_for(f, MANY, true);
	assert_int_equal(MANY, report.durable);
	assert_false(report.fatal);
	assert_true(f->wakes > 0);
	/* Many at once are few transactions. */
	assert_true(f->wakes < MANY / 2);
}

static void sql(const struct fixture *f, sqlite3 *db, const char *text)
{
	(void)f;
	assert_int_equal(SQLITE_OK, sqlite3_exec(db, text, NULL, NULL, NULL));
}

/* Another program holds the file, and lets go. */
static void test_locked_file_is_waited_out(void **state)
{
	struct fixture *f = *state;
	struct writer_report report;
	sqlite3 *other = NULL;

	assert_int_equal(SQLITE_OK, sqlite3_open(f->path, &other));
	sql(f, other, "BEGIN IMMEDIATE");
	writer_push(f->writer, batch(1));
	report = wait_for(f, 0, false);
	assert_false(report.fatal);
	assert_non_null(strstr(report.why, "locked"));
	sql(f, other, "ROLLBACK");
	sqlite3_close(other);
	writer_push(f->writer, batch(2));
	report = wait_for(f, 2, true);
	assert_int_equal(2, report.durable);
}

/* No time heals this: it stops, and what waits is counted as lost. */
static void test_what_cannot_be_mended_is_fatal(void **state)
{
	struct fixture *f = *state;
	struct writer_report report;
	sqlite3 *other = NULL;

	assert_int_equal(SQLITE_OK, sqlite3_open(f->path, &other));
	sql(f, other, "DROP TABLE lane");
	sqlite3_close(other);
	writer_push(f->writer, batch(1));
	report = wait_for(f, 0, false);
	assert_true(report.fatal);
	writer_push(f->writer, batch(2));
	assert_int_equal(2, writer_free(f->writer));
	f->writer = NULL;
}

static void test_free_commits_what_waits(void **state)
{
	struct fixture *f = *state;

	for (uint64_t i = 1; i <= 10; i++)
		writer_push(f->writer, batch(i));
	assert_int_equal(0, writer_free(f->writer));
	f->writer = NULL;
	assert_int_equal(0, writer_free(NULL));
}

/* The log is copied into the file while it grows, not only at the end. */
static void test_log_does_not_grow_for_ever(void **state)
{
	struct fixture *f = *state;
	char *wal = scratch_path(f->dir, "state.db-wal");
	uint64_t number = 0;
	struct stat st;

	for (int round = 0; round < 40; round++) {
		struct batch *b = batch_new(++number);
		char value[4096];

		memset(value, 'v', sizeof(value) - 1);
		value[sizeof(value) - 1] = '\0';
		for (int i = 0; i < 100; i++) {
			char key[2] = {(char)('0' + i), '\0'};

			batch_add(b, &(struct store_record){.kind = STORE_FACT,
					     .space = "s",
					     .key = key,
					     .value = value});
		}
		writer_push(f->writer, b);
		(void)wait_for(f, number, true);
	}
	assert_int_equal(0, stat(wal, &st));
	/* 40 rounds write 16 MB; the log is reused after 1000 pages. */
	assert_true(st.st_size < 8 * 1024 * 1024);
	free(wal);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(commits_what_it_is_given),
		TEST(locked_file_is_waited_out),
		TEST(what_cannot_be_mended_is_fatal),
		TEST(free_commits_what_waits),
		TEST(log_does_not_grow_for_ever),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
