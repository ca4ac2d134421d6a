#include "util/ascii.h"

#include "util/utf8.h"

#include <stdint.h>
#include <utf8proc.h>

enum { INPUT_BYTES = 4096, PARTS = 32 };

/* Letters that Unicode does not take apart. */
static const struct {
	uint32_t letter;
	const char *ascii;
} letter_rows[] = {
	{0x00c6, "AE"},
	{0x00d0, "D"},
	{0x00d8, "O"},
	{0x00de, "Th"},
	{0x00df, "ss"},
	{0x00e6, "ae"},
	{0x00f0, "d"},
	{0x00f8, "o"},
	{0x00fe, "th"},
	{0x0110, "D"},
	{0x0111, "d"},
	{0x0126, "H"},
	{0x0127, "h"},
	{0x0131, "i"},
	{0x0138, "k"},
	{0x0141, "L"},
	{0x0142, "l"},
	{0x014a, "N"},
	{0x014b, "n"},
	{0x0152, "OE"},
	{0x0153, "oe"},
	{0x0166, "T"},
	{0x0167, "t"},
	{0x1e9e, "SS"},
	{0x2010, "-"},
	{0x2011, "-"},
	{0x2013, "-"},
	{0x2014, "-"},
	{0x2019, "'"},
};

static void add_part(struct buf *out, utf8proc_int32_t part)
{
	if (part >= ' ' && part < 0x7f) {
		buf_addc(out, (char)part);
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(letter_rows); i++)
		if (letter_rows[i].letter == (uint32_t)part)
			buf_adds(out, letter_rows[i].ascii);
}

void ascii_fold(struct buf *out, const char *s, size_t len)
{
	utf8proc_int32_t parts[PARTS];
	uint32_t letter;

	if (len > INPUT_BYTES)
		len = INPUT_BYTES;
	for (size_t at = 0, n; at < len; at += n ? n : 1) {
		n = utf8_decode(s + at, len - at, &letter);
		if (!n)
			continue;
		utf8proc_ssize_t count = utf8proc_decompose_char(
			(utf8proc_int32_t)letter, parts, PARTS,
			UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT |
				UTF8PROC_STRIPMARK,
			NULL);
		for (utf8proc_ssize_t i = 0; i < count && i < PARTS; i++)
			add_part(out, parts[i]);
	}
}
