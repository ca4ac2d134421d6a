/*
 * Rich text (model/text.h) and mIRC formatting, from one to the other. What
 * neither can hold is left out. Pure.
 */
#ifndef IRC_WORDS_WORDS_H
#define IRC_WORDS_WORDS_H

#include "model/text.h"
#include "util/buf.h"

#include <stddef.h>

enum { WORDS_BYTES = 64 * 1024 }; /* most of one run */

/* mIRC text (any bytes) appended to neutral text. */
void words_from_irc(struct text *out, const char *s, size_t len);
/* Neutral text appended as mIRC text, cleaned of everything else. */
void words_to_irc(struct buf *out, const struct text *text);

#endif
