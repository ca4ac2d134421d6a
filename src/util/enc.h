/*
 * Hex, base64 (RFC 4648) and percent encoding (RFC 3986).
 */
#ifndef UTIL_ENC_H
#define UTIL_ENC_H

#include "util/attr.h"
#include "util/buf.h"

#include <stddef.h>

/* Lower-case hex, 2 * len + 1 bytes into out. */
void enc_hex(const void *bytes, size_t len, char *out);
/* Standard alphabet with padding. */
void enc_base64(struct buf *out, const void *bytes, size_t len);
/* URL-safe alphabet, no padding. */
void enc_base64url(struct buf *out, const void *bytes, size_t len);
/* Appends the decoded bytes of either alphabet; 0 or -EINVAL. */
int enc_base64_decode(struct buf *out, const char *s, size_t len) MUST_CHECK;

/* Everything but A-Z a-z 0-9 - . _ ~ becomes %XX (upper-case hex). */
void enc_percent(struct buf *out, const char *s, size_t len);
/* As enc_percent, but '/' stays. */
void enc_percent_path(struct buf *out, const char *s, size_t len);
/* 0 or -EINVAL for a broken escape; '+' stays '+'. */
int enc_percent_decode(struct buf *out, const char *s, size_t len) MUST_CHECK;

#endif
