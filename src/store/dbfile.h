/*
 * Opens the state file as a database connection: makes it when it is not
 * there, refuses it when it is not sound. Errors name the file and say what
 * to do. The caller holds the lock (store/lock.h).
 */
#ifndef STORE_DBFILE_H
#define STORE_DBFILE_H

#include "util/attr.h"
#include "util/err.h"

#include <sqlite3.h>
#include <stdbool.h>

/*
 * For the writer. A new file (mode 0600) appears under its name only when it
 * is complete, so an empty or half-made one is never ours and is refused.
 * NULL with `err`.
 */
sqlite3 *dbfile_open(const char *path, struct err *err) MUST_CHECK;
/* A second connection that only reads, while the first is open. `err` does
 * not name the file. */
sqlite3 *dbfile_open_reader(const char *path, struct err *err) MUST_CHECK;

bool dbfile_has_log(const char *path);
/*
 * A reader that finds no log makes an empty one (and an index of it), which
 * it may not remove. Does so for it, unless there is something in it or
 * somebody has the file open.
 */
void dbfile_remove_log(const char *path);
/* Makes the name of the file durable: 0 or a negative errno. */
int dbfile_sync_directory_of(const char *path) MUST_CHECK;

#endif
