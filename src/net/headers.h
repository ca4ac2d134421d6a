/*
 * The headers of one HTTP answer, as they came. Bounded: what comes after
 * HEADERS_MAX headers or HEADERS_MAX_BYTES bytes is left out. An interim answer
 * (1xx) or one of a proxy is forgotten when the next status line comes.
 */
#ifndef NET_HEADERS_H
#define NET_HEADERS_H

#include "util/buf.h"

#include <stddef.h>

enum { HEADERS_MAX = 64, HEADERS_MAX_BYTES = 16384 };

struct headers {
	struct buf lines; /* each ended by a NUL */
	unsigned count;
};

void headers_init(struct headers *headers);
void headers_release(struct headers *headers);
/* One line as it came: a status line, "Name: value" or the empty one, with
 * its line end. */
void headers_add_line(struct headers *headers, const char *line, size_t len);
/* The value of the first header of that name in any case, or NULL. Valid
 * until the next change. */
const char *headers_find(const struct headers *headers, const char *name);

#endif
