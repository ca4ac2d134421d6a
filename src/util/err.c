#include "util/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/*
 * Cuts an incomplete UTF-8 sequence off the end: what does not fit is cut at a
 * byte, and the text may end up in a log or on a terminal.
 */
static void trim_partial(char *text)
{
	size_t len = strlen(text);
	size_t start = len;
	while (start > 0 && len - start < 3 &&
		((unsigned char)text[start - 1] & 0xC0) == 0x80)
		start--;
	if (start == 0)
		return;
	unsigned char lead = (unsigned char)text[start - 1];
	size_t need = lead >= 0xF0   ? 4
		      : lead >= 0xE0 ? 3
		      : lead >= 0xC0 ? 2
				     : 1;
	if (need > len - start + 1)
		text[start - 1] = '\0';
}

int err_set(struct err *err, int code, const char *fmt, ...)
{
	/* Not in place: the arguments may be the present text. */
	char text[ERR_TEXT_BYTES];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	trim_partial(text);
	memcpy(err->text, text, strlen(text) + 1);
	err->code = code;
	return code;
}

int err_prefix(struct err *err, const char *fmt, ...)
{
	char prefix[ERR_TEXT_BYTES];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(prefix, sizeof(prefix), fmt, ap);
	va_end(ap);
	trim_partial(prefix);
	return err_set(err, err->code, "%s: %s", prefix, err->text);
}

void err_clear(struct err *err)
{
	err->code = 0;
	err->text[0] = '\0';
}
