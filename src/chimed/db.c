#include "chimed/db.h"

#include "chimed/schema.h"
#include "util/alloc.h"
#include "util/hash.h"
#include "util/log.h"
#include "util/rand.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct statement {
	const char *sql; /* the key is this address */
	struct sqlite3_stmt *stmt;
	UT_hash_handle hh;
};

struct db {
	sqlite3 *sqlite;
	struct statement *statements;
	bool open;
	bool failed;
	struct log_once trouble;
	int64_t changes; /* made before the transaction */
	uint8_t secret[DB_SECRET_BYTES];
};

/* The same failure of every call is news every ten minutes. */
enum { TROUBLE_LOG_MS = 10 * 60 * 1000 };

static void fail(struct db *db, const char *what)
{
	const char *why = sqlite3_errmsg(db->sqlite);

	if (!db->failed && log_once_is_news(&db->trouble, why, TROUBLE_LOG_MS))
		log_error("state",
			"%s: %s; calls are answered 503 until it "
			"works again",
			what, why);
	db->failed = true;
}

static int errno_of(int code)
{
	switch (code & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EBUSY;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return -EILSEQ;
	case SQLITE_CANTOPEN:
		return -ENOENT;
	case SQLITE_PERM:
	case SQLITE_READONLY:
		return -EACCES;
	case SQLITE_FULL:
		return -ENOSPC;
	default:
		return -EIO;
	}
}

static int open_error(struct db *db, const char *path, struct err *err)
{
	int code = sqlite3_errcode(db->sqlite);

	if ((code & 0xff) == SQLITE_BUSY)
		return err_set(
			err, -EBUSY, "%s: another process is using it", path);
	int system = sqlite3_system_errno(db->sqlite);
	bool unopened = (code & 0xff) == SQLITE_CANTOPEN && system != 0;

	return err_set(err, errno_of(code), "%s: %s%s%s", path,
		sqlite3_errmsg(db->sqlite), unopened ? ": " : "",
		unopened ? strerror(system) : "");
}

