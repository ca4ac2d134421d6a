#include "chimed/janitor.h"

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

static const char fill[] =
	"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
	" WHERE i < 2 * ?2 + 1)"
	" INSERT INTO messages (channel, message_id, sender, type, created_ms,"
	" updated_ms) SELECT ?1, ?1 || '-' || i, 1, 'STANDARD', i, i FROM n";
static const char doom[] = "INSERT INTO doomed VALUES (?1)";
static const char count[] = "SELECT count(*) FROM messages WHERE channel = ?1";

static void test_removes_step_by_step(void **state)
{
	struct db *db;
	struct err err;
	int steps = 0;

	(void)state;
	assert_int_equal(db_open(":memory:", &db, &err), 0);
	db_begin(db);
	db_run(db, fill, "ii", (int64_t)7, (int64_t)JANITOR_STEP);
	db_run(db, fill, "ii", (int64_t)8, (int64_t)JANITOR_STEP);
	assert_false(janitor_is_due(db));
	janitor_step(db);
	db_run(db, doom, "i", (int64_t)7);
	for (; janitor_is_due(db) && steps < 10; steps++)
		janitor_step(db);
	assert_int_equal(steps, 3);
	assert_int_equal(db_value(db, -1, count, "i", (int64_t)7), 0);
	assert_int_equal(
		db_value(db, -1, count, "i", (int64_t)8), 2 * JANITOR_STEP + 1);
	assert_true(db_commit(db));
	db_free(db);
}

/* One app instance with more of everything than a step removes. */
static void furnish(struct db *db, int64_t instance)
{
	static const char *const steps[] = {
		"INSERT INTO app_instances (id, arn, name, created_ms)"
		" VALUES (?1, 'i' || ?1, 'n', 1)",
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1"
		" FROM n WHERE i < 250)"
		" INSERT INTO users (app_instance, arn, name, created_ms)"
		" SELECT ?1, 'u' || ?1 || '-' || i, 'n', 1 FROM n",
		"INSERT INTO admins SELECT ?1, id, 1 FROM users"
		" WHERE app_instance = ?1",
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1"
		" FROM n WHERE i < 12)"
		" INSERT INTO channels (app_instance, arn, name, mode,"
		" privacy, created_by, created_ms, updated_ms)"
		" SELECT ?1, 'c' || ?1 || '-' || i, 'n', 'RESTRICTED',"
		" 'PUBLIC', 1, 1, 1 FROM n",
		"INSERT INTO members (channel, user, type, created_by,"
		" created_ms, updated_ms) SELECT c.id, u.id, 'DEFAULT', 1, 1,"
		" 1 FROM channels c, users u WHERE c.app_instance = ?1"
		" AND u.app_instance = ?1 AND u.id % 50 = 0",
		"INSERT INTO messages (channel, message_id, sender, type,"
		" created_ms, updated_ms) SELECT id, 'm' || id, 1,"
		" 'STANDARD', 1, 1 FROM channels WHERE app_instance = ?1",
	};

	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		assert_true(db_run(db, steps[i], "i", instance) > 0);
}

static int64_t channels(struct db *db)
{
	return db_value(db, -1, "SELECT count(*) FROM channels", "");
}

static void test_removes_an_app_instance(void **state)
{
	static const char *const tables[] = {"SELECT count(*) FROM users",
		"SELECT count(*) FROM admins", "SELECT count(*) FROM channels",
		"SELECT count(*) FROM members", "SELECT count(*) FROM messages",
		"SELECT count(*) FROM app_instances"};
	int64_t alone[ARRAY_LEN(tables)];
	struct db *db;
	struct err err;
	int steps = 0;

	(void)state;
	assert_int_equal(db_open(":memory:", &db, &err), 0);
	db_begin(db);
	furnish(db, 1);
	for (size_t i = 0; i < ARRAY_LEN(tables); i++)
		alone[i] = db_value(db, -1, tables[i], "");
	furnish(db, 2);
	assert_false(janitor_is_due(db));
	db_run(db, "UPDATE app_instances SET deleted_ms = 2 WHERE id = 2", "");
	for (; janitor_is_due(db) && steps < 100; steps++) {
		int64_t before = channels(db);

		janitor_step(db);
		assert_true(before - channels(db) <= 1);
	}
	/* One step for each channel, one for its messages, three of users. */
	assert_int_equal(steps, 12 + 12 + 3);
	for (size_t i = 0; i < ARRAY_LEN(tables); i++)
		assert_int_equal(db_value(db, -1, tables[i], ""), alone[i]);
	assert_int_equal(db_value(db, -1,
				 "SELECT count(*) FROM users"
				 " WHERE app_instance = 2",
				 ""),
		0);
	assert_true(db_commit(db));
	db_free(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_removes_step_by_step),
		cmocka_unit_test(test_removes_an_app_instance),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
