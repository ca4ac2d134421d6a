/*
 * The state file: an SQLite database that one process at a time may open.
 * Statements are prepared once and kept, keyed by the address of their text,
 * so the text must be a constant with one home.
 *
 *	static const char sql[] = "SELECT name FROM users WHERE id = ?1";
 *	struct sqlite3_stmt AUTOSTMT *row = db_query(db, sql, "i", id);
 *	if (db_step(db, row))
 *		name = db_text(row, 0, NULL);
 *
 * A statement that is in use must not be asked for again before it is done
 * (AUTOSTMT ends it). Bound text and column values are borrowed until then.
 *
 * Errors of the database are not returned by each call: they are logged and
 * remembered (db_has_failed), reads then find nothing and writes change
 * nothing, and db_commit() takes the whole transaction back. So a caller
 * needs one check at the end.
 */
#ifndef CHIMED_DB_H
#define CHIMED_DB_H

#include "util/attr.h"
#include "util/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct db;
struct sqlite3_stmt;

enum {
	DB_VERSION = 2,              /* of the schema, in PRAGMA user_version */
	DB_APPLICATION = 0x63686d64, /* "chmd", in PRAGMA application_id */
	DB_SECRET_BYTES = 32,
};

/*
 * Opens or makes the file; ":memory:" is one that is never written. Negative
 * errno with a text that names the path: -EBUSY another process has it,
 * -EPROTO made by a newer chimed, -EILSEQ damaged or no state file at all,
 * -EIO and others as met.
 */
int db_open(const char *path, struct db **ret, struct err *err) MUST_CHECK;
void db_free(struct db *db); /* NULL is fine; an open transaction is lost */

/* What a transaction that db_commit() agreed to outlives. */
enum db_sync {
	DB_SYNC_OFF,    /* the process; a power cut can damage the file */
	DB_SYNC_NORMAL, /* the process; a power cut takes the last ones back */
	DB_SYNC_FULL,   /* a power cut: the default */
};
/* Between transactions. */
void db_set_sync(struct db *db, enum db_sync sync);

/* Begins a transaction, if none is open. */
void db_begin(struct db *db);
/* Ends it. False: something failed since db_begin(), nothing was kept. */
bool db_commit(struct db *db) MUST_CHECK;
bool db_is_open(const struct db *db); /* a transaction is open */
bool db_has_failed(const struct db *db);

/*
 * The statement, bound: one letter of `types` per argument: i int64_t,
 * s char * (NULL is NULL), n char * and size_t, b void * and size_t (blob).
 * NULL when it cannot be prepared; all functions below accept that.
 */
struct sqlite3_stmt *db_query(
	struct db *db, const char *sql, const char *types, ...) MUST_CHECK;
/* Is there a (further) row? */
bool db_step(struct db *db, struct sqlite3_stmt *stmt) MUST_CHECK;
void db_done(struct sqlite3_stmt **stmt);
#define AUTOSTMT CLEANUP(db_done)

/* Runs to the end; the number of rows changed. */
int64_t db_run(struct db *db, const char *sql, const char *types, ...);
/* First column of the first row, or `fallback`. */
int64_t db_value(struct db *db, int64_t fallback, const char *sql,
	const char *types, ...);
/* The row id of the last INSERT. */
int64_t db_last_id(const struct db *db);

int64_t db_int(struct sqlite3_stmt *stmt, int column); /* NULL reads as 0 */
bool db_is_null(struct sqlite3_stmt *stmt, int column);
/* NULL stays NULL; ret_len may be NULL. */
const char *db_text(struct sqlite3_stmt *stmt, int column, size_t *ret_len);
const void *db_blob(struct sqlite3_stmt *stmt, int column, size_t *ret_len);

/* Random bytes made with the file: what page tokens are sealed with. */
const uint8_t *db_secret(const struct db *db);

#endif
