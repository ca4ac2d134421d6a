/*
 * UTF-8: validity, repair, cutting at boundaries that a reader would choose.
 * Grapheme clusters come from utf8proc (Unicode UAX #29).
 */
#ifndef UTIL_UTF8_H
#define UTIL_UTF8_H

#include "util/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* RFC 3629: no overlong forms, no surrogates, at most U+10FFFF. NUL is valid.
 */
bool utf8_is_valid(const char *s, size_t len);

/* Appends s with every broken byte replaced by U+FFFD. */
void utf8_repair(struct buf *out, const char *s, size_t len);

/*
 * Decodes what an IRC client may have sent: valid UTF-8 as it is, anything
 * else as CP1252 (never fails; the undefined five become U+FFFD).
 */
void utf8_from_irc(struct buf *out, const char *s, size_t len);

/*
 * Decodes one code point at s (len > 0). Returns its bytes, or 0 when broken.
 */
size_t utf8_decode(const char *s, size_t len, uint32_t *ret_codepoint);
/* Appends the code point's bytes. */
void utf8_encode(struct buf *out, uint32_t codepoint);

/*
 * The longest prefix of valid UTF-8 text, in bytes, that is not longer than
 * `max` and ends at a grapheme cluster boundary. When the first cluster alone
 * is longer than `max`, ends at a code point boundary instead; 0 only when
 * not even one code point fits. Takes time in proportion to `max`.
 */
size_t utf8_fit(const char *s, size_t len, size_t max);

/*
 * As utf8_fit, but prefers to end after the last blank or hyphen in the last
 * third. The blank is part of the prefix, or the first byte of the rest when
 * the words before it just fit: nothing is dropped, trimming is the caller's.
 */
size_t utf8_fit_words(const char *s, size_t len, size_t max);

/* Number of code points in valid text. */
size_t utf8_length(const char *s, size_t len);

/* Bidirectional overrides and isolates, zero-width and other invisibles that
 * can forge a name (U+200B..200F, 202A..202E, 2060..2064, 2066..2069, FEFF). */
bool utf8_is_invisible(uint32_t codepoint);
/* C0, DEL and C1 controls. */
bool utf8_is_control(uint32_t codepoint);

#endif
