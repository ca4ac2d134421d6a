/*
 * Bytes in, lines out: the input buffer of a stream. Lines end with LF; a CR
 * before it goes too. They are parsed in place, so a line is valid until the
 * next call of any function here. Holds at most one line of the greatest
 * length and LINES_SLACK_BYTES; the rest of a longer line is skipped up to its
 * LF. What has no LF yet is no line.
 */
#ifndef NET_LINES_H
#define NET_LINES_H

#include "util/attr.h"

#include <stdbool.h>
#include <stddef.h>

enum { LINES_SLACK_BYTES = 16384 };

struct lines {
	char *data;
	size_t size;    /* allocated */
	size_t ceiling; /* of size */
	size_t begin;   /* what lines_next() has not given out yet ... */
	size_t end;     /* ... ends here */
	size_t scanned; /* bytes from begin that hold no LF */
	size_t max_line_bytes;
	bool is_skipping; /* the rest of a line that is too long */
	bool is_busy;     /* the last read filled the room: offer more */
};

void lines_init(struct lines *lines, size_t max_line_bytes);
void lines_release(struct lines *lines);
/* False: lines must be taken before more can be put in. */
bool lines_has_room(const struct lines *lines);
/* Where the next bytes may be put; at least one while there is room. */
char *lines_room(struct lines *lines, size_t *ret_size);
/* `n` bytes were put there. */
void lines_commit(struct lines *lines, size_t n);
/* 1 with a terminated line; 0: none; -EMSGSIZE: one too long was skipped. */
int lines_next(
	struct lines *lines, char **ret_line, size_t *ret_len) MUST_CHECK;
/* Gives back what an empty buffer does not need while little is read: the lines
 * that were given out are gone. */
void lines_rest(struct lines *lines);
bool lines_is_empty(const struct lines *lines);

#endif
