#include "util/str.h"

#include <errno.h>
#include <string.h>

struct span span_of(const char *s)
{
	return (struct span){.p = s, .len = s ? strlen(s) : 0};
}

static bool same_nocase(const char *a, const char *b, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (ascii_lower(a[i]) != ascii_lower(b[i]))
			return false;
	return true;
}

bool span_is(struct span s, const char *literal)
{
	size_t len = strlen(literal);
	return s.len == len && (len == 0 || memcmp(s.p, literal, len) == 0);
}

bool span_is_nocase(struct span s, const char *literal)
{
	return s.len == strlen(literal) && same_nocase(s.p, literal, s.len);
}

struct span span_cut(struct span *rest, char sep)
{
	struct span all = *rest;
	const char *at = all.len ? memchr(all.p, sep, all.len) : NULL;
	if (!at) {
		*rest = (struct span){.p = NULL, .len = 0};
		return all;
	}
	struct span first = {.p = all.p, .len = (size_t)(at - all.p)};
	*rest = (struct span){.p = at + 1, .len = all.len - first.len - 1};
	return first;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct span span_trim(struct span s)
{
	while (s.len && is_blank(s.p[0])) {
		s.p++;
		s.len--;
	}
	while (s.len && is_blank(s.p[s.len - 1]))
		s.len--;
	return s;
}

int parse_u64(const char *s, uint64_t max, uint64_t *ret)
{
	uint64_t value = 0;
	bool over = false;
	if (!*s)
		return -EINVAL;
	for (; *s; s++) {
		if (*s < '0' || *s > '9')
			return -EINVAL;
		uint64_t digit = (uint64_t)(*s - '0');
		/* Read on: garbage behind it is the greater mistake. */
		over = over || __builtin_mul_overflow(value, 10, &value) ||
		       __builtin_add_overflow(value, digit, &value);
	}
	if (over || value > max)
		return -ERANGE;
	*ret = value;
	return 0;
}

int parse_i64(const char *s, int64_t min, int64_t max, int64_t *ret)
{
	bool negative = *s == '-';
	uint64_t limit = (uint64_t)INT64_MAX + (negative ? 1 : 0);
	uint64_t magnitude;
	int rc = parse_u64(s + (negative ? 1 : 0), limit, &magnitude);
	if (rc)
		return rc;
	/* Two's complement: the negation is right for INT64_MIN as well. */
	int64_t value = (int64_t)(negative ? 0 - magnitude : magnitude);
	if (value < min || value > max)
		return -ERANGE;
	*ret = value;
	return 0;
}

bool str_eq(const char *a, const char *b)
{
	if (!a || !b)
		return a == b;
	return strcmp(a, b) == 0;
}

bool str_eq_nocase(const char *a, const char *b)
{
	if (!a || !b)
		return a == b;
	size_t len = strlen(a);
	return len == strlen(b) && same_nocase(a, b, len);
}

bool str_starts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool str_ends(const char *s, const char *suffix)
{
	size_t len = strlen(s);
	size_t suffix_len = strlen(suffix);
	return len >= suffix_len && strcmp(s + len - suffix_len, suffix) == 0;
}

char ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

char ascii_upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - ('a' - 'A')) : c;
}

const char *str_plural(size_t count)
{
	return count == 1 ? "" : "s";
}

const char *str_or_empty(const char *s)
{
	return s ? s : "";
}

const char *str_last_part(const char *s)
{
	const char *slash = strrchr(s, '/');

	return slash && slash[1] ? slash + 1 : s;
}

/* Longer words are not compared: nobody mistypes those by a letter. */
enum { NEAREST_BYTES = 64 };

static unsigned smaller(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/*
 * Damerau-Levenshtein distance (optimal string alignment): insert, delete,
 * replace and swap of two neighbours cost one each; case costs nothing. Three
 * rows of the table are enough.
 */
static unsigned edit_distance(struct span a, struct span b)
{
	unsigned table[3][NEAREST_BYTES + 1];
	unsigned *above2 = table[0], *above = table[1], *row = table[2];
	for (unsigned j = 0; j <= b.len; j++)
		above[j] = j;
	for (unsigned i = 1; i <= a.len; i++) {
		char x = ascii_lower(a.p[i - 1]);
		row[0] = i;
		for (unsigned j = 1; j <= b.len; j++) {
			char y = ascii_lower(b.p[j - 1]);
			unsigned best = smaller(above[j], row[j - 1]) + 1;
			best = smaller(best, above[j - 1] + (x != y));
			if (i > 1 && j > 1 && x == ascii_lower(b.p[j - 2]) &&
				y == ascii_lower(a.p[i - 2]))
				best = smaller(best, above2[j - 2] + 1);
			row[j] = best;
		}
		unsigned *spare = above2;
		above2 = above;
		above = row;
		row = spare;
	}
	return above[b.len];
}

const char *str_nearest(const char *word, const char *const *names)
{
	const char *nearest = NULL;
	unsigned nearest_distance = 0;
	struct span wanted = span_of(word);
	if (wanted.len > NEAREST_BYTES)
		return NULL;
	for (; *names; names++) {
		struct span name = span_of(*names);
		if (name.len > NEAREST_BYTES)
			continue;
		unsigned distance = edit_distance(wanted, name);
		size_t letters = name.len > wanted.len ? name.len : wanted.len;
		if ((size_t)distance * 3 > letters)
			continue;
		if (nearest && distance >= nearest_distance)
			continue;
		nearest = *names;
		nearest_distance = distance;
	}
	return nearest;
}
