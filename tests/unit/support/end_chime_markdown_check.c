#include "config.h"

#include "unit/support/end_chime_markdown_check.h"

#include "end_chime/markdown.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CEILING = 64 << 20 };

static void print_text(const char *label, const struct text *text)
{
	fprintf(stderr, "%s: %zu bytes <%s>\n", label, text->bytes.len,
		text_plain(text));
	for (size_t i = 0; i < text->run_count; i++)
		fprintf(stderr, "  %zu+%zu: %x\n", text->runs[i].offset,
			text->runs[i].len, text->runs[i].styles);
}

static void fail(const struct text *text, const struct buf *written,
	const struct text *back)
{
	print_text("text", text);
	fprintf(stderr, "written: <%s>\n", written->data);
	print_text("back", back);
	abort();
}

/* The styles of each byte. */
static unsigned char *spread(const struct text *text)
{
	unsigned char *out = calloc(1, text->bytes.len + 1);
	if (!out)
		abort();
	for (size_t i = 0; i < text->run_count; i++)
		memset(out + text->runs[i].offset, (int)text->runs[i].styles,
			text->runs[i].len);
	return out;
}

static bool same_styles(const struct text *a, const struct text *b)
{
	const char *s = a->bytes.data;
	bool same = true;
	unsigned lost = TEXT_UNDERLINE;
	if (a->run_count == TEXT_RUNS_MAX || b->run_count == TEXT_RUNS_MAX)
		return true;
	if (memmem(s, a->bytes.len, "```", 3))
		lost |= TEXT_CODE;
	unsigned char *of_a = spread(a), *of_b = spread(b);
	for (size_t i = 0; i < a->bytes.len; i++)
		if (!strchr(" \t\n", s[i]) && s[i] &&
			((of_a[i] ^ of_b[i]) & ~lost))
			same = false;
	free(of_a);
	free(of_b);
	return same;
}

void markdown_check_round(const struct text *text)
{
	struct text back AUTOTEXT;
	struct buf written AUTOBUF;
	text_init(&back, CEILING);
	buf_init(&written, CEILING);
	markdown_write(&written, text);
	markdown_read(&back, written.data, written.len);
	if (back.bytes.len != text->bytes.len ||
		memcmp(back.bytes.data, text->bytes.data, back.bytes.len) !=
			0 ||
		!same_styles(text, &back))
		fail(text, &written, &back);
}

static bool runs_are_sound(const struct text *text)
{
	size_t at = 0;
	for (size_t i = 0; i < text->run_count; i++) {
		const struct text_run *run = &text->runs[i];
		if (run->offset < at || !run->len || !run->styles ||
			run->offset + run->len > text->bytes.len)
			return false;
		at = run->offset + run->len;
	}
	return true;
}

void markdown_check_read(const char *s, size_t len)
{
	struct text text AUTOTEXT;
	text_init(&text, CEILING);
	markdown_read(&text, s, len);
	if (text.bytes.len > len || !runs_are_sound(&text)) {
		print_text("read", &text);
		abort();
	}
	markdown_check_round(&text);
}

void markdown_check_build(struct text *text, const char *s, size_t len)
{
	unsigned styles = 0;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)s[i] < ' ' && !strchr("\t\n", s[i]))
			styles = (unsigned char)s[i];
		else
			text_append(text, s + i, 1, styles);
}
