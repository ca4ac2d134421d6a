#include "unit/support/irc_split_check.h"

#include "irc/split.h"
#include "util/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void must(bool holds, const char *what, size_t at)
{
	if (holds)
		return;
	fprintf(stderr, "irc_split: %s at %zu\n", what, at);
	abort();
}

/* The format that the text has just before `at`. */
static struct irc_format format_at(const char *text, size_t len, size_t at)
{
	struct irc_format format = irc_format_plain();
	for (size_t i = 0; i < at;) {
		size_t code = irc_format_code(text + i, len - i, &format);
		i += code ? code : 1;
	}
	return format;
}

static void check_left_out(const char *text, size_t len, size_t from, size_t to)
{
	unsigned blanks = 0;
	struct irc_format ignored = irc_format_plain();
	while (from < to) {
		char c = text[from];
		size_t code =
			irc_format_code(text + from, len - from, &ignored);
		blanks += c == ' ';
		must(code || c == ' ' || c == '\r' || c == '\n' || c == '\0' ||
				c == '\x01',
			"text was left out", from);
		from += code ? code : 1;
	}
	must(blanks <= 1, "blanks were left out", from);
}

/* The part is the codes that open it, and the bytes that it says. */
static void check_part(const char *text, size_t len,
	const struct irc_part *part, const struct buf *out)
{
	size_t bytes = part->end - part->begin;
	must(part->begin < part->end, "an empty part", part->begin);
	must(part->end <= part->next && part->next <= len, "bad offsets",
		part->begin);
	must(out->len >= bytes, "bytes are missing", part->begin);
	size_t opening = out->len - bytes;
	must(memcmp(out->data + opening, text + part->begin, bytes) == 0,
		"other bytes", part->begin);
	struct irc_format want = format_at(text, len, part->begin);
	struct irc_format got = format_at(out->data, out->len, opening);
	must(irc_format_equal(want, got), "another format", part->begin);
	must(!memchr(out->data, '\0', out->len) &&
			!memchr(out->data, '\n', out->len) &&
			!memchr(out->data, '\r', out->len),
		"a line break", part->begin);
	must(out->data[0] != '\x01', "a CTCP request", part->begin);
}

static void check_resumed(const char *text, size_t len, size_t budget,
	const struct irc_part *part)
{
	struct irc_split split;
	struct irc_part again;
	struct buf out AUTOBUF;
	buf_init(&out, budget);
	if (irc_split_init(&split, text, len, budget, part->begin) != 0)
		abort();
	must(irc_split_next(&split, &out, &again), "no part when resumed",
		part->begin);
	must(again.begin == part->begin && again.end == part->end &&
			again.next == part->next,
		"another part when resumed", part->begin);
}

size_t irc_split_check(const char *text, size_t len, size_t budget)
{
	struct irc_split split;
	struct irc_part part;
	struct buf out AUTOBUF;
	bool valid = utf8_is_valid(text, len);
	size_t at = 0;
	size_t count = 0;
	buf_init(&out, budget);
	if (irc_split_init(&split, text, len, budget, 0) != 0)
		abort();
	for (; irc_split_next(&split, &out, &part); count++) {
		must(!out.overflow, "past the budget", part.begin);
		must(part.begin >= at, "going back", part.begin);
		check_left_out(text, len, at, part.begin);
		check_part(text, len, &part, &out);
		must(!valid || utf8_is_valid(out.data, out.len),
			"a cut character", part.begin);
		check_left_out(text, len, part.end, part.next);
		if (count < 16)
			check_resumed(text, len, budget, &part);
		at = part.next;
	}
	check_left_out(text, len, at, len);
	return count;
}
