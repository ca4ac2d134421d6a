/*
 * Growable bytes with a ceiling given at init. `data` is never NULL and is
 * always followed by a NUL that is not counted in `len`. When an append would
 * pass the ceiling nothing is appended, `overflow` is set and stays set: check
 * it once at the end instead of after each append.
 */
#ifndef UTIL_BUF_H
#define UTIL_BUF_H

#include "util/attr.h"

#include <stdbool.h>
#include <stddef.h>

struct buf {
	char *data;
	size_t len;
	size_t size;    /* allocated bytes, 0 while data is the static "" */
	size_t ceiling; /* most bytes of content */
	bool overflow;
};

void buf_init(struct buf *b, size_t ceiling);
/* Frees the memory; the buffer may be used again with the same ceiling. */
void buf_release(struct buf *b);
/* Forgets the content and the overflow flag, keeps the memory. */
void buf_clear(struct buf *b);
void buf_add(struct buf *b, const void *bytes, size_t len);
void buf_adds(struct buf *b, const char *s);
void buf_addc(struct buf *b, char c);
void buf_addf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Shortens to `len` bytes; longer is a no-op. */
void buf_truncate(struct buf *b, size_t len);
/* The content as an owned string; the buffer is empty afterwards. */
char *buf_take(struct buf *b) MUST_CHECK;

/* struct buf AUTOBUF b; releases b at the end of its scope. */
#define AUTOBUF CLEANUP(buf_release)

#endif
