/*
 * Neutral rich text, what a message says in Belfry's own words: UTF-8 bytes
 * and runs of style over them. Line breaks are '\n'; links and mentions are
 * their plain text. Each side renders it in its own way.
 *
 * The runs are in order, do not overlap, are never empty, and have at least
 * one style each; bytes outside of all runs are plain. Neighbouring runs of
 * the same style are one run.
 *
 * Limits: the bytes have the ceiling given at init; an append that would pass
 * it appends nothing and is remembered (text_overflowed). After TEXT_RUNS_MAX
 * runs further text is appended unstyled: what is said matters more than how
 * it looks. The caller brings valid UTF-8 and whole code points; nothing is
 * checked here.
 *
 * A value without I/O: it owns its memory, nobody else keeps pointers into it.
 */
#ifndef MODEL_TEXT_H
#define MODEL_TEXT_H

#include "util/attr.h"
#include "util/buf.h"

#include <stdbool.h>
#include <stddef.h>

enum text_style {
	TEXT_BOLD = 1,
	TEXT_ITALIC = 2,
	TEXT_UNDERLINE = 4,
	TEXT_STRIKE = 8,
	TEXT_CODE = 16,
};

enum { TEXT_RUNS_MAX = 512 };

struct text_run {
	size_t offset; /* of its first byte */
	size_t len;
	unsigned styles; /* of enum text_style, combined; not 0 */
};

struct text {
	struct buf bytes;
	struct text_run *runs;
	size_t run_count;
	size_t run_size; /* allocated */
};

void text_init(struct text *text, size_t ceiling_bytes);
/* Frees the memory; the text may be used again with the same ceiling. */
void text_release(struct text *text);
/* Forgets content, styles and overflow, keeps the memory. */
void text_clear(struct text *text);

/* Appends; `styles` are of enum text_style, 0 for plain. */
void text_append(
	struct text *text, const char *bytes, size_t len, unsigned styles);
/* Appends a terminated string without style. */
void text_append_plain(struct text *text, const char *s);

/* The bytes as a string without styles; valid until the text changes. */
const char *text_plain(const struct text *text);
bool text_is_empty(const struct text *text);
/* Was anything left out because of the ceiling since the last clear? */
bool text_overflowed(const struct text *text);

/*
 * Makes `dst`, which is initialised, equal to `src` with its ceiling and its
 * overflow. The two share nothing afterwards. dst may be src.
 */
void text_copy(struct text *dst, const struct text *src);

/* struct text AUTOTEXT t; releases t at the end of its scope. */
#define AUTOTEXT CLEANUP(text_release)

#endif
