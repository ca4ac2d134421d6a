/*
 * Writes records into the tables, inside a transaction of the caller. Keeps
 * the prepared statements, the numbers of the lanes, and the cursors that
 * rows_finish() writes: of several for one lane only the last is.
 *
 * Used by one thread. Functions return SQLite's result codes, extended.
 */
#ifndef STORE_ROWS_H
#define STORE_ROWS_H

#include "model/store.h"
#include "util/attr.h"

#include <sqlite3.h>

struct rows;

/* `db` is borrowed. NULL with *ret_rc. */
struct rows *rows_new(sqlite3 *db, int *ret_rc) MUST_CHECK;
void rows_free(struct rows *rows);

int rows_apply(struct rows *rows, const struct store_record *record) MUST_CHECK;
/* Before COMMIT: what was held back. */
int rows_finish(struct rows *rows) MUST_CHECK;
/* After ROLLBACK: forgets what was learned from rows that are no more. */
void rows_rolled_back(struct rows *rows);

#endif
