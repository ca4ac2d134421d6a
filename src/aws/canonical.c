#include "aws/canonical.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_SEGMENTS = 128 };

static bool is_unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
	       c == '~';
}

static void add_escaped(struct buf *out, char c)
{
	static const char hex[] = "0123456789ABCDEF";
	unsigned char byte = (unsigned char)c;
	char escape[3] = {'%', hex[byte >> 4], hex[byte & 15]};
	buf_add(out, escape, sizeof(escape));
}

/* How many bytes at the front need no escape. */
static size_t plain_prefix(struct span s)
{
	size_t n = 0;
	while (n < s.len && is_unreserved(s.p[n]))
		n++;
	return n;
}

static struct span skip_bytes(struct span s, size_t n)
{
	return (struct span){s.p + n, s.len - n};
}

static void add_encoded(struct buf *out, struct span s)
{
	while (s.len > 0) {
		size_t n = plain_prefix(s);
		buf_add(out, s.p, n);
		s = skip_bytes(s, n);
		if (s.len == 0)
			return;
		add_escaped(out, s.p[0]);
		s = skip_bytes(s, 1);
	}
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte that an escape at s stands for, or -1: then % is a plain %. */
static int escape_value(struct span s)
{
	if (s.len < 3 || s.p[0] != '%')
		return -1;
	int high = hex_value(s.p[1]);
	int low = hex_value(s.p[2]);
	return high < 0 || low < 0 ? -1 : high << 4 | low;
}

/* Encodes strictly what may be encoded already, loosely, or not at all. */
static void add_reencoded(struct buf *out, struct span s)
{
	while (s.len > 0) {
		size_t n = plain_prefix(s);
		buf_add(out, s.p, n);
		s = skip_bytes(s, n);
		if (s.len == 0)
			return;
		int value = escape_value(s);
		char c = value < 0 ? s.p[0] : (char)value;
		add_encoded(out, (struct span){&c, 1});
		s = skip_bytes(s, value < 0 ? 1 : 3);
	}
}

/* ---- path ---- */

static void add_segment(struct buf *out, struct span segment, unsigned flags)
{
	buf_addc(out, '/');
	if (flags & SIGV4_ENCODE_ONCE)
		add_reencoded(out, segment);
	else
		add_encoded(out, segment);
}

static bool has_dots_or_blanks(struct span path)
{
	for (size_t i = 0; i + 1 < path.len; i++) {
		if (path.p[i] == '/' &&
			(path.p[i + 1] == '/' || path.p[i + 1] == '.'))
			return true;
	}
	return false;
}

/*
 * Resolves ".", ".." and empty segments. Returns how many remain, or -E2BIG.
 * Whether the path ends in a slash is told apart.
 */
static int resolve(
	struct span path, struct span segments[MAX_SEGMENTS], bool *ret_slash)
{
	int count = 0;
	bool slash = false;
	while (path.p) {
		struct span s = span_cut(&path, '/');
		slash = s.len == 0 || span_is(s, ".") || span_is(s, "..");
		if (span_is(s, "..") && count > 0)
			count--;
		if (slash)
			continue;
		if (count == MAX_SEGMENTS)
			return -E2BIG;
		segments[count++] = s;
	}
	*ret_slash = slash;
	return count;
}

static int add_resolved(struct buf *out, struct span path, unsigned flags)
{
	struct span segments[MAX_SEGMENTS];
	bool slash;
	int count = resolve(path, segments, &slash);
	if (count < 0)
		return count;
	for (int i = 0; i < count; i++)
		add_segment(out, segments[i], flags);
	if (slash || count == 0)
		buf_addc(out, '/');
	return 0;
}

int canonical_path(struct buf *out, struct span path, unsigned flags)
{
	if (path.len == 0) {
		buf_addc(out, '/');
		return 0;
	}
	if (!(flags & SIGV4_KEEP_DOTS) && has_dots_or_blanks(path))
		return add_resolved(out, path, flags);
	if (path.p[0] == '/')
		path = skip_bytes(path, 1);
	do {
		add_segment(out, span_cut(&path, '/'), flags);
	} while (path.p);
	return 0;
}

/* ---- query ---- */

/* Encoded, so free of NUL: both are strings. */
struct pair {
	const char *name;
	const char *value;
};

static int compare_pairs(const void *a, const void *b)
{
	const struct pair *left = a, *right = b;
	int order = strcmp(left->name, right->name);
	return order ? order : strcmp(left->value, right->value);
}

/* Encodes all parameters one after the other into `text`, each name and each
 * value ended by a NUL. Returns how many, or -E2BIG. */
static int encode_pairs(struct buf *text, struct span query, const char *skip)
{
	int count = 0;
	while (query.p) {
		struct span value = span_cut(&query, '&');
		struct span name = span_cut(&value, '=');
		bool is_empty = name.len == 0 && !value.p;
		if (is_empty || (skip && span_is(name, skip)))
			continue;
		if (count++ == SIGV4_MAX_QUERY)
			return -E2BIG;
		add_reencoded(text, name);
		buf_addc(text, '\0');
		if (value.p)
			add_reencoded(text, value);
		buf_addc(text, '\0');
	}
	return text->overflow ? -E2BIG : count;
}

static void add_pairs(struct buf *out, const char *text, int count)
{
	struct pair pairs[SIGV4_MAX_QUERY];
	for (int i = 0; i < count; i++) {
		pairs[i].name = text;
		text += strlen(text) + 1;
		pairs[i].value = text;
		text += strlen(text) + 1;
	}
	if (count > 1)
		qsort(pairs, (size_t)count, sizeof(pairs[0]), compare_pairs);
	for (int i = 0; i < count; i++) {
		if (i > 0)
			buf_addc(out, '&');
		buf_adds(out, pairs[i].name);
		buf_addc(out, '=');
		buf_adds(out, pairs[i].value);
	}
}

int canonical_query(struct buf *out, struct span query, const char *skip)
{
	struct buf AUTOBUF text;
	buf_init(&text, SIGV4_MAX_BYTES);
	int count = query.len ? encode_pairs(&text, query, skip) : 0;
	if (count < 0)
		return count;
	add_pairs(out, text.data, count);
	return 0;
}

/* ---- headers ---- */

static int compare_names(const char *a, const char *b)
{
	while (*a && ascii_lower(*a) == ascii_lower(*b)) {
		a++;
		b++;
	}
	return (unsigned char)ascii_lower(*a) - (unsigned char)ascii_lower(*b);
}

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Trimmed, runs of blanks as one space. */
static void add_value(struct buf *out, const char *value)
{
	while (is_blank(*value))
		value++;
	while (*value) {
		size_t word = 0;
		while (value[word] && !is_blank(value[word]))
			word++;
		buf_add(out, value, word);
		value += word;
		while (is_blank(*value))
			value++;
		if (*value)
			buf_addc(out, ' ');
	}
}

static void add_lower(struct buf *out, const char *name)
{
	for (; *name; name++)
		buf_addc(out, ascii_lower(*name));
}

/* Stable, and made for the handful of headers a request has. */
static void sort_headers(const struct sigv4_header **sorted, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		const struct sigv4_header *moved = sorted[i];
		size_t at = i;
		while (at > 0 &&
			compare_names(moved->name, sorted[at - 1]->name) < 0) {
			sorted[at] = sorted[at - 1];
			at--;
		}
		sorted[at] = moved;
	}
}

int canonical_headers(struct buf *out, struct buf *names,
	const struct sigv4_header *headers, size_t count)
{
	const struct sigv4_header *sorted[SIGV4_MAX_HEADERS];
	if (count > SIGV4_MAX_HEADERS)
		return -E2BIG;
	for (size_t i = 0; i < count; i++) {
		if (!headers[i].name[0])
			return -EINVAL;
		sorted[i] = &headers[i];
	}
	sort_headers(sorted, count);
	for (size_t i = 0; i < count; i++) {
		bool again = i > 0 && !compare_names(sorted[i]->name,
					      sorted[i - 1]->name);
		if (again) {
			buf_truncate(out, out->len - 1); /* its newline */
			buf_addc(out, ',');
		} else {
			if (i > 0)
				buf_addc(names, ';');
			add_lower(names, sorted[i]->name);
			add_lower(out, sorted[i]->name);
			buf_addc(out, ':');
		}
		add_value(out, sorted[i]->value);
		buf_addc(out, '\n');
	}
	return 0;
}
