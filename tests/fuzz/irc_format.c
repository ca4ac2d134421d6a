/*
 * Formatting: spans that are read and written again read the same, and the
 * text without codes is that of the spans.
 */
#include "irc/format.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void rewrite(struct buf *out, const char *text, size_t len)
{
	struct irc_format_reader reader;
	struct irc_format_writer writer;
	struct irc_span span;
	irc_format_reader_init(&reader, text, len);
	irc_format_writer_init(&writer, out);
	while (irc_format_next(&reader, &span)) {
		must(span.len > 0);
		must(span.text >= text && span.text + span.len <= text + len);
		irc_format_write(&writer, &span);
	}
}

/* Byte by byte: the same character in the same format. */
static void check_equal(
	const char *a, size_t a_len, const char *b, size_t b_len)
{
	struct irc_format_reader x;
	struct irc_format_reader y;
	struct irc_span p = {0};
	struct irc_span q = {0};
	irc_format_reader_init(&x, a, a_len);
	irc_format_reader_init(&y, b, b_len);
	for (;; p.text++, p.len--, q.text++, q.len--) {
		bool more = p.len || irc_format_next(&x, &p);
		must((q.len || irc_format_next(&y, &q)) == more);
		if (!more)
			return;
		must(*p.text == *q.text);
		must(irc_format_equal(p.format, q.format));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct buf once AUTOBUF;
	struct buf twice AUTOBUF;
	struct buf plain AUTOBUF;
	size_t ceiling = (size + 1) * (IRC_FORMAT_CODE_BYTES + 1);
	buf_init(&once, ceiling);
	buf_init(&twice, ceiling);
	buf_init(&plain, ceiling);
	rewrite(&once, text, size);
	rewrite(&twice, once.data, once.len);
	check_equal(text, size, once.data, once.len);
	must(once.len == twice.len);
	must(memcmp(once.data, twice.data, once.len) == 0);
	irc_format_strip(&plain, text, size);
	for (size_t i = 0; i < plain.len; i++)
		must(!irc_format_is_code(plain.data[i]));
	return 0;
}
