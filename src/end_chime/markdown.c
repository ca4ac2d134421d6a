#include "end_chime/markdown.h"

#include "util/str.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

/* Letters and digits, and all of what is not ASCII. */
static bool is_word(char c)
{
	return isalnum((unsigned char)c) || (unsigned char)c >= 0x80;
}

static bool is_url_end(const char *s, size_t len, size_t at)
{
	unsigned char c = (unsigned char)s[at];
	if (c <= ' ' || c == 0x7f || strchr("*`[]\\<>\"", c))
		return true;
	return c == '~' && at + 1 < len && s[at + 1] == '~';
}

size_t markdown_url(const char *s, size_t len, size_t at)
{
	static const char *const schemes[] = {"http://", "https://"};
	if (at > 0 && is_word(s[at - 1]))
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
		size_t n = strlen(schemes[i]);
		if (len - at <= n || strncasecmp(s + at, schemes[i], n) != 0)
			continue;
		size_t end = at + n;
		while (end < len && !is_url_end(s, len, end))
			end++;
		return end > at + n ? end - at : 0;
	}
	return 0;
}

/* A part of a whole: what is outside of it is still looked at. */
struct part {
	const char *s;
	size_t len;
	size_t from;
	size_t to;
	bool styled; /* between markers */
};

/* Are there markers right before or behind this byte? */
static bool is_seam(const struct part *part, size_t at)
{
	return (at == part->from && (at > 0 || part->styled)) ||
	       (at + 1 == part->to && (part->to < part->len || part->styled));
}

/* Would this byte mean something where it stands? */
static bool is_special(const struct part *part, size_t at)
{
	char before = at > 0 ? part->s[at - 1] : '\n';
	char after = at + 1 < part->len ? part->s[at + 1] : '\n';
	switch (part->s[at]) {
	case '\\':
	case '*':
	case '`':
	case '[':
	case ']':
		return true;
	case '_':
		return !is_word(before) || !is_word(after) || is_seam(part, at);
	case '~':
		return after == '~' || before == '~' || is_seam(part, at);
	case '#':
	case '>':
		return before == '\n';
	case '<':
		return isalpha((unsigned char)after) || after == '/' ||
		       after == '!';
	default:
		return false;
	}
}

static void escape_part(struct buf *out, const struct part *part)
{
	for (size_t at = part->from; at < part->to;) {
		size_t url = markdown_url(part->s, part->to, at);
		/* A "~~" after it would take this one as its first half. */
		if (url && part->s[at + url - 1] == '~' &&
			is_seam(part, at + url - 1))
			url--;
		if (url) {
			buf_add(out, part->s + at, url);
			at += url;
			continue;
		}
		if (is_special(part, at))
			buf_addc(out, '\\');
		buf_addc(out, part->s[at++]);
	}
}

void markdown_escape(struct buf *out, const char *s, size_t len)
{
	escape_part(out, &(struct part){.s = s, .len = len, .to = len});
}

/* The longest run of backticks inside. */
static size_t longest_ticks(const char *s, size_t len)
{
	size_t most = 0, run = 0;
	for (size_t i = 0; i < len; i++) {
		run = s[i] == '`' ? run + 1 : 0;
		most = run > most ? run : most;
	}
	return most;
}

static void write_code(struct buf *out, const char *s, size_t len)
{
	static const char ticks[] = "```";
	size_t n = longest_ticks(s, len) + 1;
	bool pad = s[0] == '`' || s[len - 1] == '`';
	buf_add(out, ticks, n);
	if (pad)
		buf_addc(out, ' ');
	buf_add(out, s, len);
	if (pad)
		buf_addc(out, ' ');
	buf_add(out, ticks, n);
}

/*
 * Bytes of one style within one line, without outer blanks: markers may not
 * touch blanks, so those stay outside.
 */
struct piece {
	size_t from;
	size_t to;
	unsigned styles; /* 0: there is no such piece */
};

struct writer {
	struct buf *out;
	const struct text *text;
	const char *s; /* its bytes */
	size_t len;
	/* Where next_piece() stands. */
	size_t run; /* the next one */
	size_t at;
	size_t end; /* of the run, with those that look the same */
	unsigned styles;
};

