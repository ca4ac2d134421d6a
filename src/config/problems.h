/*
 * What is wrong with a configuration file: a bounded list of lines for
 * people, each with its place. All that a file has is collected, so that one
 * run shows everything there is to mend.
 *
 * Owns its strings. At the ceiling further problems are counted, not kept.
 */
#ifndef CONFIG_PROBLEMS_H
#define CONFIG_PROBLEMS_H

#include "util/attr.h"
#include "util/buf.h"

#include <stdarg.h>
#include <stddef.h>

enum { PROBLEMS_MAX = 50 };

struct problem {
	char *file;
	unsigned line; /* 0: the file as a whole */
	char *setting; /* "networks[0].nick", or NULL: not about a setting */
	char *text;
};

struct problems {
	struct problem list[PROBLEMS_MAX];
	size_t count;
	size_t dropped;
};

/* Where a problem is; borrowed. */
struct place {
	const char *file;
	unsigned line;
	const char *setting;
};

void problems_init(struct problems *problems);
void problems_release(struct problems *problems);
void problems_add(struct problems *problems, const struct place *place,
	const char *fmt, ...) PRINTF_LIKE(3, 4);
void problems_vadd(struct problems *problems, const struct place *place,
	const char *fmt, va_list ap) PRINTF_LIKE(3, 0);
/* Sorts by file (in order of first mention) and line. */
void problems_sort(struct problems *problems);
/* Appends "FILE:LINE: SETTING: TEXT" without a newline. */
void problems_format(
	const struct problems *problems, size_t index, struct buf *out);

#endif
