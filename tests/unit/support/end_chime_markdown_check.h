/*
 * What must hold for Markdown: reading never makes text longer, and what was
 * written reads back. Aborts (with both texts on stderr) when it does not
 * hold.
 *
 * Lost on purpose: underline; the style of blanks; code that holds three
 * backticks in a row; styles past TEXT_RUNS_MAX.
 */
#ifndef SUPPORT_END_CHIME_MARKDOWN_CHECK_H
#define SUPPORT_END_CHIME_MARKDOWN_CHECK_H

#include "model/text.h"

#include <stddef.h>

/* Any bytes. */
void markdown_check_read(const char *s, size_t len);
/* Any text. */
void markdown_check_round(const struct text *text);
/* Appends: bytes 1..31 but for tab and LF change the styles to come. */
void markdown_check_build(struct text *text, const char *s, size_t len);

#endif
