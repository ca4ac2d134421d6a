#include "util/json_repair.h"

#include "util/alloc.h"
#include "util/str.h"
#include "util/utf8.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const char replacement_escape[] = "\\ufffd";

struct scan {
	struct buf *out;
	const char *p;
	const char *end;
};

static size_t left(const struct scan *scan)
{
	return (size_t)(scan->end - scan->p);
}

static void keep(struct scan *scan, size_t len)
{
	buf_add(scan->out, scan->p, len);
	scan->p += len;
}

/* One character that is no escape; broken bytes become U+FFFD. */
static void keep_char(struct scan *scan)
{
	uint32_t codepoint;
	size_t n = utf8_decode(scan->p, left(scan), &codepoint);
	if (n) {
		keep(scan, n);
		return;
	}
	utf8_encode(scan->out, 0xFFFD);
	scan->p++;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Is the string that starts (behind its quote) at scan->p a member's name? */
static bool is_name(const struct scan *scan)
{
	const char *p = scan->p;
	while (p < scan->end && *p != '"')
		p += *p == '\\' && p + 1 < scan->end ? 2 : 1;
	if (p < scan->end)
		p++;
	while (p < scan->end && is_blank(*p))
		p++;
	return p < scan->end && *p == ':';
}

static bool is_hex(char c)
{
	char lower = ascii_lower(c);
	return (c >= '0' && c <= '9') || (lower >= 'a' && lower <= 'f');
}

/* The code unit of a \uXXXX at p, or -1. */
static int32_t escape_at(const char *p, const char *end)
{
	int32_t unit = 0;
	if (end - p < 6 || p[0] != '\\' || p[1] != 'u')
		return -1;
	for (int i = 2; i < 6; i++) {
		char c = ascii_lower(p[i]);
		if (!is_hex(c))
			return -1;
		unit = unit * 16 + (c <= '9' ? c - '0' : c - 'a' + 10);
	}
	return unit;
}

static bool is_high(int32_t unit)
{
	return unit >= 0xD800 && unit <= 0xDBFF;
}

static bool is_low(int32_t unit)
{
	return unit >= 0xDC00 && unit <= 0xDFFF;
}

/* A backslash and what belongs to it. */
static void repair_escape(struct scan *scan, bool in_name)
{
	int32_t unit = escape_at(scan->p, scan->end);
	if (unit < 0) {
		keep(scan, 1);
		/* The escaped character, so that \" does not end the string. */
		if (left(scan))
			keep_char(scan);
		return;
	}
	if (is_high(unit) && is_low(escape_at(scan->p + 6, scan->end))) {
		keep(scan, 12);
		return;
	}
	if (!is_high(unit) && !is_low(unit) && !(unit == 0 && in_name)) {
		keep(scan, 6);
		return;
	}
	buf_adds(scan->out, replacement_escape);
	scan->p += 6;
}

static void repair_control(struct scan *scan, bool in_name)
{
	if (*scan->p == '\0' && in_name)
		buf_adds(scan->out, replacement_escape);
	else
		buf_addf(scan->out, "\\u%04x", (unsigned)*scan->p);
	scan->p++;
}

static void repair_string(struct scan *scan)
{
	keep(scan, 1);
	bool in_name = is_name(scan);
	while (left(scan) && *scan->p != '"') {
		unsigned char c = (unsigned char)*scan->p;
		if (c == '\\')
			repair_escape(scan, in_name);
		else if (c < 0x20)
			repair_control(scan, in_name);
		else
			keep_char(scan);
	}
	if (left(scan))
		keep(scan, 1);
}

static bool is_number_char(char c)
{
	return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' ||
	       c == 'e' || c == 'E';
}

/* Does this number make Jansson refuse the text it is in? */
static bool is_out_of_range(const char *number)
{
	if (strpbrk(number, ".eE"))
		return isinf(strtod(number, NULL));
	errno = 0;
	return strtoll(number, NULL, 10) != 0 && errno == ERANGE;
}

static void repair_number(struct scan *scan)
{
	size_t len = 0;
	while (len < left(scan) && is_number_char(scan->p[len]))
		len++;
	char AUTOFREE *number = xstrndup(scan->p, len);
	if (!is_out_of_range(number)) {
		keep(scan, len);
		return;
	}
	buf_addc(scan->out, '0');
	scan->p += len;
}

void json_repair(struct buf *out, const char *text, size_t len)
{
	struct scan scan = {.out = out, .p = text, .end = text + len};
	while (left(&scan)) {
		char c = *scan.p;
		if (c == '"')
			repair_string(&scan);
		else if (c == '-' || (c >= '0' && c <= '9'))
			repair_number(&scan);
		else
			keep_char(&scan);
	}
}
