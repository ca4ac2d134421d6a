/*
 * struct lines against the plainest of line splitters: bytes that come in
 * pieces must give the same lines, and the same lines that are too long, as
 * all of them at once.
 *
 * The first byte is the greatest length of a line, the second the size of the
 * pieces, the rest what the peer sends.
 */
#include "net/lines.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is left of the input, as the plain splitter sees it. */
struct plain {
	const char *p;
	size_t left;
	size_t max_line;
};

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void check_line(
	struct plain *plain, int got, const char *line, size_t len)
{
	const char *lf = memchr(plain->p, '\n', plain->left);
	size_t expected;

	must(lf != NULL);
	expected = (size_t)(lf - plain->p);
	if (expected > 0 && lf[-1] == '\r')
		expected--;
	if (expected > plain->max_line) {
		must(got == -EMSGSIZE);
	} else {
		must(got == 1 && len == expected && line[len] == '\0');
		must(memcmp(line, plain->p, len) == 0);
	}
	plain->left -= (size_t)(lf + 1 - plain->p);
	plain->p = lf + 1;
}

static void take(struct lines *lines, struct plain *plain)
{
	char *line = NULL;
	size_t len = 0;
	int got;

	while ((got = lines_next(lines, &line, &len)) != 0)
		check_line(plain, got, line, len);
}

static size_t put(struct lines *lines, const uint8_t *data, size_t size)
{
	size_t room;
	char *to = lines_room(lines, &room);

	must(room > 0);
	if (size > room)
		size = room;
	memcpy(to, data, size);
	lines_commit(lines, size);
	return size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct plain plain;
	struct lines lines;
	size_t piece;

	if (size < 2)
		return 0;
	plain = (struct plain){.p = (const char *)data + 2,
		.left = size - 2,
		.max_line = data[0]};
	piece = (size_t)data[1] * data[1] + 1;
	lines_init(&lines, plain.max_line);
	for (size_t at = 2; at < size;) {
		size_t n = size - at < piece ? size - at : piece;

		must(lines_has_room(&lines));
		at += put(&lines, data + at, n);
		take(&lines, &plain);
	}
	must(!memchr(plain.p, '\n', plain.left));
	lines_release(&lines);
	return 0;
}
