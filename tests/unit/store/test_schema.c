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

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(created_is_sound),
		TEST(cannot_be_created_twice),
		TEST(refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
