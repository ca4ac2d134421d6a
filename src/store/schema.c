#include "store/schema.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define ADVICE                                                                 \
	"restore a backup, save what can be read with \"belfryctl state "      \
	"export\", or move it away to begin anew"

/*
 * A lane is named by a number, so that names are not repeated in every row;
 * its cursor is a column of it.
 *
 * `done` lies in the order of positions, which is the order it grows and is
 * forgotten in, and an event keeps its position for ever. It has no index by
 * the bare id: ids are random, so each row would touch a page of its own, and
 * that made a commit cost four times as much.
 */
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
	" PRIMARY KEY (space, key)) STRICT, WITHOUT ROWID;";

/* The lines that were set aside, with the reason. */
static const char version_2[] =
	"CREATE TABLE aside ("
	" lane INTEGER NOT NULL,"
	" seq INTEGER NOT NULL,"
	" source_id TEXT NOT NULL,"
	" token TEXT NOT NULL,"
	" payload BLOB NOT NULL,"
	" position INTEGER NOT NULL,"
	" at_ms INTEGER NOT NULL,"
	" reason TEXT NOT NULL,"
	" PRIMARY KEY (lane, seq)) STRICT, WITHOUT ROWID;";

/* steps[n] leads from version n to n + 1. */
static const char *const steps[SCHEMA_VERSION] = {version_1, version_2};

int schema_fail(sqlite3 *db, const char *text, struct err *err)
{
	return err_set(err, -EIO, "%s (%s)", text, sqlite3_errmsg(db));
}

static int schema_step(sqlite3 *db, int from, struct err *err)
{
	char version[64];

	snprintf(
		version, sizeof(version), "PRAGMA user_version = %d", from + 1);
	if (sqlite3_exec(db, steps[from], NULL, NULL, NULL) != SQLITE_OK ||
		sqlite3_exec(db, version, NULL, NULL, NULL) != SQLITE_OK)
		return schema_fail(db, "cannot be brought up to date", err);
	return 0;
}

