#include "irc_words/shown_name.h"

#include "util/str.h"
#include "util/utf8.h"

#include <string.h>

static bool name_takes(uint32_t codepoint)
{
	return !utf8_is_control(codepoint) && !utf8_is_invisible(codepoint) &&
	       codepoint != 0x2028 && codepoint != 0x2029;
}

static const char zero_width_space[] = "\xe2\x80\x8b";

void shown_name(struct buf *out, const char *name, bool anti_ping)
{
	struct buf AUTOBUF clean;
	buf_init(&clean, 4096);
	for (size_t at = 0, len = strnlen(name, 4096); at < len;) {
		uint32_t codepoint;
		size_t n = utf8_decode(name + at, len - at, &codepoint);
		if (n && name_takes(codepoint))
			buf_add(&clean, name + at, n);
		at += n ? n : 1;
	}
	struct span span = span_trim((struct span){clean.data, clean.len});
	if (!span.len)
		span = span_of("someone");
	size_t keep = utf8_fit(span.p, span.len, SHOWN_NAME_BYTES);
	uint32_t letter;
	size_t first = anti_ping ? utf8_decode(span.p, keep, &letter) : 0;
	buf_add(out, span.p, first);
	if (first && first < keep)
		buf_adds(out, zero_width_space);
	buf_add(out, span.p + first, keep - first);
}
