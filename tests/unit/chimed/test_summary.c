#include "chimed/summary.h"

#include "util/json.h"

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <stdlib.h>

static void test_null_columns_are_left_out(void **state)
{
	static const char bare[] =
		"SELECT 'arn', 'name', 'RESTRICTED', 'PUBLIC', NULL, NULL";
	static const char full[] =
		"SELECT 'arn', 'name', 'RESTRICTED', 'PUBLIC', 'm', 1500";
	struct db *db;
	struct err err;

	(void)state;
	assert_int_equal(db_open(":memory:", &db, &err), 0);
	struct sqlite3_stmt *row = db_query(db, bare, "");

	assert_true(db_step(db, row));
	json_t *channel = summary_of(row);
	char *text = json_text(channel);

	assert_string_equal(text,
		"{\"ChannelArn\":\"arn\",\"Name\":\"name\",\"Mode\":"
		"\"RESTRICTED\",\"Privacy\":\"PUBLIC\"}");
	free(text);
	json_decref(channel);
	db_done(&row);
	row = db_query(db, full, "");
	assert_true(db_step(db, row));
	channel = summary_wrapped(row);
	const json_t *inner = json_object_get(channel, "ChannelSummary");

	assert_string_equal(json_get_string(inner, "Metadata"), "m");
	assert_true(json_number_value(json_object_get(
			    inner, "LastMessageTimestamp")) == 1.5);
	json_decref(channel);
	db_done(&row);
	db_free(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_null_columns_are_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
