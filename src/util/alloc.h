/*
 * Allocate-or-abort. Running out of memory is not an input error: these end
 * the process, so callers need no error path. Sizes that come from a network
 * must be bounded by the caller first. Everything returned is owned by the
 * caller and released with free().
 */
#ifndef UTIL_ALLOC_H
#define UTIL_ALLOC_H

#include "util/attr.h"

#include <stdarg.h>
#include <stddef.h>

/* Zeroed memory for n objects of `size` bytes; n * size may not overflow. */
void *xcalloc(size_t n, size_t size) MUST_CHECK;
/* As reallocarray(3). */
void *xreallocarray(void *old, size_t n, size_t size) MUST_CHECK;
char *xstrdup(const char *s) MUST_CHECK;
/* NULL stays NULL. */
char *xstrdup_null(const char *s) MUST_CHECK;
/* At most n bytes of s, always terminated. */
char *xstrndup(const char *s, size_t n) MUST_CHECK;
void *xmemdup(const void *p, size_t n) MUST_CHECK;
char *xasprintf(const char *fmt, ...) PRINTF_LIKE(1, 2) MUST_CHECK;
char *xvasprintf(const char *fmt, va_list ap) PRINTF_LIKE(1, 0) MUST_CHECK;

/* Frees *field and stores a copy of s (or NULL). s may be *field itself. */
void set_string(char **field, const char *s);

/* Takes the pointer out of a variable: the variable is NULL afterwards. */
#define TAKE(p)                                                                \
	({                                                                     \
		__typeof__(p) take_tmp_ = (p);                                 \
		(p) = NULL;                                                    \
		take_tmp_;                                                     \
	})

/* For CLEANUP(): frees what a `char *` or `void *` variable points to. */
void free_cleanup(void *pointer_to_pointer);
#define AUTOFREE CLEANUP(free_cleanup)

#endif
