#include "irc/split.h"

#include "util/str.h"
#include "util/utf8.h"

#include <errno.h>
#include <string.h>

size_t irc_split_budget(const struct irc_isupport *isupport, const char *own,
	const char *command, const char *target)
{
	/* ':' and the space after the source, the one after the command, the
	 * space and ':' before the text, CRLF. */
	size_t taken = 2 + 1 + 2 + 2 + strlen(command) + strlen(target);
	taken += own ? strlen(own) : isupport->nicklen;
	if (!own || !strchr(own, '!'))
		taken += 2 + isupport->userlen + isupport->hostlen;
	return isupport->linelen > taken ? isupport->linelen - taken : 0;
}

static bool is_line_break(char c)
{
	return c == '\n' || c == '\r' || c == '\0';
}

/* Applies the codes in text[from, to). */
static void follow_format(struct irc_split *split, size_t from, size_t to)
{
	while (from < to) {
		size_t code = irc_format_code(
			split->text + from, split->len - from, &split->format);
		from += code ? code : 1;
	}
}

int irc_split_init(struct irc_split *split, const char *text, size_t len,
	size_t budget, size_t at)
{
	if (budget < IRC_SPLIT_BUDGET_MIN || at > len)
		return -EINVAL;
	*split = (struct irc_split){
		.text = text,
		.len = len,
		.budget = budget,
		.at = at,
		.valid = utf8_is_valid(text, len),
		.format = irc_format_plain(),
	};
	follow_format(split, 0, at);
	return 0;
}

/* To the first byte of text; what is passed is in the format from now on. */
static void skip_to_text(struct irc_split *split)
{
	while (split->at < split->len) {
		char c = split->text[split->at];
		size_t skip = is_line_break(c) || c == '\x01';
		if (!skip)
			skip = irc_format_code(split->text + split->at,
				split->len - split->at, &split->format);
		if (!skip)
			return;
		split->at += skip;
	}
}

static size_t line_length(const char *s, size_t len)
{
	size_t n = 0;
	while (n < len && !is_line_break(s[n]))
		n++;
	return n;
}

/* For text that is not UTF-8: not before a continuation byte, if one of the
 * last three cuts can be had. */
static size_t fit_bytes(const char *s, size_t max)
{
	size_t n = max;
	while (n > max - 3 && ((unsigned char)s[n] & 0xc0) == 0x80)
		n--;
	return n > max - 3 ? n : max;
}

/* Moves the cut at `n` to before the code that it goes through. */
static size_t spare_code(const char *s, size_t len, size_t n)
{
	struct irc_format ignored = irc_format_plain();
	for (size_t i = 0; i < n;) {
		size_t code = irc_format_code(s + i, len - i, &ignored);
		if (i + code > n)
			return i;
		i += code ? code : 1;
	}
	return n;
}

/* Bytes of the line that make the next part. It does not begin with a code. */
static size_t fit(const struct irc_split *split, size_t len, size_t max)
{
	const char *s = split->text + split->at;
	if (len <= max)
		return len;
	size_t n =
		split->valid ? utf8_fit_words(s, len, max) : fit_bytes(s, max);
	return spare_code(s, len, n ? n : max);
}

/* The blank that the line was broken at is not sent. */
static void drop_blank(const char *text, struct irc_part *part)
{
	if (part->end - part->begin > 1 && text[part->end - 1] == ' ')
		part->end--;
	else if (text[part->next] == ' ')
		part->next++;
}

bool irc_split_next(
	struct irc_split *split, struct buf *out, struct irc_part *ret)
{
	skip_to_text(split);
	buf_clear(out);
	if (split->at == split->len)
		return false;
	const char *s = split->text + split->at;
	size_t len = line_length(s, split->len - split->at);
	irc_format_change(out, irc_format_plain(), split->format, s, len);
	size_t n = fit(split, len, split->budget - out->len);
	struct irc_part part = {.begin = split->at,
		.end = split->at + n,
		.next = split->at + n};
	if (n < len)
		drop_blank(split->text, &part);
	buf_add(out, split->text + part.begin, part.end - part.begin);
	follow_format(split, part.begin, part.next);
	split->at = part.next;
	*ret = part;
	return true;
}

/* Controls that mean nothing in IRC, and may mean something to a terminal. */
static bool is_unwanted(const char *s, size_t len, uint32_t codepoint)
{
	if (codepoint == '\n' || codepoint == '\t')
		return false;
	return utf8_is_control(codepoint) &&
	       !(len == 1 && irc_format_is_code(*s));
}

void irc_text_clean(struct buf *out, const char *s, size_t len)
{
	struct buf valid AUTOBUF;
	buf_init(&valid, 3 * len + 1);
	utf8_repair(&valid, s, len);
	for (size_t at = 0; at < valid.len;) {
		const char *p = valid.data + at;
		uint32_t codepoint;
		size_t n = utf8_decode(p, valid.len - at, &codepoint);
		at += n ? n : 1;
		if (*p == '\r' && valid.data[at] != '\n')
			buf_addc(out, '\n');
		else if (!is_unwanted(p, n, codepoint))
			buf_add(out, p, n);
	}
}
