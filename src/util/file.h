/*
 * Small files: whole reads with a limit, secrets.
 */
#ifndef UTIL_FILE_H
#define UTIL_FILE_H

#include "util/attr.h"
#include "util/buf.h"
#include "util/err.h"

/* Appends the file's bytes; fails when larger than `limit` bytes. Negative
 * errno, with `err` naming the file. */
int file_read(const char *path, size_t limit, struct buf *out,
	struct err *err) MUST_CHECK;
/* First line of a file without its newline (a password file); owned. */
int file_read_secret(const char *path, char **ret, struct err *err) MUST_CHECK;

#endif
