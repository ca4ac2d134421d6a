#include "irc/format.h"

#include <string.h>

enum { COLOUR = '\x03', HEX_COLOUR = '\x04', RESET = '\x0f' };

/* In the order in which they are written. */
static const struct {
	char code;
	unsigned style;
} toggles[] = {
	{'\x02', IRC_BOLD},
	{'\x1d', IRC_ITALIC},
	{'\x1f', IRC_UNDERLINE},
	{'\x1e', IRC_STRIKE},
	{'\x11', IRC_MONOSPACE},
	{'\x16', IRC_REVERSE},
};

struct irc_format irc_format_plain(void)
{
	return (struct irc_format){
		.fg = IRC_COLOUR_DEFAULT, .bg = IRC_COLOUR_DEFAULT};
}

bool irc_format_equal(struct irc_format a, struct irc_format b)
{
	return a.styles == b.styles && a.fg == b.fg && a.bg == b.bg;
}

static unsigned style_of(char c)
{
	for (size_t i = 0; i < ARRAY_LEN(toggles); i++) {
		if (toggles[i].code == c)
			return toggles[i].style;
	}
	return 0;
}

bool irc_format_is_code(char c)
{
	return c == COLOUR || c == HEX_COLOUR || c == RESET || style_of(c);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int hex_value(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* A reader of one colour: returns its bytes, 0 when there is none. */
typedef size_t colour_fn(const char *s, size_t len, int32_t *ret);

/* One or two digits; 99 is the default colour. */
static size_t palette_colour(const char *s, size_t len, int32_t *ret)
{
	size_t n = 0;
	int32_t colour = 0;
	for (; n < 2 && n < len && is_digit(s[n]); n++)
		colour = colour * 10 + (s[n] - '0');
	if (n)
		*ret = colour > IRC_COLOUR_MAX ? IRC_COLOUR_DEFAULT : colour;
	return n;
}

static size_t hex_colour(const char *s, size_t len, int32_t *ret)
{
	int32_t colour = 0;
	if (len < 6)
		return 0;
	for (size_t n = 0; n < 6; n++) {
		if (hex_value(s[n]) < 0)
			return 0;
		colour = colour * 16 + hex_value(s[n]);
	}
	*ret = colour | IRC_COLOUR_RGB;
	return 6;
}

/* What follows a colour code: "", "fg" or "fg,bg". */
static size_t colours(
	const char *s, size_t len, colour_fn *read, struct irc_format *format)
{
	size_t n = read(s, len, &format->fg);
	if (!n) {
		format->fg = format->bg = IRC_COLOUR_DEFAULT;
		return 0;
	}
	if (n + 1 >= len || s[n] != ',')
		return n;
	size_t bg = read(s + n + 1, len - n - 1, &format->bg);
	return bg ? n + 1 + bg : n;
}

size_t irc_format_code(const char *s, size_t len, struct irc_format *format)
{
	if (!len || !irc_format_is_code(*s))
		return 0;
	if (*s == COLOUR)
		return 1 + colours(s + 1, len - 1, palette_colour, format);
	if (*s == HEX_COLOUR)
		return 1 + colours(s + 1, len - 1, hex_colour, format);
	if (*s == RESET)
		*format = irc_format_plain();
	else
		format->styles ^= style_of(*s);
	return 1;
}

void irc_format_reader_init(
	struct irc_format_reader *reader, const char *text, size_t len)
{
	*reader = (struct irc_format_reader){
		.text = text, .len = len, .now = irc_format_plain()};
}

/* Bytes before the next code. */
static size_t text_length(const char *s, size_t len)
{
	size_t n = 0;
	while (n < len && !irc_format_is_code(s[n]))
		n++;
	return n;
}

bool irc_format_next(struct irc_format_reader *reader, struct irc_span *ret)
{
	while (reader->at < reader->len) {
		const char *s = reader->text + reader->at;
		size_t left = reader->len - reader->at;
		size_t code = irc_format_code(s, left, &reader->now);
		size_t text = text_length(s + code, left - code);
		reader->at += code + text;
		if (!text)
			continue;
		*ret = (struct irc_span){
			.text = s + code, .len = text, .format = reader->now};
		return true;
	}
	return false;
}

static bool is_rgb(int32_t colour)
{
	return colour >= IRC_COLOUR_RGB;
}

/* Two digits always: a digit that follows is text. */
static void add_colour(struct buf *out, int32_t colour)
{
	if (is_rgb(colour))
		buf_addf(out, "%06X", (unsigned)colour & 0xffffff);
	else
		buf_addf(out, "%02d",
			colour == IRC_COLOUR_DEFAULT ? 99 : (int)colour);
}

/*
 * There is no code for a background alone, so it is written with a foreground
 * of its own kind: the wanted one where possible. Returns the foreground then.
 */
static int32_t add_background(struct buf *out, struct irc_format to)
{
	int32_t fg = to.fg;
	if (is_rgb(to.bg) && !is_rgb(fg))
		fg = IRC_COLOUR_RGB;
	else if (!is_rgb(to.bg) && is_rgb(fg))
		fg = IRC_COLOUR_DEFAULT;
	buf_addc(out, is_rgb(to.bg) ? HEX_COLOUR : COLOUR);
	add_colour(out, fg);
	buf_addc(out, ',');
	add_colour(out, to.bg);
	return fg;
}

/* What a reader would take for a part of the colour code before it. */
enum danger { NO_DANGER, DANGER_DIGIT, DANGER_COMMA };

/* Is a bare colour code, which resets both, the way to begin? */
static bool resets(struct irc_format from, struct irc_format to)
{
	if (to.bg != IRC_COLOUR_DEFAULT)
		return false;
	return from.bg != to.bg ||
	       (to.fg == IRC_COLOUR_DEFAULT && from.fg != to.fg);
}

static enum danger change_colours(
	struct buf *out, struct irc_format from, struct irc_format to)
{
	enum danger danger = NO_DANGER;
	if (resets(from, to)) {
		buf_addc(out, COLOUR);
		from.fg = IRC_COLOUR_DEFAULT;
		danger = DANGER_DIGIT;
	} else if (from.bg != to.bg) {
		from.fg = add_background(out, to);
	}
	if (from.fg != to.fg) {
		buf_addc(out, is_rgb(to.fg) ? HEX_COLOUR : COLOUR);
		add_colour(out, to.fg);
		danger = DANGER_COMMA;
	}
	return danger;
}

static bool is_endangered(enum danger danger, char next)
{
	if (danger == DANGER_DIGIT)
		return hex_value(next) >= 0 || next == ',';
	return danger == DANGER_COMMA && next == ',';
}

void irc_format_change(struct buf *out, struct irc_format from,
	struct irc_format to, const char *next, size_t len)
{
	if (irc_format_equal(from, to))
		return;
	if (irc_format_equal(to, irc_format_plain())) {
		buf_addc(out, RESET);
		return;
	}
	enum danger danger = change_colours(out, from, to);
	unsigned changed = from.styles ^ to.styles;
	for (size_t i = 0; i < ARRAY_LEN(toggles); i++) {
		if (changed & toggles[i].style)
			buf_addc(out, toggles[i].code);
	}
	if (!changed && len && is_endangered(danger, *next))
		buf_add(out, "\x02\x02", 2);
}

void irc_format_writer_init(struct irc_format_writer *writer, struct buf *out)
{
	*writer = (struct irc_format_writer){
		.out = out, .now = irc_format_plain()};
}

/* Colours that do not exist become the default. */
static int32_t known_colour(int32_t colour)
{
	if (is_rgb(colour))
		return IRC_COLOUR_RGB | (colour & 0xffffff);
	return colour < 0 || colour > IRC_COLOUR_MAX ? IRC_COLOUR_DEFAULT
						     : colour;
}

static struct irc_format known_format(struct irc_format format)
{
	unsigned styles = 0;
	for (size_t i = 0; i < ARRAY_LEN(toggles); i++)
		styles |= format.styles & toggles[i].style;
	return (struct irc_format){
		.styles = styles,
		.fg = known_colour(format.fg),
		.bg = known_colour(format.bg),
	};
}

void irc_format_write(
	struct irc_format_writer *writer, const struct irc_span *span)
{
	struct irc_format to = known_format(span->format);
	for (size_t at = 0; at < span->len;) {
		const char *s = span->text + at;
		size_t len = text_length(s, span->len - at);
		if (len) {
			irc_format_change(writer->out, writer->now, to, s, len);
			buf_add(writer->out, s, len);
			writer->now = to;
		}
		at += len + 1; /* the code byte is left out */
	}
}

void irc_format_strip(struct buf *out, const char *text, size_t len)
{
	struct irc_format_reader reader;
	struct irc_span span;
	irc_format_reader_init(&reader, text, len);
	while (irc_format_next(&reader, &span))
		buf_add(out, span.text, span.len);
}
