#include "model/text.h"

#include "util/alloc.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_RUNS = 4 };

void text_init(struct text *text, size_t ceiling_bytes)
{
	*text = (struct text){.runs = NULL};
	buf_init(&text->bytes, ceiling_bytes);
}

void text_release(struct text *text)
{
	free(text->runs);
	text->runs = NULL;
	text->run_count = 0;
	text->run_size = 0;
	buf_release(&text->bytes);
}

void text_clear(struct text *text)
{
	text->run_count = 0;
	buf_clear(&text->bytes);
}

static void add_run(struct text *text, struct text_run run)
{
	if (text->run_count == TEXT_RUNS_MAX)
		return;
	if (text->run_count == text->run_size) {
		size_t size = text->run_size ? text->run_size * 2 : FIRST_RUNS;
		text->runs =
			xreallocarray(text->runs, size, sizeof(*text->runs));
		text->run_size = size;
	}
	text->runs[text->run_count++] = run;
}

/* Styles the bytes from `offset` to the end, which were just appended. */
static void style_tail(struct text *text, size_t offset, unsigned styles)
{
	size_t len = text->bytes.len - offset;
	if (len == 0 || styles == 0)
		return;
	if (text->run_count) {
		struct text_run *last = &text->runs[text->run_count - 1];
		if (last->styles == styles &&
			last->offset + last->len == offset) {
			last->len += len;
			return;
		}
	}
	add_run(text, (struct text_run){
			      .offset = offset,
			      .len = len,
			      .styles = styles,
		      });
}

void text_append(
	struct text *text, const char *bytes, size_t len, unsigned styles)
{
	size_t offset = text->bytes.len;
	buf_add(&text->bytes, bytes, len);
	style_tail(text, offset, styles);
}

void text_append_plain(struct text *text, const char *s)
{
	text_append(text, s, strlen(s), 0);
}

const char *text_plain(const struct text *text)
{
	return text->bytes.data;
}

bool text_is_empty(const struct text *text)
{
	return text->bytes.len == 0;
}

bool text_overflowed(const struct text *text)
{
	return text->bytes.overflow;
}

void text_copy(struct text *dst, const struct text *src)
{
	if (dst == src)
		return;
	text_clear(dst);
	dst->bytes.ceiling = src->bytes.ceiling;
	buf_add(&dst->bytes, src->bytes.data, src->bytes.len);
	dst->bytes.overflow = src->bytes.overflow;
	for (size_t i = 0; i < src->run_count; i++)
		add_run(dst, src->runs[i]);
}
