#include "store/query.h"

#include "store/schema.h"
#include "util/buf.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static int setup(void **state)
{
	static const char rows[] =
		"INSERT INTO lane VALUES (1, 'm', 0, 70), (2, 'm', 1, NULL);"
		"INSERT INTO done VALUES (1, 20, 'b', 2, 1, 'B'),"
		" (1, 10, 'a', 9, 1, 'A2'), (1, 10, 'a', 4, 0, 'A1'),"
		" (2, 10, 'z', 4, 0, '');"
		"INSERT INTO outbox VALUES (2, 5, '', 't', x'00', 2, 3);";
	struct err err = {.code = 0};
	sqlite3 *db = NULL;

	if (sqlite3_open(":memory:", &db) != SQLITE_OK ||
		schema_create(db, &err) < 0 ||
		sqlite3_exec(db, rows, NULL, NULL, NULL) != SQLITE_OK)
		return -1;
	*state = db;
	return 0;
}

static int teardown(void **state)
{
	sqlite3_close(*state);
	return 0;
}

static void add_row(const struct store_record *record, void *arg)
{
	buf_addf(arg, "%s/%zu/%lld ",
		record->source_id ? record->source_id : "-",
		record->progress + record->payload_len,
		(long long)record->position);
}

static void expect(sqlite3 *db, struct store_query query, const char *text)
{
	struct buf AUTOBUF rows;

	buf_init(&rows, 1000);
	query.mapping = "m";
	assert_int_equal(0, query_run(db, &query, add_row, &rows));
	assert_string_equal(text, rows.data);
}

static void test_order_and_lanes(void **state)
{
	expect(*state, (struct store_query){.kind = STORE_DONE},
		"a/4/10 a/9/10 b/2/20 ");
	expect(*state, (struct store_query){.kind = STORE_DONE, .since = 11},
		"b/2/20 ");
	expect(*state,
		(struct store_query){
			.kind = STORE_OUTBOX_ADD, .way = LANE_TO_CHIME},
		"/1/2 ");
	expect(*state, (struct store_query){.kind = STORE_CURSOR}, "-/0/70 ");
	expect(*state,
		(struct store_query){
			.kind = STORE_CURSOR, .way = LANE_TO_CHIME},
		"");
	expect(*state, (struct store_query){.kind = STORE_INTENT}, "");
}

static void test_errors(void **state)
{
	struct store_query query = {.kind = STORE_FORGET, .mapping = "m"};
	struct buf AUTOBUF rows;

	buf_init(&rows, 10);
	assert_int_equal(-EINVAL, query_run(*state, &query, add_row, &rows));
	query.kind = (enum store_kind)99;
	assert_int_equal(-EINVAL, query_run(*state, &query, add_row, &rows));
	query.kind = STORE_DONE;
	assert_int_equal(SQLITE_OK,
		sqlite3_exec(*state, "DROP TABLE done", NULL, NULL, NULL));
	assert_int_equal(-EIO, query_run(*state, &query, add_row, &rows));
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(order_and_lanes),
		TEST(errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
