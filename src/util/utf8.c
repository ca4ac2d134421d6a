#include "util/utf8.h"

#include <string.h>
#include <utf8proc.h>

static const uint32_t replacement = 0xFFFD;

static bool is_continuation(char c)
{
	return ((unsigned char)c & 0xC0) == 0x80;
}

/* What the first byte says: length, its own bits, least value of its length. */
struct lead {
	size_t bytes;
	uint32_t bits;
	uint32_t least;
};

static struct lead lead_of(unsigned char c)
{
	if (c < 0x80)
		return (struct lead){1, c, 0};
	if (c >= 0xC2 && c <= 0xDF)
		return (struct lead){2, c & 0x1FU, 0x80};
	if (c >= 0xE0 && c <= 0xEF)
		return (struct lead){3, c & 0x0FU, 0x800};
	if (c >= 0xF0 && c <= 0xF4)
		return (struct lead){4, c & 0x07U, 0x10000};
	return (struct lead){0, 0, 0};
}

static bool is_scalar(uint32_t codepoint)
{
	return codepoint <= 0x10FFFF &&
	       !(codepoint >= 0xD800 && codepoint <= 0xDFFF);
}

size_t utf8_decode(const char *s, size_t len, uint32_t *ret_codepoint)
{
	struct lead lead = lead_of((unsigned char)s[0]);
	uint32_t codepoint = lead.bits;
	if (lead.bytes == 0 || lead.bytes > len)
		return 0;
	for (size_t i = 1; i < lead.bytes; i++) {
		if (!is_continuation(s[i]))
			return 0;
		codepoint = codepoint << 6 | ((unsigned char)s[i] & 0x3FU);
	}
	if (codepoint < lead.least || !is_scalar(codepoint))
		return 0;
	*ret_codepoint = codepoint;
	return lead.bytes;
}

void utf8_encode(struct buf *out, uint32_t codepoint)
{
	char bytes[4];
	uint32_t c = is_scalar(codepoint) ? codepoint : replacement;
	utf8proc_ssize_t n = utf8proc_encode_char(
		(utf8proc_int32_t)c, (utf8proc_uint8_t *)bytes);
	buf_add(out, bytes, (size_t)n);
}

/* How many bytes at s are ASCII; eight at a time, as most text is. */
static size_t ascii_run(const char *s, size_t len)
{
	size_t i = 0;
	for (uint64_t word; len - i >= sizeof(word); i += sizeof(word)) {
		memcpy(&word, s + i, sizeof(word));
		if (word & 0x8080808080808080U)
			break;
	}
	while (i < len && (unsigned char)s[i] < 0x80)
		i++;
	return i;
}

/* How many bytes at s are valid UTF-8. */
static size_t valid_run(const char *s, size_t len)
{
	size_t i = 0;
	uint32_t codepoint;
	for (;;) {
		i += ascii_run(s + i, len - i);
		if (i == len)
			return i;
		size_t n = utf8_decode(s + i, len - i, &codepoint);
		if (n == 0)
			return i;
		i += n;
	}
}

bool utf8_is_valid(const char *s, size_t len)
{
	return valid_run(s, len) == len;
}

void utf8_repair(struct buf *out, const char *s, size_t len)
{
	for (;;) {
		size_t n = valid_run(s, len);
		buf_add(out, s, n);
		if (n == len)
			return;
		utf8_encode(out, replacement);
		s += n + 1;
		len -= n + 1;
	}
}

/* CP1252 80..9F; the rest is Latin-1. Five bytes have no meaning. */
static const uint16_t cp1252[32] = {
	0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, /* 80 */
	0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0xFFFD, 0x017D, 0xFFFD, /* 88 */
	0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, /* 90 */
	0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0xFFFD, 0x017E, 0x0178, /* 98 */
};

void utf8_from_irc(struct buf *out, const char *s, size_t len)
{
	if (utf8_is_valid(s, len)) {
		buf_add(out, s, len);
		return;
	}
	for (; len; s++, len--) {
		unsigned char c = (unsigned char)*s;
		bool is_special = c >= 0x80 && c <= 0x9F;
		utf8_encode(out, is_special ? cp1252[c - 0x80] : c);
	}
}

/* Broken bytes, which valid text has not, are stepped over one by one. */
static size_t step(const char *s, size_t len, uint32_t *ret_codepoint)
{
	size_t n = utf8_decode(s, len, ret_codepoint);
	if (n)
		return n;
	*ret_codepoint = replacement;
	return 1;
}

static bool is_break(uint32_t before, uint32_t after, int32_t *state)
{
	return utf8proc_grapheme_break_stateful(
		(utf8proc_int32_t)before, (utf8proc_int32_t)after, state);
}

/* The last code point boundary up to `max`, which is less than the length. */
static size_t fit_codepoint(const char *s, size_t max)
{
	size_t end = max;
	while (end > 0 && max - end < 3 && is_continuation(s[end]))
		end--;
	return end;
}

size_t utf8_fit(const char *s, size_t len, size_t max)
{
	if (len <= max)
		return len;
	size_t best = 0;
	uint32_t before;
	int32_t state = 0;
	size_t at = step(s, len, &before);
	while (at <= max) {
		uint32_t after;
		size_t n = step(s + at, len - at, &after);
		if (is_break(before, after, &state))
			best = at;
		before = after;
		at += n;
	}
	return best ? best : fit_codepoint(s, max);
}

/* May a reader's line end at `end`, after a blank or a hyphen? */
static bool is_word_end(const char *s, size_t len, size_t end)
{
	char last = s[end - 1];
	uint32_t after;
	int32_t state = 0;
	if (last != ' ' && last != '\t' && last != '\n' && last != '-')
		return false;
	step(s + end, len - end, &after);
	return is_break((uint32_t)last, after, &state);
}

size_t utf8_fit_words(const char *s, size_t len, size_t max)
{
	size_t fit = utf8_fit(s, len, max);
	if (fit == len || fit == 0)
		return fit;
	if (s[fit] == ' ' || s[fit] == '\t' || s[fit] == '\n')
		return fit;
	for (size_t end = fit; end >= fit - fit / 3; end--)
		if (is_word_end(s, len, end))
			return end;
	return fit;
}

size_t utf8_length(const char *s, size_t len)
{
	size_t count = 0;
	for (size_t i = 0; i < len; i++)
		count += !is_continuation(s[i]);
	return count;
}

bool utf8_is_invisible(uint32_t codepoint)
{
	static const uint32_t ranges[][2] = {
		{0x200B, 0x200F},
		{0x202A, 0x202E},
		{0x2060, 0x2064},
		{0x2066, 0x2069},
		{0xFEFF, 0xFEFF},
	};
	for (size_t i = 0; i < ARRAY_LEN(ranges); i++)
		if (codepoint >= ranges[i][0] && codepoint <= ranges[i][1])
			return true;
	return false;
}

bool utf8_is_control(uint32_t codepoint)
{
	return codepoint < 0x20 || (codepoint >= 0x7F && codepoint <= 0x9F);
}
