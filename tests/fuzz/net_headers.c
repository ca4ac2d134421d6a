/*
 * struct headers: whatever lines come, it stays within its bounds, and what
 * it finds is a terminated string of its own.
 *
 * The input is header lines that end with LF.
 */
#include "net/headers.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

/* The name of the line must be found again, unless it was left out. */
static void check(const struct headers *headers, const char *line, size_t len)
{
	const char *colon = memchr(line, ':', len);
	const char *value;
	char name[64];

	must(headers->count <= HEADERS_MAX);
	must(headers->lines.len <= HEADERS_MAX_BYTES);
	must(!headers->lines.overflow);
	if (!colon || (size_t)(colon - line) >= sizeof(name))
		return;
	memcpy(name, line, (size_t)(colon - line));
	name[colon - line] = '\0';
	value = headers_find(headers, name);
	if (!value)
		return;
	must(value > headers->lines.data);
	must(value + strlen(value) < headers->lines.data + headers->lines.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data;
	struct headers headers;

	headers_init(&headers);
	while (size > 0) {
		const char *lf = memchr(p, '\n', size);
		size_t len = lf ? (size_t)(lf + 1 - p) : size;

		headers_add_line(&headers, p, len);
		check(&headers, p, len);
		p += len;
		size -= len;
	}
	headers_release(&headers);
	return 0;
}
