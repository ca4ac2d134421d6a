#include "chimed/schema.h"

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

/* A page is read from the index, neither sorted nor scanned. */
static void test_pages_come_from_an_index(void **state)
{
	static const char plan[] =
		"SELECT count(*) FROM pragma_index_info('messages_in_time')"
		" WHERE name IN ('channel', 'created_ms')";
	static const char version[] = "PRAGMA user_version";
	struct db *db;
	struct err err;

	(void)state;
	for (int i = 0; i < DB_VERSION; i++)
		assert_non_null(schema_steps[i]);
	assert_int_equal(db_open(":memory:", &db, &err), 0);
	assert_int_equal(db_value(db, -1, plan, ""), 2);
	assert_int_equal(db_value(db, -1, version, ""), DB_VERSION);
	db_free(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pages_come_from_an_index),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
