/*
 * mIRC formatting (https://modern.ircdocs.horse/formatting): \x02 bold, \x1d
 * italic, \x1f underline, \x1e strike, \x11 monospace, \x16 reverse, \x03
 * colour, \x04 hex colour, \x0f reset. Reading gives spans of equal format;
 * writing puts the fewest codes between spans and protects what follows a
 * colour code from being read as its digits.
 */
#ifndef IRC_FORMAT_H
#define IRC_FORMAT_H

#include "util/attr.h"
#include "util/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum irc_style {
	IRC_BOLD = 1 << 0,
	IRC_ITALIC = 1 << 1,
	IRC_UNDERLINE = 1 << 2,
	IRC_STRIKE = 1 << 3,
	IRC_MONOSPACE = 1 << 4,
	IRC_REVERSE = 1 << 5,
};

enum {
	IRC_COLOUR_DEFAULT = -1,
	IRC_COLOUR_MAX = 98,      /* palette colours are 0..98 */
	IRC_COLOUR_RGB = 1 << 24, /* | 0xRRGGBB */
	/* Most bytes that one change of format can take. */
	IRC_FORMAT_CODE_BYTES = 32,
};

struct irc_format {
	unsigned styles; /* of enum irc_style */
	int32_t fg;      /* a palette colour, default, or RGB | 0xRRGGBB */
	int32_t bg;
};

struct irc_span {
	const char *text; /* borrowed, not terminated, without codes */
	size_t len;       /* > 0 when read */
	struct irc_format format;
};

/* No styles, default colours. */
struct irc_format irc_format_plain(void);
bool irc_format_equal(struct irc_format a, struct irc_format b);
/*
 * If the text begins with a code: applies it to *format and returns its
 * length with its digits. Else 0.
 */
size_t irc_format_code(const char *s, size_t len, struct irc_format *format);
/* Is c the first byte of a code? */
bool irc_format_is_code(char c);

/* Reads spans. The text is borrowed. */
struct irc_format_reader {
	const char *text;
	size_t len;
	size_t at;
	struct irc_format now;
};
void irc_format_reader_init(
	struct irc_format_reader *reader, const char *text, size_t len);
/* False at the end. */
bool irc_format_next(struct irc_format_reader *reader, struct irc_span *ret);

/* Writes spans. The buffer is borrowed; check its overflow in the end. */
struct irc_format_writer {
	struct buf *out;
	struct irc_format now;
};
void irc_format_writer_init(struct irc_format_writer *writer, struct buf *out);
/*
 * Appends codes and text. Code bytes in the text itself are left out: text
 * cannot change its own format. Text that is empty then appends nothing.
 */
void irc_format_write(
	struct irc_format_writer *writer, const struct irc_span *span);

/*
 * Appends the codes that lead from one format to another, so that text which
 * begins with `next` (len may be 0) keeps its digits and commas. At most
 * IRC_FORMAT_CODE_BYTES.
 */
void irc_format_change(struct buf *out, struct irc_format from,
	struct irc_format to, const char *next, size_t len);

/* Appends the text without its codes. */
void irc_format_strip(struct buf *out, const char *text, size_t len);

#endif
