#include "store/rows.h"

#include "store/query.h"
#include "store/schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct fixture {
	sqlite3 *db;
	struct rows *rows;
};

static int setup(void **state)
{
	static struct fixture f;
	struct err err = {.code = 0};
	int rc = SQLITE_OK;

	if (sqlite3_open(":memory:", &f.db) != SQLITE_OK ||
		schema_create(f.db, &err) < 0)
		return -1;
	f.rows = rows_new(f.db, &rc);
	*state = &f;
	return f.rows ? 0 : -1;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	rows_free(f->rows);
	rows_free(NULL);
	sqlite3_close(f->db);
	return 0;
}

static void run(struct fixture *f, const char *sql)
{
	assert_int_equal(SQLITE_OK, sqlite3_exec(f->db, sql, NULL, NULL, NULL));
}

static void cursor(struct fixture *f, const char *mapping, int64_t position)
{
	assert_int_equal(SQLITE_OK,
		rows_apply(f->rows, &(struct store_record){.kind = STORE_CURSOR,
					    .mapping = mapping,
					    .position = position}));
}

static void read_position(const struct store_record *record, void *arg)
{
	*(int64_t *)arg = record->position;
}

static int64_t get_cursor(struct fixture *f, const char *mapping)
{
	struct store_query query = {.kind = STORE_CURSOR, .mapping = mapping};
	int64_t position = -1;

	assert_int_equal(0, query_run(f->db, &query, read_position, &position));
	return position;
}

static void test_only_the_last_cursor_is_written(void **state)
{
	struct fixture *f = *state;
	int before;

	run(f, "BEGIN");
	cursor(f, "a", 1);
	cursor(f, "b", 1);
	before = sqlite3_total_changes(f->db);
	for (int i = 0; i < 100; i++) {
		cursor(f, "a", i);
		cursor(f, "b", 2 * i);
	}
	assert_int_equal(before, sqlite3_total_changes(f->db));
	assert_int_equal(SQLITE_OK, rows_finish(f->rows));
	assert_int_equal(before + 2, sqlite3_total_changes(f->db));
	run(f, "COMMIT");
	assert_int_equal(99, get_cursor(f, "a"));
	assert_int_equal(198, get_cursor(f, "b"));
}

/* A lane that was made in the transaction is gone with it. */
static void test_rolled_back(void **state)
{
	struct fixture *f = *state;

	run(f, "BEGIN");
	cursor(f, "first", 5);
	assert_int_equal(SQLITE_OK, rows_finish(f->rows));
	run(f, "ROLLBACK");
	rows_rolled_back(f->rows);
	run(f, "BEGIN");
	cursor(f, "second", 6);
	cursor(f, "first", 7);
	assert_int_equal(SQLITE_OK, rows_finish(f->rows));
	run(f, "COMMIT");
	assert_int_equal(6, get_cursor(f, "second"));
	assert_int_equal(7, get_cursor(f, "first"));
}

static void test_failure_is_told(void **state)
{
	struct fixture *f = *state;
	struct store_record done = {.kind = STORE_DONE,
		.mapping = "m",
		.source_id = "id",
		.complete = true};

	assert_int_equal(SQLITE_OK, rows_apply(f->rows, &done));
	run(f, "DROP TABLE done");
	assert_int_not_equal(SQLITE_OK, rows_apply(f->rows, &done));
}

static void test_no_tables(void **state)
{
	sqlite3 *db = NULL;
	int rc = SQLITE_OK;

	(void)state;
	assert_int_equal(SQLITE_OK, sqlite3_open(":memory:", &db));
	assert_null(rows_new(db, &rc));
	assert_int_equal(SQLITE_ERROR, rc);
	sqlite3_close(db);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(only_the_last_cursor_is_written),
		TEST(rolled_back),
		TEST(failure_is_told),
		TEST(no_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
