#include "end_chime/markdown.h"

#include "util/attr.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

/*
 * Reads one line at a time. Each kind of marker has at most one open pair,
 * whose end was looked for when it was opened; a search that found nothing is
 * remembered for all that follows. So each byte is looked at a bounded number
 * of times.
 */
static const struct {
	const char *mark;
	size_t len;
	unsigned style;
} marks[] = {
	{"**", 2, TEXT_BOLD},
	{"__", 2, TEXT_BOLD},
	{"~~", 2, TEXT_STRIKE},
	{"*", 1, TEXT_ITALIC},
	{"_", 1, TEXT_ITALIC},
};

enum {
	TICKS_MAX = 3,
	LINK_WORDS_BYTES = 1024,
	LINK_URL_BYTES = 2048,
};

struct reader {
	struct text *out;
	const char *s; /* one line */
	size_t len;
	size_t close[ARRAY_LEN(marks)]; /* where the open pair ends, or 0 */
	bool none[ARRAY_LEN(marks)];    /* no end further on in this line */
	/* A code span that begins here or later has no end. Looking ahead
	 * finds that out early: what is nearer may still have one. */
	size_t no_ticks[TICKS_MAX + 1];
	unsigned styles;
};

static bool is_blank_at(const struct reader *r, size_t at)
{
	return at >= r->len || r->s[at] == ' ' || r->s[at] == '\t';
}

static bool is_word_at(const struct reader *r, size_t at)
{
	return at < r->len && (isalnum((unsigned char)r->s[at]) ||
				      (unsigned char)r->s[at] >= 0x80);
}

/* Length of the escape, URL or code span at `at`; 0 for none. */
static size_t escape_at(const struct reader *r, size_t at)
{
	return r->s[at] == '\\' && at + 1 < r->len &&
			       ispunct((unsigned char)r->s[at + 1])
		       ? 2
		       : 0;
}

static size_t run_at(const struct reader *r, size_t at, char c)
{
	size_t n = 0;
	while (at + n < r->len && r->s[at + n] == c)
		n++;
	return n;
}

/* A whole code span with its ticks, or 0; *ret_ticks is their number. */
static size_t code_at(struct reader *r, size_t at, size_t *ret_ticks)
{
	size_t ticks = run_at(r, at, '`');
	if (!ticks || ticks > TICKS_MAX || at >= r->no_ticks[ticks])
		return 0;
	for (size_t i = at + ticks; i < r->len;) {
		size_t n = run_at(r, i, '`');
		if (n == ticks && i > at + ticks) {
			*ret_ticks = ticks;
			return i + ticks - at;
		}
		i += n ? n : 1;
	}
	r->no_ticks[ticks] = at;
	return 0;
}

/* "[words](url)", all offsets in the line. */
struct link {
	size_t words;
	size_t words_end;
	size_t url;
	size_t url_end;
};

/*
 * Length of the whole link, or 0. Only the innermost bracket is a link, so
 * that no byte is looked at from two of them; a far end is none.
 */
static size_t link_at(const struct reader *r, size_t at, struct link *ret)
{
	const char *s = r->s;
	size_t end = at + 1;
	if (s[at] != '[')
		return 0;
	while (end < r->len && end - at <= LINK_WORDS_BYTES &&
		!memchr("[]\\", s[end], 3))
		end++;
	if (end == at + 1 || r->len - end < 3 || s[end] != ']' ||
		s[end + 1] != '(')
		return 0;
	size_t url = end + 2, most = r->len - url;
	const char *close = memchr(
		s + url, ')', most < LINK_URL_BYTES ? most : LINK_URL_BYTES);
	if (!close)
		return 0;
	*ret = (struct link){
		.words = at + 1,
		.words_end = end,
		.url = url,
		.url_end = (size_t)(close - s),
	};
	return ret->url_end + 1 - at;
}

/* What is taken as one thing: nothing inside it opens or closes a pair. */
static size_t atom_at(struct reader *r, size_t at)
{
	struct link link;
	size_t ticks, n;
	if ((n = escape_at(r, at)) || (n = markdown_url(r->s, r->len, at)) ||
		(n = link_at(r, at, &link)))
		return n;
	if (r->s[at] != '`')
		return 0;
	n = code_at(r, at, &ticks);
	return n ? n : run_at(r, at, '`');
}

/* The longest marker that stands at `at`, or -1. */
static int mark_at(const struct reader *r, size_t at)
{
	for (size_t i = 0; i < ARRAY_LEN(marks); i++)
		if (r->len - at >= marks[i].len &&
			memcmp(r->s + at, marks[i].mark, marks[i].len) == 0)
			return (int)i;
	return -1;
}

static bool can_open(const struct reader *r, int mark, size_t at)
{
	size_t n = marks[mark].len;
	if (is_blank_at(r, at + n))
		return false;
	return marks[mark].mark[0] != '_' || at == 0 || !is_word_at(r, at - 1);
}

