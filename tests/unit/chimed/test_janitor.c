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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_removes_step_by_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
