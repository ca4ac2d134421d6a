/*
 * JSON text, written straight into a buffer: for answers that hold much and
 * are built often. No tree is made and nothing is kept besides the buffer: a
 * comma goes between two elements by what the text ends with.
 *
 *	writer_open(out, NULL, '{');
 *	writer_text(out, "Name", name, len);
 *	writer_close(out, '}');
 *
 * `key` is a plain name, not escaped; NULL inside arrays and for the whole.
 * Text must be valid UTF-8. The caller closes what it opens.
 */
#ifndef CHIMED_WRITER_H
#define CHIMED_WRITER_H

#include "util/buf.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void writer_open(struct buf *out, const char *key, char bracket); /* { or [ */
void writer_close(struct buf *out, char bracket);

void writer_text(
	struct buf *out, const char *key, const char *text, size_t len);
/* NULL writes nothing. */
void writer_string(struct buf *out, const char *key, const char *text);
void writer_bool(struct buf *out, const char *key, bool value);
/* Seconds with three digits behind the point; `ms` is not negative. */
void writer_seconds(struct buf *out, const char *key, int64_t ms);
/* A tree; takes it. */
void writer_json(struct buf *out, const char *key, json_t *value);

#endif
