#include "util/enc.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static const char base64_alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz0123456789+/";
static const char base64url_alphabet[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	"abcdefghijklmnopqrstuvwxyz0123456789-_";

void enc_hex(const void *bytes, size_t len, char *out)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *p = bytes;
	for (size_t i = 0; i < len; i++) {
		*out++ = digits[p[i] >> 4];
		*out++ = digits[p[i] & 15];
	}
	*out = '\0';
}

/* Three bytes at most into four characters; `len` + 1 of them matter. */
static void encode_group(
	const char *alphabet, const uint8_t *p, size_t len, char out[4])
{
	uint32_t bits = (uint32_t)p[0] << 16;
	if (len > 1)
		bits |= (uint32_t)p[1] << 8;
	if (len > 2)
		bits |= p[2];
	for (int i = 0; i < 4; i++)
		out[i] = alphabet[bits >> (18 - 6 * i) & 63];
}

static void encode(struct buf *out, const char *alphabet, const uint8_t *p,
	size_t left, bool pad)
{
	char group[4];
	for (; left >= 3; left -= 3, p += 3) {
		encode_group(alphabet, p, 3, group);
		buf_add(out, group, 4);
	}
	if (left == 0)
		return;
	encode_group(alphabet, p, left, group);
	buf_add(out, group, left + 1);
	if (pad)
		buf_add(out, "==", 3 - left);
}

void enc_base64(struct buf *out, const void *bytes, size_t len)
{
	encode(out, base64_alphabet, bytes, len, true);
}

void enc_base64url(struct buf *out, const void *bytes, size_t len)
{
	encode(out, base64url_alphabet, bytes, len, false);
}

/* The six bits that a character of either alphabet stands for, or -1. */
static int base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+' || c == '-')
		return 62;
	return c == '/' || c == '_' ? 63 : -1;
}

/*
 * Two to four characters into one byte less. Bits that no byte takes must be
 * 0, else two texts would stand for the same bytes.
 */
static int decode_group(const char *s, size_t len, uint8_t out[3])
{
	uint32_t bits = 0;
	for (size_t i = 0; i < len; i++) {
		int value = base64_value(s[i]);
		if (value < 0)
			return -EINVAL;
		bits |= (uint32_t)value << (18 - 6 * i);
	}
	if (len < 2 || (bits & (0xFFFFFFU >> (8 * (len - 1)))))
		return -EINVAL;
	out[0] = (uint8_t)(bits >> 16);
	out[1] = (uint8_t)(bits >> 8);
	out[2] = (uint8_t)bits;
	return 0;
}

/* The length without padding, which may only fill up the last group. */
static size_t without_padding(const char *s, size_t len)
{
	if (len == 0 || len % 4 != 0 || s[len - 1] != '=')
		return len;
	return s[len - 2] == '=' ? len - 2 : len - 1;
}

int enc_base64_decode(struct buf *out, const char *s, size_t len)
{
	size_t start = out->len;
	len = without_padding(s, len);
	while (len) {
		size_t n = len < 4 ? len : 4;
		uint8_t group[3];
		int rc = decode_group(s, n, group);
		if (rc) {
			buf_truncate(out, start);
			return rc;
		}
		buf_add(out, group, n - 1);
		s += n;
		len -= n;
	}
	return 0;
}

static bool is_unreserved(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
	       c == '~';
}

static void percent(struct buf *out, const char *s, size_t len, char also)
{
	static const char digits[] = "0123456789ABCDEF";
	for (; len; s++, len--) {
		if (is_unreserved(*s) || (also && *s == also)) {
			buf_addc(out, *s);
			continue;
		}
		uint8_t byte = (uint8_t)*s;
		char escape[3] = {'%', digits[byte >> 4], digits[byte & 15]};
		buf_add(out, escape, sizeof(escape));
	}
}

void enc_percent(struct buf *out, const char *s, size_t len)
{
	percent(out, s, len, '\0');
}

void enc_percent_path(struct buf *out, const char *s, size_t len)
{
	percent(out, s, len, '/');
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

int enc_percent_decode(struct buf *out, const char *s, size_t len)
{
	size_t start = out->len;
	for (size_t i = 0; i < len; i++) {
		if (s[i] != '%') {
			buf_addc(out, s[i]);
			continue;
		}
		int high = len - i > 2 ? hex_value(s[i + 1]) : -1;
		int low = len - i > 2 ? hex_value(s[i + 2]) : -1;
		if (high < 0 || low < 0) {
			buf_truncate(out, start);
			return -EINVAL;
		}
		buf_addc(out, (char)(high << 4 | low));
		i += 2;
	}
	return 0;
}
