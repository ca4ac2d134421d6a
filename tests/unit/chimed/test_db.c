#include "chimed/db.h"

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/chimed-db-XXXXXX";
static char path[64];

static int make_folder(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/state.db", folder);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	return rmdir(folder);
}

static int remove_files(void **state)
{
	static const char *const tails[] = {"", "-wal", "-shm", "-journal"};
	char name[80];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(tails); i++) {
		snprintf(name, sizeof(name), "%s%s", path, tails[i]);
		unlink(name);
	}
	return 0;
}

static struct db *open_db(void)
{
	struct db *db;
	struct err err;

	assert_int_equal(db_open(path, &db, &err), 0);
	return db;
}

static const char put[] =
	"INSERT INTO app_instances (arn, name, metadata, created_ms)"
	" VALUES (?1, ?2, ?3, ?4)";
static const char count[] = "SELECT count(*) FROM app_instances";

static int64_t sync_of(struct db *db)
{
	return db_value(db, -1, "PRAGMA synchronous", "");
}

static void test_sync(void **state)
{
	enum { OFF = 0, NORMAL = 1, FULL = 2 }; /* SQLite's names */
	struct db *db = open_db();

	(void)state;
	assert_int_equal(sync_of(db), FULL);
	db_set_sync(db, DB_SYNC_OFF);
	assert_int_equal(sync_of(db), OFF);
	db_set_sync(db, DB_SYNC_NORMAL);
	assert_int_equal(sync_of(db), NORMAL);
	db_set_sync(db, DB_SYNC_FULL);
	assert_int_equal(sync_of(db), FULL);
	db_free(db);
}

static void test_committed_rows_stay(void **state)
{
	struct db *db = open_db();
	uint8_t secret[DB_SECRET_BYTES];

	(void)state;
	memcpy(secret, db_secret(db), sizeof(secret));
	db_begin(db);
	assert_true(db_is_open(db));
	assert_int_equal(db_run(db, put, "snsi", "a", "b\0c", (size_t)3, NULL,
				 (int64_t)7),
		1);
	assert_int_equal(db_last_id(db), 1);
	assert_true(db_commit(db));
	assert_false(db_is_open(db));
	db_begin(db);
	db_run(db, put, "sssi", "lost", "", "", (int64_t)7);
	db_free(db);

	db = open_db();
	static const char sql[] =
		"SELECT name, metadata, created_ms FROM app_instances";
	struct sqlite3_stmt AUTOSTMT *row = db_query(db, sql, "");
	size_t len;

	assert_true(db_step(db, row));
	assert_memory_equal(db_text(row, 0, &len), "b\0c", 4);
	assert_int_equal(len, 3);
	assert_true(db_is_null(row, 1));
	assert_null(db_text(row, 1, NULL));
	assert_int_equal(db_int(row, 2), 7);
	assert_false(db_step(db, row));
	db_done(&row);
	row = NULL;
	assert_memory_equal(db_secret(db), secret, sizeof(secret));
	db_free(db);
}

static void test_a_failure_takes_all_back(void **state)
{
	static const char wrong[] = "INSERT INTO nowhere VALUES (1)";
	struct db *db = open_db();

	(void)state;
	db_begin(db);
	db_run(db, put, "sssi", "a", "", "", (int64_t)7);
	assert_false(db_has_failed(db));
	db_run(db, put, "sssi", "a", "", "", (int64_t)7);
	assert_true(db_has_failed(db));
	/* Nothing goes in after that, nothing is found. */
	assert_int_equal(db_run(db, put, "sssi", "b", "", "", (int64_t)7), 0);
	assert_int_equal(db_value(db, -1, count, ""), -1);
	assert_false(db_commit(db));
	db_begin(db);
	assert_int_equal(db_value(db, -1, count, ""), 0);
	db_run(db, wrong, "");
	assert_false(db_commit(db));
	db_begin(db);
	assert_true(db_commit(db));
	db_free(db);
}

static void test_a_second_process_is_refused(void **state)
{
	struct db *db = open_db();
	struct db *second;
	struct err err;

	(void)state;
	assert_int_equal(db_open(path, &second, &err), -EBUSY);
	assert_non_null(strstr(err.text, path));
	db_free(db);
}

static void write_file(const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fputs(text, file) >= 0, 1);
	fclose(file);
}

static void test_foreign_files_are_refused(void **state)
{
	static const char newer[] = "PRAGMA user_version = 99";
	static const char disowned[] = "PRAGMA application_id = 1";
	struct db *db;
	struct err err;

	(void)state;
	write_file("This is no database, however long it may go on and on.");
	assert_int_equal(db_open(path, &db, &err), -EILSEQ);
	remove_files(NULL);
	db = open_db();
	db_run(db, newer, "");
	db_free(db);
	assert_int_equal(db_open(path, &db, &err), -EPROTO);
	remove_files(NULL);
	db = open_db();
	db_run(db, disowned, "");
	db_free(db);
	assert_int_equal(db_open(path, &db, &err), -EILSEQ);
	assert_int_equal(db_open("/nonexistent/state.db", &db, &err), -ENOENT);
}

static void test_null_statements_are_harmless(void **state)
{
	static const char wrong[] = "SELECT nonsense FROM nowhere";
	struct db *db = open_db();
	struct sqlite3_stmt AUTOSTMT *row = NULL;

	(void)state;
	db_begin(db);
	row = db_query(db, wrong, "");
	assert_null(row);
	assert_false(db_step(db, row));
	assert_false(db_commit(db));
	db_free(db);
	db_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_sync, remove_files),
		cmocka_unit_test_teardown(
			test_committed_rows_stay, remove_files),
		cmocka_unit_test_teardown(
			test_a_failure_takes_all_back, remove_files),
		cmocka_unit_test_teardown(
			test_a_second_process_is_refused, remove_files),
		cmocka_unit_test_teardown(
			test_foreign_files_are_refused, remove_files),
		cmocka_unit_test_teardown(
			test_null_statements_are_harmless, remove_files),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