static int execute(
	struct db *db, const char *path, const char *sql, struct err *err)
{
	if (sqlite3_exec(db->sqlite, sql, NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	return open_error(db, path, err);
}

static int migrate(struct db *db, const char *path, struct err *err)
{
	int64_t version = db_value(db, -1, "PRAGMA user_version", "");
	int64_t owner = db_value(db, -1, "PRAGMA application_id", "");

	if (db->failed)
		return open_error(db, path, err);
	if (owner != (version == 0 ? 0 : DB_APPLICATION) ||
		(version == 0 &&
			db_value(db, 0, "SELECT count(*) FROM sqlite_schema",
				"") != 0))
		return err_set(err, -EILSEQ,
			"%s: is not a state file of chimed", path);
	if (version > DB_VERSION)
		return err_set(err, -EPROTO,
			"%s: was made by a newer chimed (version %lld, this "
			"one knows %d)",
			path, (long long)version, DB_VERSION);
	for (; version < DB_VERSION; version++) {
		int rc = execute(db, path, schema_steps[version], err);

		if (rc != 0)
			return rc;
	}
	char end[96];

	sqlite3_snprintf(sizeof(end), end,
		"PRAGMA application_id = %d; PRAGMA user_version = %d",
		DB_APPLICATION, DB_VERSION);
	return execute(db, path, end, err);
}

static void load_secret(struct db *db)
{
	static const char find[] =
		"SELECT value FROM secrets WHERE name = 'page'";
	static const char make[] =
		"INSERT OR REPLACE INTO secrets VALUES ('page', ?1)";
	struct sqlite3_stmt AUTOSTMT *row = db_query(db, find, "");
	size_t len = 0;

	if (db_step(db, row)) {
		const void *value = db_blob(row, 0, &len);

		if (len == sizeof(db->secret))
			memcpy(db->secret, value, len);
	}
	if (len == sizeof(db->secret))
		return;
	rand_bytes(db->secret, sizeof(db->secret));
	db_run(db, make, "b", db->secret, sizeof(db->secret));
}

/* One process alone: no shared memory, and a second one is refused. */
static const char settings[] = "PRAGMA locking_mode = EXCLUSIVE;"
			       "PRAGMA journal_mode = WAL;"
			       "PRAGMA synchronous = FULL;"
			       "PRAGMA wal_autocheckpoint = 4000;"
			       "PRAGMA journal_size_limit = 33554432;"
			       "PRAGMA temp_store = MEMORY;"
			       "PRAGMA cache_size = -8192;"
			       "BEGIN IMMEDIATE;";

static int prepare_file(struct db *db, const char *path, struct err *err)
{
	int rc = execute(db, path, settings, err);

	if (rc == 0)
		rc = migrate(db, path, err);
	if (rc != 0)
		return rc;
	load_secret(db);
	if (db->failed)
		return open_error(db, path, err);
	return execute(db, path, "COMMIT", err);
}

int db_open(const char *path, struct db **ret, struct err *err)
{
	struct db *db = xcalloc(1, sizeof(*db));
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
		    SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
	int rc = sqlite3_open_v2(path, &db->sqlite, flags, NULL);

	if (db->sqlite == NULL)
		abort();
	rc = rc == SQLITE_OK ? prepare_file(db, path, err)
			     : open_error(db, path, err);
	if (rc != 0) {
		db_free(db);
		return rc;
	}
	*ret = db;
	return 0;
}

void db_free(struct db *db)
{
	struct statement *each, *next;

	if (db == NULL)
		return;
	HASH_ITER (hh, db->statements, each, next) {
		HASH_DEL(db->statements, each);
		sqlite3_finalize(each->stmt);
		free(each);
	}
	sqlite3_close(db->sqlite);
	free(db);
}

/* ---- transactions ---- */

void db_set_sync(struct db *db, enum db_sync sync)
{
	static const char *const sql[] = {
		[DB_SYNC_OFF] = "PRAGMA synchronous = OFF",
		[DB_SYNC_NORMAL] = "PRAGMA synchronous = NORMAL",
		[DB_SYNC_FULL] = "PRAGMA synchronous = FULL",
	};

	db_run(db, sql[sync], "");
}

void db_begin(struct db *db)
{
	if (db->open)
		return;
	db->failed = false;
	db->open = true;
	db->changes = sqlite3_total_changes64(db->sqlite);
	db_run(db, "BEGIN", "");
}

/* Reading may work all the time: something must have been written. */
static void note_recovery(struct db *db)
{
	if (db->failed || db->trouble.last == 0 ||
		sqlite3_total_changes64(db->sqlite) == db->changes)
		return;
	log_info("state", "works again");
	db->trouble = (struct log_once){.last = 0};
}

bool db_commit(struct db *db)
{
	if (db->open && !db->failed)
		db_run(db, "COMMIT", "");
	/* A full disk may have ended the transaction already. */
	if (db->failed && sqlite3_get_autocommit(db->sqlite) == 0)
		sqlite3_exec(db->sqlite, "ROLLBACK", NULL, NULL, NULL);
	db->open = false;
	note_recovery(db);
	return !db->failed;
}

bool db_is_open(const struct db *db)
{
	return db->open;
}

bool db_has_failed(const struct db *db)
{
	return db->failed;
}

/* ---- statements ---- */

static struct sqlite3_stmt *statement(struct db *db, const char *sql)
{
	struct statement *found;

	HASH_FIND_PTR(db->statements, &sql, found);
	if (found != NULL)
		return found->stmt;
	struct sqlite3_stmt *stmt;

	if (sqlite3_prepare_v3(db->sqlite, sql, -1, SQLITE_PREPARE_PERSISTENT,
		    &stmt, NULL) != SQLITE_OK) {
		fail(db, sql);
		return NULL;
	}
	found = xcalloc(1, sizeof(*found));
	found->sql = sql;
	found->stmt = stmt;
	HASH_ADD_PTR(db->statements, sql, found);
	return stmt;
}

static int bind_one(
	struct sqlite3_stmt *stmt, int at, char type, va_list *values)
{
	const void *bytes;
	size_t len;

	if (type == 'i')
		return sqlite3_bind_int64(stmt, at, va_arg(*values, int64_t));
	bytes = va_arg(*values, const void *);
	if (type == 's')
		return sqlite3_bind_text(stmt, at, bytes, -1, SQLITE_STATIC);
	len = va_arg(*values, size_t);
	if (type == 'n')
		return sqlite3_bind_text64(
			stmt, at, bytes, len, SQLITE_STATIC, SQLITE_UTF8);
	return sqlite3_bind_blob64(stmt, at, bytes, len, SQLITE_STATIC);
}

static struct sqlite3_stmt *query(
	struct db *db, const char *sql, const char *types, va_list *values)
{
	/* A failed transaction may be over already: write nothing outside. */
	struct sqlite3_stmt *stmt = db->failed ? NULL : statement(db, sql);

	for (int at = 1; stmt != NULL && *types != '\0'; at++, types++) {
		if (bind_one(stmt, at, *types, values) != SQLITE_OK)
			fail(db, sql);
	}
	return stmt;
}

struct sqlite3_stmt *db_query(
	struct db *db, const char *sql, const char *types, ...)
{
	va_list values;

	va_start(values, types);
	struct sqlite3_stmt *stmt = query(db, sql, types, &values);

	va_end(values);
	return stmt;
}

bool db_step(struct db *db, struct sqlite3_stmt *stmt)
{
	if (stmt == NULL)
		return false;
	int rc = sqlite3_step(stmt);

	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		fail(db, sqlite3_sql(stmt));
	return rc == SQLITE_ROW;
}

void db_done(struct sqlite3_stmt **stmt)
{
	if (*stmt == NULL)
		return;
	sqlite3_reset(*stmt);
	sqlite3_clear_bindings(*stmt);
}

int64_t db_run(struct db *db, const char *sql, const char *types, ...)
{
	va_list values;

	va_start(values, types);
	struct sqlite3_stmt *stmt = query(db, sql, types, &values);

	va_end(values);
	while (db_step(db, stmt))
		;
	db_done(&stmt);
	return db->failed ? 0 : sqlite3_changes64(db->sqlite);
}

int64_t db_value(struct db *db, int64_t fallback, const char *sql,
	const char *types, ...)
{
	va_list values;
	int64_t value = fallback;

	va_start(values, types);
	struct sqlite3_stmt *stmt = query(db, sql, types, &values);

	va_end(values);
	if (db_step(db, stmt) && !db_is_null(stmt, 0))
		value = db_int(stmt, 0);
	db_done(&stmt);
	return value;
}

int64_t db_last_id(const struct db *db)
{
	return sqlite3_last_insert_rowid(db->sqlite);
}

int64_t db_int(struct sqlite3_stmt *stmt, int column)
{
	return sqlite3_column_int64(stmt, column);
}

bool db_is_null(struct sqlite3_stmt *stmt, int column)
{
	return sqlite3_column_type(stmt, column) == SQLITE_NULL;
}

const char *db_text(struct sqlite3_stmt *stmt, int column, size_t *ret_len)
{
	const unsigned char *text = sqlite3_column_text(stmt, column);

	if (ret_len != NULL)
		*ret_len = (size_t)sqlite3_column_bytes(stmt, column);
	return (const char *)text;
}

const void *db_blob(struct sqlite3_stmt *stmt, int column, size_t *ret_len)
{
	const void *bytes = sqlite3_column_blob(stmt, column);

	*ret_len = (size_t)sqlite3_column_bytes(stmt, column);
	return bytes;
}

const uint8_t *db_secret(const struct db *db)
{
	return db->secret;
}
