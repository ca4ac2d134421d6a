/*
 * Other people's words on the operator's terminal: what would move a cursor,
 * colour a line or hide is shown as "?", a line break or tab as a space.
 */
#ifndef CTL_SHOWN_H
#define CTL_SHOWN_H

#include "util/buf.h"

#include <stdio.h>

void shown_add(struct buf *out, const char *text);
/* NULL prints nothing. */
void shown_print(FILE *out, const char *text);
/* Filled up with blanks to a column of so many letters, and one more; NULL and
 * "" are "-". */
void shown_cell(FILE *out, const char *text, size_t width);

#endif
