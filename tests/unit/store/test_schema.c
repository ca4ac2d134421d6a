#include "store/schema.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static int setup(void **state)
{
	sqlite3 *db = NULL;

	if (sqlite3_open(":memory:", &db) != SQLITE_OK)
		return -1;
	*state = db;
	return 0;
}

static int teardown(void **state)
{
	sqlite3_close(*state);
	return 0;
}

static void run(sqlite3 *db, const char *sql)
{
	assert_int_equal(SQLITE_OK, sqlite3_exec(db, sql, NULL, NULL, NULL));
}

static void test_created_is_sound(void **state)
{
	struct err err = {.code = 0};

	assert_int_equal(0, schema_create(*state, &err));
	assert_int_equal(0, schema_check(*state, &err));
	run(*state, "INSERT INTO lane (mapping, way) VALUES ('m', 0)");
	run(*state, "INSERT INTO done VALUES (1, 2, 'id', 3, 1, 'dest')");
	run(*state, "INSERT INTO intent VALUES (1, 'id', 0, 5)");
	run(*state, "INSERT INTO outbox VALUES (1, 1, '', 't', x'00', 2, 3)");
	run(*state,
		"INSERT INTO aside VALUES (1, 1, '', 't', x'00', 2, 3, '')");
	run(*state, "INSERT INTO fact VALUES ('s', 'k', 'v')");
	assert_int_equal(0, schema_check(*state, &err));
}

static void test_cannot_be_created_twice(void **state)
{
	struct err err = {.code = 0};

	assert_int_equal(0, schema_create(*state, &err));
	assert_int_equal(-EIO, schema_create(*state, &err));
	assert_non_null(strstr(err.text, "already exists"));
	/* The failed attempt left nothing open. */
	assert_int_equal(1, sqlite3_get_autocommit(*state));
	assert_int_equal(0, schema_check(*state, &err));
}

static void expect_refused(sqlite3 *db, const char *words)
{
	struct err err = {.code = 0};

	assert_int_equal(-EINVAL, schema_check(db, &err));
	assert_non_null(strstr(err.text, words));
}

static void test_refusals(void **state)
{
	struct err err = {.code = 0};

	expect_refused(*state, "another program");
	assert_int_equal(0, schema_create(*state, &err));
	run(*state, "PRAGMA user_version = 0");
	expect_refused(*state, "no schema version");
	run(*state, "PRAGMA user_version = 2147483647");
	expect_refused(*state, "newer version (schema 2147483647");
	run(*state, "PRAGMA user_version = 2");
	run(*state, "PRAGMA application_id = 1");
	expect_refused(*state, "another program");
}

/* The tables of the first version, as it made them. */
static const char version_1[] =
	"CREATE TABLE lane ("
	" id INTEGER PRIMARY KEY,"
	" mapping TEXT NOT NULL,"
	" way INTEGER NOT NULL,"
	" position INTEGER,"
	" UNIQUE (mapping, way)) STRICT;"
	"CREATE TABLE done ("
	" lane INTEGER NOT NULL,"
	" position INTEGER NOT NULL,"
	" source_id TEXT NOT NULL,"
	" progress INTEGER NOT NULL,"
	" complete INTEGER NOT NULL,"
	" dest_id TEXT NOT NULL,"
	" PRIMARY KEY (lane, position, source_id, progress))"
	" STRICT, WITHOUT ROWID;"
	"CREATE TABLE intent ("
	" lane INTEGER NOT NULL,"
	" source_id TEXT NOT NULL,"
	" progress INTEGER NOT NULL,"
	" at_ms INTEGER NOT NULL,"
	" PRIMARY KEY (lane, source_id)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE outbox ("
	" lane INTEGER NOT NULL,"
	" seq INTEGER NOT NULL,"
	" source_id TEXT NOT NULL,"
	" token TEXT NOT NULL,"
	" payload BLOB NOT NULL,"
	" position INTEGER NOT NULL,"
	" at_ms INTEGER NOT NULL,"
	" PRIMARY KEY (lane, seq)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE fact ("
	" space TEXT NOT NULL,"
	" key TEXT NOT NULL,"
	" value TEXT NOT NULL,"
	" PRIMARY KEY (space, key)) STRICT, WITHOUT ROWID;"
	"PRAGMA application_id = 0x42656c66; PRAGMA user_version = 1;"
	"INSERT INTO lane VALUES (7, 'm', 1, 41);"
	"INSERT INTO outbox VALUES (7, 3, 'id', 'tok', x'6869', 5, 6);";

static int read_int(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *stmt = NULL;
	int value;

	assert_int_equal(
		SQLITE_OK, sqlite3_prepare_v2(db, sql, -1, &stmt, NULL));
	assert_int_equal(SQLITE_ROW, sqlite3_step(stmt));
	value = sqlite3_column_int(stmt, 0);
	sqlite3_finalize(stmt);
	return value;
}

static void test_version_1_is_brought_up_to_date(void **state)
{
	struct err err = {.code = 0};
	int version = 0;

	run(*state, version_1);
	assert_int_equal(0, schema_inspect(*state, &version, &err));
	assert_int_equal(1, version);
	assert_int_equal(0, schema_check(*state, &err));
	assert_int_equal(0, schema_inspect(*state, &version, &err));
	assert_int_equal(2, version);
	assert_int_equal(41, read_int(*state, "SELECT position FROM lane"));
	assert_int_equal(3, read_int(*state, "SELECT seq FROM outbox"));
	assert_int_equal(0, read_int(*state, "SELECT count(*) FROM aside"));
}

/* Both steps or none. */
static void test_migration_that_fails_leaves_the_old_version(void **state)
{
	struct err err = {.code = 0};
	int version = 0;

	run(*state, version_1);
	run(*state, "PRAGMA query_only = 1");
	assert_int_equal(-EIO, schema_check(*state, &err));
	assert_int_equal(1, sqlite3_get_autocommit(*state));
	run(*state, "PRAGMA query_only = 0");
	assert_int_equal(0, schema_inspect(*state, &version, &err));
	assert_int_equal(1, version);
}

static void test_other_tables_are_refused(void **state)
{
	struct err err = {.code = 0};

	assert_int_equal(0, schema_create(*state, &err));
	run(*state, "PRAGMA user_version = 1");
	expect_refused(*state, "has not the tables of version 1");
	run(*state, "PRAGMA user_version = 2");
	run(*state, "CREATE TRIGGER t AFTER INSERT ON fact BEGIN"
		    " DELETE FROM fact; END");
	expect_refused(*state, "has not the tables of version 2");
	run(*state, "DROP TRIGGER t");
	assert_int_equal(0, schema_check(*state, &err));
	run(*state, "ALTER TABLE lane DROP COLUMN position");
	expect_refused(*state, "state export");
}

static void test_full_check(void **state)
{
	struct err err = {.code = 0};

	assert_int_equal(0, schema_create(*state, &err));
	assert_int_equal(0, schema_check_fully(*state, &err));
	run(*state, "INSERT INTO lane VALUES (1, 'm', 0, NULL);"
		    "PRAGMA writable_schema = 1;"
		    "UPDATE sqlite_schema SET rootpage = 3 WHERE"
		    " name = 'outbox'; PRAGMA writable_schema = RESET");
	assert_int_equal(-EINVAL, schema_check_fully(*state, &err));
	assert_non_null(strstr(err.text, "is damaged"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(created_is_sound),
		TEST(cannot_be_created_twice),
		TEST(refusals),
		TEST(version_1_is_brought_up_to_date),
		TEST(migration_that_fails_leaves_the_old_version),
		TEST(other_tables_are_refused),
		TEST(full_check),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
