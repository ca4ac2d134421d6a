#include "ctl/shown.h"

#include "util/str.h"
#include "util/utf8.h"

#include <string.h>

static bool is_space(uint32_t c)
{
	return c == '\t' || c == '\n' || c == '\r';
}

void shown_add(struct buf *out, const char *text)
{
	size_t len = strlen(text);

	while (len > 0) {
		uint32_t c = 0;
		size_t n = utf8_decode(text, len, &c);

		if (n != 0 && is_space(c))
			buf_addc(out, ' ');
		else if (n == 0 || utf8_is_control(c) || utf8_is_invisible(c))
			buf_addc(out, '?');
		else
			buf_add(out, text, n);
		text += n ? n : 1;
		len -= n ? n : 1;
	}
}

void shown_print(FILE *out, const char *text)
{
	struct buf AUTOBUF shown;

	/* It grows nowhere. */
	buf_init(&shown, strlen(str_or_empty(text)));
	shown_add(&shown, str_or_empty(text));
	fwrite(shown.data, 1, shown.len, out);
}

void shown_cell(FILE *out, const char *text, size_t width)
{
	const char *filled = text && *text ? text : "-";
	struct buf AUTOBUF shown;
	size_t length;

	buf_init(&shown, strlen(filled));
	shown_add(&shown, filled);
	fwrite(shown.data, 1, shown.len, out);
	length = utf8_length(shown.data, shown.len);
	fprintf(out, "%*s", length < width ? (int)(width - length) + 1 : 1, "");
}
