/*
 * What the process does to the files of one directory, seen at the door to the
 * kernel: recorded, made to fail, or both. Linking this file is enough: it
 * stands before libc's writing calls, for SQLite as for the store itself; the
 * reading, locking and mapping calls of SQLite it gets through SQLite's table
 * of system calls. Nothing outside the directory is touched.
 *
 * Syncs are counted and recorded but not done: the tests' crashes are not the
 * machine's. Any thread may call into files at any time; the functions below
 * are for the test's own thread.
 */
#ifndef SUPPORT_STORE_DISK_H
#define SUPPORT_STORE_DISK_H

#include "util/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Kinds of calls, as bits. */
enum disk_call {
	DISK_WRITE = 1,
	DISK_TRUNCATE = 2,
	DISK_SYNC = 4,
	DISK_RENAME = 8,
	DISK_UNLINK = 16,
	/* SQLite's only: */
	DISK_OPEN = 32,
	DISK_READ = 64,
	DISK_LOCK = 128,
	DISK_MAP = 256,
	DISK_ANY = 511,
};

/* From now on for the files of `dir`; NULL ends it and forgets all. */
void disk_watch(const char *dir);

struct disk_fault {
	unsigned calls; /* which kinds */
	unsigned nth;   /* the first of them that fails; from 1 */
	bool stays;     /* and all that follow */
	int error;      /* errno */
};

/* NULL: all is well. Counts from the beginning. */
void disk_fail(const struct disk_fault *fault);
/* How often a call of the fault's kinds was made, and failed. */
unsigned disk_calls(void);
unsigned disk_failures(void);

/* Recording. */

enum disk_op_kind {
	OP_WRITE,    /* file, offset, len, data */
	OP_TRUNCATE, /* file, offset */
	OP_SYNC,     /* file */
	OP_SYNC_DIR,
	OP_CREATE, /* file, name */
	OP_RENAME, /* name, to */
	OP_UNLINK, /* name */
	OP_MARK,   /* offset: what the test said */
};

enum { DISK_NAME_BYTES = 48 };

struct disk_op {
	enum disk_op_kind kind;
	size_t file; /* number, in the order they were first met */
	int64_t offset;
	size_t len;
	char *data;
	char name[DISK_NAME_BYTES];
	char to[DISK_NAME_BYTES];
};

struct disk_log {
	struct disk_op *ops;
	size_t count;
};

/* What is there already is recorded as created, written and synced. */
void disk_record_start(void);
void disk_mark(int64_t number);
/* Release it with disk_log_release(). */
struct disk_log disk_record_stop(void) MUST_CHECK;
void disk_log_release(struct disk_log *log);

#endif
