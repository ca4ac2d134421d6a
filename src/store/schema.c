#include "store/schema.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

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

static int pragma_int(sqlite3 *db, const char *sql, int *ret, struct err *err)
{
	sqlite3_stmt *stmt = NULL;
	int rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(stmt);
	if (rc == SQLITE_ROW)
		*ret = sqlite3_column_int(stmt, 0);
	sqlite3_finalize(stmt);
	if (rc == SQLITE_ROW)
		return 0;
	if (rc == SQLITE_NOTADB || rc == SQLITE_CORRUPT)
		return err_set(err, -EINVAL,
			"is damaged or not a state file "
			"(%s): restore a backup, or move it away to begin anew",
			sqlite3_errmsg(db));
	return schema_fail(db, "cannot be read", err);
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

/* Anything but the one row "ok" is damage; the first line says which. */
static int schema_verify(sqlite3 *db, struct err *err)
{
	sqlite3_stmt *stmt = NULL;
	const char *text = "unreadable";
	int code = 0;

	if (sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &stmt, NULL) ==
			SQLITE_OK &&
		sqlite3_step(stmt) == SQLITE_ROW)
		text = (const char *)sqlite3_column_text(stmt, 0);
	if (!text || strcmp(text, "ok") != 0)
		code = err_set(err, -EINVAL,
			"is damaged (%s): restore a "
			"backup, or move it away to begin anew",
			text ? text : "unreadable");
	sqlite3_finalize(stmt);
	return code;
}

int schema_check(sqlite3 *db, struct err *err)
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
			"is damaged (no schema version): "
			"restore a backup, or move it away to begin anew");
	code = schema_verify(db, err);
	return code < 0 ? code : schema_upgrade(db, version, err);
}
