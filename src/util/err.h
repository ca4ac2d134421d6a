/*
 * An error that a person must read: a negative errno-style code and one
 * bounded line of text. Functions that can fail for reasons worth explaining
 * take a `struct err *` as their last argument (never NULL) and return its
 * code; those with an obvious reason return the bare code.
 */
#ifndef UTIL_ERR_H
#define UTIL_ERR_H

#include "util/attr.h"

enum { ERR_TEXT_BYTES = 512 };

struct err {
	int code;                  /* 0, or negative errno */
	char text[ERR_TEXT_BYTES]; /* always terminated; "" when code is 0 */
};

/* Sets both and returns `code`, so that `return err_set(...)` reads well. */
int err_set(struct err *err, int code, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* Puts "prefix: " before the present text. Returns err->code. */
int err_prefix(struct err *err, const char *fmt, ...) PRINTF_LIKE(2, 3);
void err_clear(struct err *err);

#endif
