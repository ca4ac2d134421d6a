#include "irc_words/words.h"

#include "irc/format.h"
#include "irc/split.h"
#include "util/utf8.h"

#include <string.h>

static const struct {
	unsigned text;
	unsigned irc;
} style_rows[] = {
	{TEXT_BOLD, IRC_BOLD},
	{TEXT_ITALIC, IRC_ITALIC},
	{TEXT_UNDERLINE, IRC_UNDERLINE},
	{TEXT_STRIKE, IRC_STRIKE},
	{TEXT_CODE, IRC_MONOSPACE},
};

static unsigned styles_to_irc(unsigned styles)
{
	unsigned out = 0;
	for (size_t i = 0; i < ARRAY_LEN(style_rows); i++)
		if (styles & style_rows[i].text)
			out |= style_rows[i].irc;
	return out;
}

static unsigned styles_from_irc(unsigned styles)
{
	unsigned out = 0;
	for (size_t i = 0; i < ARRAY_LEN(style_rows); i++)
		if (styles & style_rows[i].irc)
			out |= style_rows[i].text;
	return out;
}

void words_from_irc(struct text *out, const char *s, size_t len)
{
	struct irc_format_reader reader;
	struct irc_span span;
	irc_format_reader_init(&reader, s, len);
	while (irc_format_next(&reader, &span)) {
		struct buf AUTOBUF utf8;
		struct buf AUTOBUF clean;
		buf_init(&utf8, WORDS_BYTES);
		buf_init(&clean, WORDS_BYTES);
		utf8_from_irc(&utf8, span.text, span.len);
		irc_text_clean(&clean, utf8.data, utf8.len);
		text_append(out, clean.data, clean.len,
			styles_from_irc(span.format.styles));
	}
}

static void write_span(struct irc_format_writer *writer, const char *s,
	size_t len, unsigned styles)
{
	struct buf AUTOBUF clean;
	buf_init(&clean, WORDS_BYTES);
	irc_text_clean(&clean, s, len);
	if (clean.overflow)
		writer->out->overflow = true;
	struct irc_span span = {
		.text = clean.data,
		.len = clean.len,
		.format = irc_format_plain(),
	};
	span.format.styles = styles_to_irc(styles);
	irc_format_write(writer, &span);
}

void words_to_irc(struct buf *out, const struct text *text)
{
	struct irc_format_writer writer;
	size_t at = 0;
	irc_format_writer_init(&writer, out);
	for (size_t i = 0; i < text->run_count; i++) {
		const struct text_run *run = &text->runs[i];
		write_span(&writer, text->bytes.data + at, run->offset - at, 0);
		write_span(&writer, text->bytes.data + run->offset, run->len,
			run->styles);
		at = run->offset + run->len;
	}
	write_span(&writer, text->bytes.data + at, text->bytes.len - at, 0);
}
