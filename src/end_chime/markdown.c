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

/* Would this byte mean something where it stands? */
static bool is_special(const char *s, size_t len, size_t at)
{
	char c = s[at];
	char before = at > 0 ? s[at - 1] : '\n';
	char after = at + 1 < len ? s[at + 1] : '\n';
	switch (c) {
	case '\\':
	case '*':
	case '`':
	case '[':
	case ']':
		return true;
	case '_':
		return !is_word(before) || !is_word(after);
	case '~':
		return after == '~' || before == '~';
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

void markdown_escape(struct buf *out, const char *s, size_t len)
{
	for (size_t at = 0; at < len;) {
		size_t url = markdown_url(s, len, at);
		if (url) {
			buf_add(out, s + at, url);
			at += url;
			continue;
		}
		if (is_special(s, len, at))
			buf_addc(out, '\\');
		buf_addc(out, s[at++]);
	}
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

/* Text with more than two backticks in a row cannot be a code span. */
static void write_code(struct buf *out, const char *s, size_t len)
{
	static const char ticks[] = "```";
	size_t n = longest_ticks(s, len) + 1;
	bool pad = s[0] == '`' || s[len - 1] == '`';
	if (n > 3) {
		markdown_escape(out, s, len);
		return;
	}
	buf_add(out, ticks, n);
	if (pad)
		buf_addc(out, ' ');
	buf_add(out, s, len);
	if (pad)
		buf_addc(out, ' ');
	buf_add(out, ticks, n);
}

static bool has_url(const char *s, size_t len)
{
	for (size_t at = 0; at < len; at++)
		if (markdown_url(s, len, at))
			return true;
	return false;
}

/* A piece without line breaks or outer blanks, not empty. */
static void write_piece(
	struct buf *out, const char *s, size_t len, unsigned styles)
{
	/* "_" may be part of a URL, "*" ends one. */
	const char *italic = has_url(s, len) ? "*" : "_";
	if (styles & TEXT_STRIKE)
		buf_adds(out, "~~");
	if (styles & TEXT_BOLD)
		buf_adds(out, "**");
	if (styles & TEXT_ITALIC)
		buf_adds(out, italic);
	if (styles & TEXT_CODE)
		write_code(out, s, len);
	else
		markdown_escape(out, s, len);
	if (styles & TEXT_ITALIC)
		buf_adds(out, italic);
	if (styles & TEXT_BOLD)
		buf_adds(out, "**");
	if (styles & TEXT_STRIKE)
		buf_adds(out, "~~");
}

/* Markers may not touch blanks: those stay outside. */
static void write_styled(
	struct buf *out, const char *s, size_t len, unsigned styles)
{
	while (len) {
		size_t lead = 0, n;
		while (lead < len && is_blank(s[lead]))
			lead++;
		buf_add(out, s, lead);
		s += lead;
		len -= lead;
		const char *end = memchr(s, '\n', len);
		n = end ? (size_t)(end - s) : len;
		size_t kept = n;
		while (kept && is_blank(s[kept - 1]))
			kept--;
		if (kept)
			write_piece(out, s, kept, styles);
		buf_add(out, s + kept, n - kept);
		s += n;
		len -= n;
	}
}

void markdown_write(struct buf *out, const struct text *text)
{
	const char *bytes = text->bytes.data;
	size_t at = 0;
	for (size_t i = 0; i < text->run_count; i++) {
		const struct text_run *run = &text->runs[i];
		unsigned styles = run->styles & ~(unsigned)TEXT_UNDERLINE;
		markdown_escape(out, bytes + at, run->offset - at);
		if (styles)
			write_styled(
				out, bytes + run->offset, run->len, styles);
		else
			markdown_escape(out, bytes + run->offset, run->len);
		at = run->offset + run->len;
	}
	markdown_escape(out, bytes + at, text->bytes.len - at);
}
