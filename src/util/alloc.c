#include "util/alloc.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Every failure of an allocator ends here, never in a caller. */
static void *checked(void *p)
{
	if (!p)
		abort();
	return p;
}

void *xcalloc(size_t n, size_t size)
{
	/* calloc(0) may be NULL, which would look like a failure. */
	if (n == 0 || size == 0)
		return checked(calloc(1, 1));
	return checked(calloc(n, size));
}

void *xreallocarray(void *old, size_t n, size_t size)
{
	/* A size of 0 would free `old` and return NULL. */
	if (n == 0 || size == 0)
		return checked(realloc(old, 1));
	return checked(reallocarray(old, n, size));
}

char *xstrdup(const char *s)
{
	return checked(strdup(s));
}

char *xstrdup_null(const char *s)
{
	return s ? xstrdup(s) : NULL;
}

char *xstrndup(const char *s, size_t n)
{
	return checked(strndup(s, n));
}

void *xmemdup(const void *p, size_t n)
{
	void *copy = checked(malloc(n ? n : 1));
	if (n)
		memcpy(copy, p, n);
	return copy;
}

char *xvasprintf(const char *fmt, va_list ap)
{
	va_list again;
	va_copy(again, ap);
	int len = vsnprintf(NULL, 0, fmt, ap);
	if (len < 0)
		abort();
	char *out = xcalloc((size_t)len + 1, 1);
	vsnprintf(out, (size_t)len + 1, fmt, again);
	va_end(again);
	return out;
}

char *xasprintf(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	char *out = xvasprintf(fmt, ap);
	va_end(ap);
	return out;
}

void set_string(char **field, const char *s)
{
	char *copy = xstrdup_null(s);
	free(*field);
	*field = copy;
}

void free_cleanup(void *pointer_to_pointer)
{
	void *p;
	memcpy(&p, pointer_to_pointer, sizeof(p));
	free(p);
}