static bool can_close(const struct reader *r, int mark, size_t at)
{
	size_t n = marks[mark].len;
	if (at == 0 || is_blank_at(r, at - 1))
		return false;
	return marks[mark].mark[0] != '_' || !is_word_at(r, at + n);
}

/* Where the pair that opens before `at` ends, or 0. Markers alone are no
 * words: nobody means a pair by a row of stars. */
static size_t find_close(struct reader *r, int mark, size_t at)
{
	bool has_words = false;
	if (r->none[mark])
		return 0;
	for (size_t i = at; i < r->len;) {
		size_t n = atom_at(r, i);
		int other = n ? -1 : mark_at(r, i);
		if (other == mark && has_words && can_close(r, mark, i))
			return i;
		has_words = has_words || (other < 0 && !is_blank_at(r, i));
		if (!n)
			n = other >= 0 ? marks[other].len : 1;
		i += n;
	}
	r->none[mark] = true;
	return 0;
}

static void add(struct reader *r, const char *s, size_t len, unsigned more)
{
	text_append(r->out, s, len, r->styles | more);
}

/* Opens, closes or prints the marker; returns its length. */
static size_t read_mark(struct reader *r, int mark, size_t at)
{
	size_t n = marks[mark].len, end;
	if (r->close[mark] == at && at > 0) {
		r->close[mark] = 0;
		r->styles &= ~marks[mark].style;
		return n;
	}
	if (!r->close[mark] && !(r->styles & marks[mark].style) &&
		can_open(r, mark, at) && (end = find_close(r, mark, at + n))) {
		r->close[mark] = end;
		r->styles |= marks[mark].style;
		return n;
	}
	add(r, r->s + at, n, 0);
	return n;
}

static size_t read_code(struct reader *r, size_t at)
{
	size_t ticks, n = code_at(r, at, &ticks);
	if (!n) {
		n = run_at(r, at, '`');
		add(r, r->s + at, n, 0);
		return n;
	}
	const char *s = r->s + at + ticks;
	size_t len = n - 2 * ticks;
	if (len > 2 && s[0] == ' ' && s[len - 1] == ' ' &&
		(s[1] == '`' || s[len - 2] == '`')) {
		s++;
		len -= 2;
	}
	add(r, s, len, TEXT_CODE);
	return n;
}

static void read_words(
	struct text *out, const char *s, size_t len, unsigned styles);

/* "[words](url)" as "words (url)"; 0 when it is none. */
static size_t read_link(struct reader *r, size_t at)
{
	struct link link;
	size_t n = link_at(r, at, &link);
	if (!n)
		return 0;
	const char *words = r->s + link.words, *url = r->s + link.url;
	size_t words_len = link.words_end - link.words;
	size_t url_len = link.url_end - link.url;
	if (url_len == words_len && memcmp(url, words, url_len) == 0) {
		add(r, url, url_len, 0);
		return n;
	}
	read_words(r->out, words, words_len, r->styles);
	add(r, " (", 2, 0);
	add(r, url, url_len, 0);
	add(r, ")", 1, 0);
	return n;
}

/* Reads what stands at `at`; returns how many bytes that was. */
static size_t read_one(struct reader *r, size_t at)
{
	size_t n = escape_at(r, at);
	if (n) {
		add(r, r->s + at + 1, 1, 0);
		return n;
	}
	if ((n = markdown_url(r->s, r->len, at))) {
		add(r, r->s + at, n, 0);
		return n;
	}
	if (r->s[at] == '`')
		return read_code(r, at);
	if (r->s[at] == '[' && (n = read_link(r, at)))
		return n;
	int mark = mark_at(r, at);
	if (mark >= 0)
		return read_mark(r, mark, at);
	/* Up to the next byte that may mean something. */
	for (n = 1; at + n < r->len; n++)
		if (strchr("\\`[*_~hH", r->s[at + n]))
			break;
	add(r, r->s + at, n, 0);
	return n;
}

/* The words of a link hold no bracket: this goes one deep. */
static void read_words(
	struct text *out, const char *s, size_t len, unsigned styles)
{
	struct reader r = {.out = out, .s = s, .len = len, .styles = styles};
	for (size_t i = 0; i <= TICKS_MAX; i++)
		r.no_ticks[i] = SIZE_MAX;
	for (size_t at = 0; at < len;)
		at += read_one(&r, at);
}

static bool is_fence(const char *s, size_t len)
{
	return len >= 3 && memcmp(s, "```", 3) == 0 &&
	       !memchr(s + 3, '`', len - 3);
}

void markdown_read(struct text *out, const char *s, size_t len)
{
	bool fenced = false, first = true;
	for (bool more = true; more;) {
		const char *end = memchr(s, '\n', len), *line = s;
		size_t n = end ? (size_t)(end - s) : len;
		more = end;
		s += more ? n + 1 : n;
		len -= more ? n + 1 : n;
		if (is_fence(line, n)) {
			fenced = !fenced;
			continue;
		}
		if (!first)
			text_append(out, "\n", 1, 0);
		first = false;
		if (fenced)
			text_append(out, line, n, TEXT_CODE);
		else
			read_words(out, line, n, 0);
	}
}
