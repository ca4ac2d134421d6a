/*
 * Strict number parsing, ASCII case, spans of text. ASCII only and locale-free
 * by intent: what is compared here are protocol words.
 */
#ifndef UTIL_STR_H
#define UTIL_STR_H

#include "util/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Borrowed bytes; not terminated. */
struct span {
	const char *p;
	size_t len;
};

struct span span_of(const char *s);
bool span_is(struct span s, const char *literal);
bool span_is_nocase(struct span s, const char *literal);
/*
 * Cuts the text before the first `sep` off the front of *rest and returns it.
 * Without `sep` all of the rest is returned and *rest becomes {NULL, 0}.
 * A *rest of {NULL, 0} means: nothing is left.
 */
struct span span_cut(struct span *rest, char sep);
struct span span_trim(struct span s);

/* Whole string, decimal, no sign unless signed; 0, -EINVAL or -ERANGE. */
int parse_u64(const char *s, uint64_t max, uint64_t *ret) MUST_CHECK;
int parse_i64(const char *s, int64_t min, int64_t max, int64_t *ret) MUST_CHECK;

bool str_eq(const char *a, const char *b);        /* NULL equals only NULL */
bool str_eq_nocase(const char *a, const char *b); /* ASCII */
bool str_starts(const char *s, const char *prefix);
bool str_ends(const char *s, const char *suffix);
char ascii_lower(char c);
char ascii_upper(char c);
/* "" when s is NULL. */
const char *str_or_empty(const char *s);
/* What stands behind the last '/', of an ARN the id; all of it when that would
 * be nothing. */
const char *str_last_part(const char *s);

/* What stands behind a noun that is counted: "" or "s". */
const char *str_plural(size_t count);

/*
 * The name nearest to `word` by edit distance, or NULL when none is near
 * enough to be what was meant (more than a third of its letters differ).
 * `names` ends with NULL.
 */
const char *str_nearest(const char *word, const char *const *names);

#endif
