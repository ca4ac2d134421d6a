/*
 * The state file: one SQLite database, WAL, synchronous=FULL. One writer
 * thread commits all that was queued since its last commit (group commit);
 * the loop never waits for the disk. A lock file beside it (FILE.lock, with
 * the owner's pid) keeps a second daemon away.
 *
 * Schema versions are numbered; a newer one than this program knows is
 * refused, a damaged file is refused with advice, neither is ever replaced.
 */
#ifndef STORE_SQLITE_H
#define STORE_SQLITE_H

#include "model/store.h"
#include "net/loop.h"
#include "util/err.h"

/* Creates the file (mode 0600) when it does not exist. NULL with `err`. */
struct store *store_sqlite_open(
	struct loop *loop, const char *path, struct err *err) MUST_CHECK;

#endif
