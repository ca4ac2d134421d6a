#include "config/scan.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_BYTES = 64, LINE_NAMES = 32 };

void scan_init(struct scan *scan, const char *text)
{
	*scan = (struct scan){.p = text, .line = 1, .at_line = 1};
}

static void step(struct scan *scan)
{
	if (*scan->p == '\n')
		scan->at_line++;
	scan->p++;
}

static void skip_line(struct scan *scan)
{
	while (*scan->p && *scan->p != '\n')
		scan->p++;
}

static void skip_block(struct scan *scan)
{
	while (*scan->p && strncmp(scan->p, "*/", 2) != 0)
		step(scan);
	if (*scan->p)
		scan->p += 2;
}

static void skip_string(struct scan *scan)
{
	step(scan);
	while (*scan->p && *scan->p != '"') {
		if (*scan->p == '\\' && scan->p[1])
			step(scan);
		step(scan);
	}
	if (*scan->p)
		scan->p++;
}

/* Skips one comment, string or blank; false: there is none. */
static bool skip_one(struct scan *scan)
{
	if (*scan->p == '#' || strncmp(scan->p, "//", 2) == 0)
		skip_line(scan);
	else if (strncmp(scan->p, "/*", 2) == 0)
		skip_block(scan);
	else if (*scan->p == '"')
		skip_string(scan);
	else if (isspace((unsigned char)*scan->p))
		step(scan);
	else
		return false;
	return true;
}

static size_t name_length(const char *p)
{
	size_t n = 0;

	if (!isalpha((unsigned char)p[0]) && p[0] != '*')
		return 0;
	while (isalnum((unsigned char)p[n]) || (p[n] && strchr("-_*", p[n])))
		n++;
	return n;
}

static bool is_exponent_sign(const char *p, size_t n)
{
	return n > 0 && (p[n] == '+' || p[n] == '-') &&
	       (p[n - 1] == 'e' || p[n - 1] == 'E');
}

static size_t number_length(const char *p)
{
	size_t sign = p[0] == '-' || p[0] == '+';
	size_t n = sign;

	if (!isdigit((unsigned char)p[sign]))
		return 0;
	while (isalnum((unsigned char)p[n]) || p[n] == '.' ||
		is_exponent_sign(p, n))
		n++;
	return n;
}

enum scan_token scan_next(struct scan *scan, struct span *ret)
{
	enum scan_token token = SCAN_OTHER;
	size_t n;

	while (skip_one(scan))
		;
	scan->line = scan->at_line;
	*ret = (struct span){.p = scan->p, .len = 0};
	if (!*scan->p)
		return SCAN_END;
	if ((n = name_length(scan->p)) > 0)
		token = SCAN_NAME;
	else if ((n = number_length(scan->p)) > 0)
		token = SCAN_NUMBER;
	else
		n = 1;
	ret->len = n;
	scan->p += n;
	return token;
}

static bool is_float(const char *digits, bool hex)
{
	return strchr(digits, '.') || (!hex && strpbrk(digits, "eE"));
}

enum scan_number scan_number_check(struct span number)
{
	char digits[NUMBER_BYTES];
	char *end;
	long long value;
	bool hex;

	if (number.len >= sizeof(digits))
		return SCAN_TOO_LARGE;
	memcpy(digits, number.p, number.len);
	digits[number.len] = '\0';
	hex = strpbrk(digits, "xX") != NULL;
	if (is_float(digits, hex))
		return SCAN_FITS;
	errno = 0;
	value = strtoll(digits, &end, hex ? 16 : 10);
	if (errno == ERANGE)
		return SCAN_TOO_LARGE;
	if (*end != 'L' && (value < INT32_MIN || value > INT32_MAX))
		return SCAN_NEEDS_L;
	return SCAN_FITS;
}

static bool is_same(struct span a, struct span b)
{
	return a.len == b.len && memcmp(a.p, b.p, a.len) == 0;
}

/* The names that are set on that line. */
static size_t names_of_line(
	const char *text, unsigned line, struct span names[LINE_NAMES])
{
	struct scan scan;
	struct span token;
	struct span last = {NULL, 0};
	size_t count = 0;
	enum scan_token kind;

	scan_init(&scan, text);
	while ((kind = scan_next(&scan, &token)) != SCAN_END &&
		scan.line <= line && count < LINE_NAMES) {
		if (kind == SCAN_OTHER && last.p && strchr("=:", *token.p))
			names[count++] = last;
		last = (struct span){NULL, 0};
		if (kind == SCAN_NAME && scan.line == line)
			last = token;
	}
	return count;
}

bool scan_doubled_name(const char *text, unsigned line, struct span *ret)
{
	struct span names[LINE_NAMES];
	size_t count = names_of_line(text, line, names);

	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < i; j++)
			if (is_same(names[i], names[j])) {
				*ret = names[i];
				return true;
			}
	if (count != 1)
		return false;
	*ret = names[0];
	return true;
}
