/*
 * The thread that owns the writing connection: commits every batch that waits
 * in one transaction, and tells how far it is. When the disk refuses it keeps
 * the batches and tries again, after 1 s, 2 s .. 30 s; what it cannot mend (a
 * failed fsync, a damaged file) ends its work for good.
 *
 * All calls are made on one other thread (the loop's). The writer calls
 * nothing there but loop_wake_signal(), after each change of its report.
 */
#ifndef STORE_WRITER_H
#define STORE_WRITER_H

#include "net/loop.h"
#include "store/batch.h"
#include "util/attr.h"
#include "util/err.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

enum { WRITER_WHY_BYTES = 256 };

struct writer_report {
	uint64_t durable; /* number of the last durable batch */
	bool fatal;
	char why[WRITER_WHY_BYTES]; /* "" when all is well */
};

struct writer;

/* `wake` is borrowed; `db` is owned from now on, also on failure. NULL with
 * `err`. */
struct writer *writer_new(
	sqlite3 *db, struct loop_wake *wake, struct err *err) MUST_CHECK;
/* Takes the batch. Numbers ascend. */
void writer_push(struct writer *writer, struct batch *batch);
void writer_report(struct writer *writer, struct writer_report *ret);
/*
 * Commits what waits (one try), ends the thread, closes the database. Returns
 * the number of batches that could not be saved.
 */
size_t writer_free(struct writer *writer);

#endif
