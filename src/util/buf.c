#include "util/buf.h"

#include "util/alloc.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_BYTES = 64 };

/* What an empty buffer points to; `size` 0 keeps it from being written. */
static const char nothing[1];

void buf_init(struct buf *b, size_t ceiling)
{
	/* One byte of the address space is needed for the NUL. */
	if (ceiling == SIZE_MAX)
		ceiling--;
	*b = (struct buf){
		.data = (char *)(uintptr_t)nothing,
		.ceiling = ceiling,
	};
}

void buf_release(struct buf *b)
{
	if (b->size)
		free(b->data);
	buf_init(b, b->ceiling);
}

void buf_clear(struct buf *b)
{
	b->len = 0;
	b->overflow = false;
	if (b->size)
		b->data[0] = '\0';
}

/* Room for `len` more bytes and the NUL, or sets `overflow`. */
static bool reserve(struct buf *b, size_t len)
{
	if (len > b->ceiling - b->len) {
		b->overflow = true;
		return false;
	}
	size_t need = b->len + len + 1;
	if (need <= b->size)
		return true;
	size_t size = b->size ? b->size : FIRST_BYTES;
	while (size < need)
		size = size > SIZE_MAX / 2 ? need : size * 2;
	/* The ceiling counts in memory too, as far as it is known. */
	if (size > b->ceiling + 1)
		size = b->ceiling + 1;
	b->data = xreallocarray(b->size ? b->data : NULL, size, 1);
	b->size = size;
	b->data[b->len] = '\0';
	return true;
}

void buf_add(struct buf *b, const void *bytes, size_t len)
{
	if (len == 0 || !reserve(b, len))
		return;
	memcpy(b->data + b->len, bytes, len);
	b->len += len;
	b->data[b->len] = '\0';
}

void buf_adds(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void buf_addc(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

static void add_formatted(struct buf *b, const char *fmt, va_list ap)
	PRINTF_LIKE(2, 0);

static void add_formatted(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	va_copy(again, ap);
	int len = vsnprintf(NULL, 0, fmt, ap);
	if (len < 0)
		abort();
	if (len > 0 && reserve(b, (size_t)len)) {
		vsnprintf(b->data + b->len, (size_t)len + 1, fmt, again);
		b->len += (size_t)len;
	}
	va_end(again);
}

void buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	add_formatted(b, fmt, ap);
	va_end(ap);
}

void buf_truncate(struct buf *b, size_t len)
{
	if (len >= b->len)
		return;
	b->len = len;
	b->data[len] = '\0';
}

char *buf_take(struct buf *b)
{
	char *out = b->size ? b->data : xstrdup("");
	buf_init(b, b->ceiling);
	return out;
}
