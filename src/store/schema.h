/*
 * The tables of the state file, and whether a file is one of ours. The header
 * of the database carries SCHEMA_APPLICATION_ID and the schema's version; an
 * older version is brought up to date step by step, in one transaction.
 */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

#include "util/attr.h"
#include "util/err.h"

#include <sqlite3.h>

enum {
	SCHEMA_APPLICATION_ID = 0x42656c66, /* "Belf" */
	SCHEMA_VERSION = 2,
	/* What a start may take the time to read through. */
	SCHEMA_QUICK_BYTES = 256 * 1024 * 1024,
};

/* Makes the tables of the present version in an empty database. */
int schema_create(sqlite3 *db, struct err *err) MUST_CHECK;

/* Whose file is it? Refuses (-EINVAL) a database of another program and one of
 * a newer version. */
int schema_identify(sqlite3 *db, int *ret_version, struct err *err) MUST_CHECK;
/*
 * Refuses (-EINVAL) a database of another program, one of a newer version, one
 * whose tables are not ours and a damaged one. Reads the whole file once, if
 * it is not larger than SCHEMA_QUICK_BYTES; else damage is found when it is
 * met. `ret_version` may be NULL.
 */
int schema_inspect(sqlite3 *db, int *ret_version, struct err *err) MUST_CHECK;
/* The same, and then brings an older version up to date, in one transaction. */
int schema_check(sqlite3 *db, struct err *err) MUST_CHECK;
/* Every page, row and index; "is damaged (what): advice", -EINVAL. */
int schema_check_fully(sqlite3 *db, struct err *err) MUST_CHECK;

/* "TEXT (why)" with what SQLite says about its last failure; -EIO. */
int schema_fail(sqlite3 *db, const char *text, struct err *err);

#endif