static unsigned run_styles(const struct writer *w, size_t i)
{
	return w->text->runs[i].styles & ~(unsigned)TEXT_UNDERLINE;
}

/* Takes the next run, and those after it that differ in nothing we show. */
static bool next_run(struct writer *w)
{
	const struct text_run *runs = w->text->runs;
	if (w->run == w->text->run_count)
		return false;
	w->at = w->end = runs[w->run].offset;
	w->styles = run_styles(w, w->run);
	while (w->run < w->text->run_count && runs[w->run].offset == w->end &&
		run_styles(w, w->run) == w->styles)
		w->end += runs[w->run++].len;
	return true;
}

static struct piece next_piece(struct writer *w)
{
	for (;;) {
		while (w->at < w->end && is_blank(w->s[w->at]))
			w->at++;
		if (w->at == w->end || !w->styles) {
			if (!next_run(w))
				return (struct piece){.from = w->len};
			continue;
		}
		const char *s = w->s + w->at;
		const char *line = memchr(s, '\n', w->end - w->at);
		size_t n = line ? (size_t)(line - s) : w->end - w->at;
		struct piece piece = {.from = w->at, .styles = w->styles};
		w->at += n;
		while (is_blank(s[n - 1]))
			n--;
		piece.to = piece.from + n;
		/* Text with that many in a row cannot be a code span. */
		if (longest_ticks(s, n) > 2)
			piece.styles &= ~(unsigned)TEXT_CODE;
		if (piece.styles)
			return piece;
	}
}

/*
 * "_" stands for italic only around whole words: inside of words it means
 * nothing, and a URL would swallow it.
 */
static char italic_mark(const struct writer *w, const struct piece *piece)
{
	bool whole = piece->from == 0 || is_blank(w->s[piece->from - 1]);
	if (piece->to < w->len && !is_blank(w->s[piece->to]))
		whole = whole && strchr(".,:;!?)", w->s[piece->to]);
	for (size_t at = piece->from; whole && at < piece->to; at++)
		whole = !str_starts(w->s + at, "://");
	return whole ? '_' : '*';
}

/*
 * Do these two touch and share their italics? Such are written as one pair
 * with the rest inside: "*a***b**" could not be told from other pairs.
 */
static bool shares_italic(const struct piece *a, const struct piece *b)
{
	return a->styles && b->styles && a->to == b->from &&
	       (a->styles & b->styles & TEXT_ITALIC) &&
	       !((a->styles | b->styles) & TEXT_STRIKE);
}

static void write_piece(struct writer *w, const struct piece *before,
	const struct piece *piece, const struct piece *after)
{
	struct buf *out = w->out;
	bool goes_on = shares_italic(before, piece);
	bool goes_further = shares_italic(piece, after);
	char italic = '\0';
	if (piece->styles & TEXT_ITALIC)
		italic = goes_on || goes_further ? '*' : italic_mark(w, piece);
	if (piece->styles & TEXT_STRIKE)
		buf_adds(out, "~~");
	if (italic && !goes_on)
		buf_addc(out, italic);
	if (piece->styles & TEXT_BOLD)
		buf_adds(out, "**");
	if (piece->styles & TEXT_CODE)
		write_code(out, w->s + piece->from, piece->to - piece->from);
	else
		escape_part(out, &(struct part){.s = w->s,
					 .len = w->len,
					 .from = piece->from,
					 .to = piece->to,
					 .styled = true});
	if (piece->styles & TEXT_BOLD)
		buf_adds(out, "**");
	if (italic && !goes_further)
		buf_addc(out, italic);
	if (piece->styles & TEXT_STRIKE)
		buf_adds(out, "~~");
}

void markdown_write(struct buf *out, const struct text *text)
{
	struct writer w = {
		.out = out,
		.text = text,
		.s = text->bytes.data,
		.len = text->bytes.len,
	};
	struct piece before = {.from = 0}, piece = next_piece(&w);
	for (;;) {
		struct part plain = {.s = w.s,
			.len = w.len,
			.from = before.to,
			.to = piece.from};
		escape_part(out, &plain);
		if (!piece.styles)
			return;
		struct piece after = next_piece(&w);
		write_piece(&w, &before, &piece, &after);
		before = piece;
		piece = after;
	}
}