static int schema_upgrade(sqlite3 *db, int version, struct err *err)
{
	int code = 0;

	if (version == SCHEMA_VERSION)
		return 0;
	if (sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
		return schema_fail(db, "cannot be written", err);
	for (; version < SCHEMA_VERSION && code == 0; version++)
		code = schema_step(db, version, err);
	if (code == 0 &&
		sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
		code = schema_fail(db, "cannot be written", err);
	if (code < 0)
		(void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	return code;
}

int schema_create(sqlite3 *db, struct err *err)
{
	char sql[64];

	snprintf(sql, sizeof(sql), "PRAGMA application_id = %d",
		SCHEMA_APPLICATION_ID);
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return schema_fail(db, "cannot be written", err);
	return schema_upgrade(db, 0, err);
}

/* What SQLite says of a file that is wrong, not of a disk that is. */
static bool is_damage(int rc)
{
	return rc == SQLITE_NOTADB || (rc & 0xff) == SQLITE_CORRUPT;
}

/* After a statement ended with `rc`, which is no success. */
static int schema_unreadable(sqlite3 *db, int rc, struct err *err)
{
	if (is_damage(rc))
		return err_set(err, -EINVAL,
			"is damaged or not a state file (%s): " ADVICE,
			sqlite3_errmsg(db));
	return schema_fail(db, "cannot be read", err);
}

static int first_row(sqlite3 *db, const char *sql, sqlite3_stmt **ret)
{
	int rc = sqlite3_prepare_v2(db, sql, -1, ret, NULL);

	return rc == SQLITE_OK ? sqlite3_step(*ret) : rc;
}

static int pragma_int(sqlite3 *db, const char *sql, int *ret, struct err *err)
{
	sqlite3_stmt *stmt = NULL;
	int rc = first_row(db, sql, &stmt);

	if (rc == SQLITE_ROW)
		*ret = sqlite3_column_int(stmt, 0);
	sqlite3_finalize(stmt);
	return rc == SQLITE_ROW ? 0 : schema_unreadable(db, rc, err);
}

/* Anything but the one row "ok" is damage; the first line says which. */
static int schema_verify(sqlite3 *db, const char *pragma, struct err *err)
{
	sqlite3_stmt *stmt = NULL;
	int rc = first_row(db, pragma, &stmt);
	const char *text = rc == SQLITE_ROW
				   ? (const char *)sqlite3_column_text(stmt, 0)
				   : NULL;
	int code = 0;

	if (!text)
		code = schema_unreadable(
			db, rc == SQLITE_ROW ? SQLITE_NOMEM : rc, err);
	else if (strcmp(text, "ok") != 0)
		code = err_set(err, -EINVAL, "is damaged (%s): " ADVICE, text);
	sqlite3_finalize(stmt);
	return code;
}

int schema_check_fully(sqlite3 *db, struct err *err)
{
	return schema_verify(db, "PRAGMA integrity_check(1)", err);
}

static sqlite3_file *file_of(sqlite3 *db, int which)
{
	sqlite3_file *file = NULL;

	if (sqlite3_file_control(db, "main", which, &file) != SQLITE_OK)
		return NULL;
	return file && file->pMethods ? file : NULL;
}

static int64_t file_bytes(sqlite3_file *file)
{
	sqlite3_int64 bytes = 0;

	if (file)
		(void)file->pMethods->xFileSize(file, &bytes);
	return bytes;
}

/* Each frame of the log begins with the number of its page. */
static bool log_has_page(sqlite3_file *log, int page_bytes, int64_t page)
{
	enum { LOG_HEAD_BYTES = 32, FRAME_HEAD_BYTES = 24 };
	int64_t end = file_bytes(log);
	uint8_t b[4];

	for (int64_t at = LOG_HEAD_BYTES; at < end;
		at += FRAME_HEAD_BYTES + page_bytes)
		if (log->pMethods->xRead(log, b, sizeof(b), at) == SQLITE_OK &&
			((int64_t)b[0] << 24 | b[1] << 16 | b[2] << 8 | b[3]) ==
				page)
			return true;
	return false;
}

/* SQLite takes what is missing of the last page for zeros. Only when the power
 * went while it was copied from the log may a page be there in part. */
static bool is_cut(sqlite3 *db, int page_bytes)
{
	sqlite3_file *log = file_of(db, SQLITE_FCNTL_JOURNAL_POINTER);
	int64_t bytes = file_bytes(file_of(db, SQLITE_FCNTL_FILE_POINTER));

	return bytes % page_bytes != 0 &&
	       !log_has_page(log, page_bytes, bytes / page_bytes + 1);
}

static int schema_verify_quickly(sqlite3 *db, struct err *err)
{
	int pages = 0;
	int page_bytes = 0;
	int code = pragma_int(db, "PRAGMA page_count", &pages, err);

	if (code == 0)
		code = pragma_int(db, "PRAGMA page_size", &page_bytes, err);
	if (code < 0)
		return code;
	if (is_cut(db, page_bytes))
		return err_set(err, -EINVAL, "is damaged (cut off): " ADVICE);
	if ((int64_t)pages * page_bytes > SCHEMA_QUICK_BYTES)
		return 0;
	return schema_verify(db, "PRAGMA quick_check(1)", err);
}

/* What defines the tables, as one text; owned. NULL with an error of `db`. */
static char *schema_text(sqlite3 *db)
{
	static const char sql[] =
		"SELECT coalesce(group_concat(sql, ';'), '') FROM (SELECT sql"
		" FROM sqlite_schema WHERE sql NOT NULL ORDER BY type, name)";
	sqlite3_stmt *stmt = NULL;
	char *text = NULL;

	if (first_row(db, sql, &stmt) == SQLITE_ROW)
		text = sqlite3_mprintf("%s", sqlite3_column_text(stmt, 0));
	sqlite3_finalize(stmt);
	return text;
}

/* Those of a version, made for the purpose; owned. */
static char *schema_model_text(int version, struct err *err)
{
	sqlite3 *model = NULL;
	char *text = NULL;
	int code = 0;

	if (sqlite3_open(":memory:", &model) != SQLITE_OK)
		code = schema_fail(model, "cannot be compared", err);
	for (int i = 0; i < version && code == 0; i++)
		code = schema_step(model, i, err);
	if (code == 0)
		text = schema_text(model);
	if (code == 0 && !text)
		schema_fail(model, "cannot be compared", err);
	sqlite3_close(model);
	return text;
}

static int schema_compare(sqlite3 *db, int version, struct err *err)
{
	char *wanted = schema_model_text(version, err);
	char *text = wanted ? schema_text(db) : NULL;
	int code = 0;

	if (!wanted)
		code = err->code;
	else if (!text)
		code = schema_unreadable(db, sqlite3_errcode(db), err);
	else if (strcmp(text, wanted) != 0)
		code = err_set(err, -EINVAL,
			"has not the tables of version %d: " ADVICE, version);
	sqlite3_free(text);
	sqlite3_free(wanted);
	return code;
}

int schema_identify(sqlite3 *db, int *ret_version, struct err *err)
{
	int id = 0;
	int version = 0;
	int code = pragma_int(db, "PRAGMA application_id", &id, err);

	if (code == 0)
		code = pragma_int(db, "PRAGMA user_version", &version, err);
	if (code < 0)
		return code;
	if (id != SCHEMA_APPLICATION_ID)
		return err_set(err, -EINVAL,
			"belongs to another program: "
			"choose another path");
	if (version > SCHEMA_VERSION)
		return err_set(err, -EINVAL,
			"was written by a newer version "
			"(schema %d, this program knows %d): run that version "
			"or restore a backup",
			version, SCHEMA_VERSION);
	if (version < 1)
		return err_set(err, -EINVAL,
			"is damaged (no schema version): " ADVICE);
	*ret_version = version;
	return 0;
}

int schema_inspect(sqlite3 *db, int *ret_version, struct err *err)
{
	int version = 0;
	int code = schema_identify(db, &version, err);

	if (code == 0)
		code = schema_verify_quickly(db, err);
	if (code == 0)
		code = schema_compare(db, version, err);
	if (code == 0 && ret_version)
		*ret_version = version;
	return code;
}

int schema_check(sqlite3 *db, struct err *err)
{
	int version = 0;
	int code = schema_inspect(db, &version, err);

	return code < 0 ? code : schema_upgrade(db, version, err);
}
