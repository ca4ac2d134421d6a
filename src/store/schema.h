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
};

/* Makes the tables of the present version in an empty database. */
int schema_create(sqlite3 *db, struct err *err) MUST_CHECK;

/*
 * Refuses (-EINVAL) a database of another program, one of a newer version and
 * a damaged one; upgrades an older one. Reads the whole file once.
 */
int schema_check(sqlite3 *db, struct err *err) MUST_CHECK;

/* "TEXT (why)" with what SQLite says about its last failure; -EIO. */
int schema_fail(sqlite3 *db, const char *text, struct err *err);

#endif
