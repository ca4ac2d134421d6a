/*
 * Text in any script as far as ASCII can write it (utf8proc): marks are
 * dropped, compatibility forms taken apart, letters with a stroke and ligatures
 * written as is usual ("Łódź" is "Lodz", "Straße" "Strasse").
 */
#ifndef UTIL_ASCII_H
#define UTIL_ASCII_H

#include "util/buf.h"

#include <stddef.h>

/* Appends printable ASCII; what has no such form, and broken UTF-8, is left
 * out. Takes at most 4096 bytes of `s`. */
void ascii_fold(struct buf *out, const char *s, size_t len);

#endif
