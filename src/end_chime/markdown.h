/*
 * Between rich text and the Markdown that Chime's clients show: **bold**,
 * _italic_, ~~strike~~, `code`, backslash escapes, fenced blocks, links.
 *
 * What is written reads back as what it was. Lost are underline, which Markdown
 * lacks, styles of blanks at the ends of a line or run, and code that holds
 * three backticks in a row (as plain words). URLs are written and read as they
 * are, so that they stay clickable. Markers without a partner on their line,
 * or with nothing but markers between them, are plain text. Reading takes
 * linear time on any input, and never makes it longer.
 */
#ifndef END_CHIME_MARKDOWN_H
#define END_CHIME_MARKDOWN_H

#include "model/text.h"
#include "util/buf.h"

#include <stddef.h>

/* Appends the text as Markdown. */
void markdown_write(struct buf *out, const struct text *text);
/* Appends plain words, escaped where they would format. */
void markdown_escape(struct buf *out, const char *s, size_t len);
/* Appends Markdown (valid UTF-8) to rich text. */
void markdown_read(struct text *out, const char *s, size_t len);

/*
 * Bytes of the URL that begins at s[at], 0 when none does. It ends before a
 * blank, a control, one of * ` [ ] \ < > " or a "~~".
 */
size_t markdown_url(const char *s, size_t len, size_t at);

#endif
