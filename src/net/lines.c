#include "net/lines.h"

#include "util/alloc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	FIRST_SIZE_BYTES = 2048,
	LOW_ROOM_BYTES = 512,
};

void lines_init(struct lines *lines, size_t max_line_bytes)
{
	*lines = (struct lines){
		.max_line_bytes = max_line_bytes,
		/* 2: CR and LF */
		.ceiling = max_line_bytes + 2 + LINES_SLACK_BYTES,
	};
}

void lines_release(struct lines *lines)
{
	free(lines->data);
	lines_init(lines, lines->max_line_bytes);
}

static void lines_grow(struct lines *lines)
{
	size_t size = lines->size == 0 ? FIRST_SIZE_BYTES : lines->size * 2;

	if (size > lines->ceiling)
		size = lines->ceiling;
	if (size == lines->size)
		return;
	lines->data = xreallocarray(lines->data, size, 1);
	lines->size = size;
}

static void lines_compact(struct lines *lines)
{
	if (lines->begin == 0)
		return;
	memmove(lines->data, lines->data + lines->begin,
		lines->end - lines->begin);
	lines->end -= lines->begin;
	lines->begin = 0;
}

bool lines_has_room(const struct lines *lines)
{
	return lines->end - lines->begin < lines->ceiling;
}

char *lines_room(struct lines *lines, size_t *ret_size)
{
	if (lines->begin == lines->end)
		lines->begin = lines->end = 0;
	if (lines->size - lines->end < LOW_ROOM_BYTES)
		lines_compact(lines);
	if (lines->is_busy || lines->size - lines->end < LOW_ROOM_BYTES)
		lines_grow(lines);
	lines->is_busy = false;
	*ret_size = lines->size - lines->end;
	return lines->data + lines->end;
}

void lines_commit(struct lines *lines, size_t n)
{
	lines->end += n;
	lines->is_busy = lines->end == lines->size;
}

static void lines_drop(struct lines *lines, size_t n)
{
	lines->begin += n;
	lines->scanned = 0;
}

/* No LF yet: is it too long already? */
static void lines_wait(struct lines *lines, size_t len)
{
	lines->scanned = len;
	/* One more byte: it may be the CR. */
	if (lines->is_skipping || len > lines->max_line_bytes + 1) {
		lines->is_skipping = true;
		lines_drop(lines, len);
	}
}

int lines_next(struct lines *lines, char **ret_line, size_t *ret_len)
{
	char *line = lines->data + lines->begin;
	size_t len = lines->end - lines->begin;
	size_t rest = len - lines->scanned;
	char *lf = rest > 0 ? memchr(line + lines->scanned, '\n', rest) : NULL;
	bool was_skipping = lines->is_skipping;

	if (!lf) {
		lines_wait(lines, len);
		return 0;
	}
	len = (size_t)(lf - line);
	lines_drop(lines, len + 1);
	lines->is_skipping = false;
	if (len > 0 && line[len - 1] == '\r')
		len--;
	if (was_skipping || len > lines->max_line_bytes)
		return -EMSGSIZE;
	line[len] = '\0';
	*ret_line = line;
	*ret_len = len;
	return 1;
}

bool lines_is_empty(const struct lines *lines)
{
	return lines->begin == lines->end;
}

void lines_rest(struct lines *lines)
{
	if (!lines_is_empty(lines) || lines->is_busy)
		return;
	free(TAKE(lines->data));
	lines->size = 0;
	lines->begin = lines->end = 0;
}
