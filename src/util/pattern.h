/*
 * Patterns that people write into settings: masks for people, regular
 * expressions for texts. Neither can hang the caller, whatever the pattern
 * and the text are:
 *
 * - A mask takes at most len(mask) * len(text) steps.
 * - An expression (PCRE2, pcre2pattern(3)) has a limit on its steps, depth and
 *   memory. One that reaches it is reported as such: neither found nor not.
 *
 * Expressions know UTF-8 and Unicode's properties; they tell capitals from
 * small letters unless they begin with (?i). They are not compiled to machine
 * code, for which memory would have to be writable and executable.
 */
#ifndef UTIL_PATTERN_H
#define UTIL_PATTERN_H

#include "util/attr.h"
#include "util/err.h"

#include <stdbool.h>
#include <stddef.h>

enum {
	PATTERN_BYTES_MAX = 4096, /* of an expression */
	PATTERN_STEPS_MAX = 20000,
	PATTERN_DEPTH_MAX = 2000,
	PATTERN_HEAP_KIB = 1024,
};

/*
 * Is the whole text as the mask says? '*' stands for any number of
 * characters, '?' for one, and case does not matter: of a-z, and of []\~,
 * which for IRC (RFC 1459) are the capitals of {}|^.
 */
bool pattern_mask_fits(const char *mask, const char *text);

struct pattern;

/* NULL with `err` (-EINVAL): what is wrong, and at which character. */
struct pattern *pattern_new(const char *text, struct err *err) MUST_CHECK;
void pattern_free(struct pattern *pattern); /* NULL is fine */
/* As it was written. */
const char *pattern_text(const struct pattern *pattern);

enum pattern_answer {
	PATTERN_NOT_FOUND,
	PATTERN_FOUND,
	PATTERN_GAVE_UP, /* a limit was reached */
};
/* Anywhere in the text, which may be any bytes. */
enum pattern_answer pattern_find(
	const struct pattern *pattern, const char *text, size_t len);

#endif
