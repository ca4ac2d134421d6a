#include "net/headers.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

void headers_init(struct headers *headers)
{
	buf_init(&headers->lines, HEADERS_MAX_BYTES);
	headers->count = 0;
}

void headers_release(struct headers *headers)
{
	buf_release(&headers->lines);
	headers->count = 0;
}

static bool headers_is_status(const char *line, size_t len)
{
	return len >= 5 && memcmp(line, "HTTP/", 5) == 0;
}

void headers_add_line(struct headers *headers, const char *line, size_t len)
{
	while (len > 0 && (line[len - 1] == '\n' || line[len - 1] == '\r'))
		len--;
	if (headers_is_status(line, len)) {
		buf_clear(&headers->lines);
		headers->count = 0;
		return;
	}
	if (!memchr(line, ':', len) || memchr(line, '\0', len))
		return;
	/* Whole lines only: a cut value would be a wrong one. */
	if (headers->count == HEADERS_MAX ||
		headers->lines.len + len + 1 > HEADERS_MAX_BYTES)
		return;
	buf_add(&headers->lines, line, len);
	buf_addc(&headers->lines, '\0');
	headers->count++;
}

const char *headers_find(const struct headers *headers, const char *name)
{
	const char *line = headers->lines.data;
	const char *end = line + headers->lines.len;
	size_t name_len = strlen(name);

	for (; line < end; line += strlen(line) + 1) {
		const char *colon = strchr(line, ':');

		if ((size_t)(colon - line) != name_len ||
			strncasecmp(line, name, name_len) != 0)
			continue;
		colon++;
		return colon + strspn(colon, " \t");
	}
	return NULL;
}
