#include "reconcile/form.h"

#include "util/str.h"

#include <stddef.h>

static const char ellipsis[] = "\u2026";

/* Blanks, control characters, and the bytes that begin a character beyond the
 * BMP with those that follow. */
static const char *kept(const char *s)
{
	for (;;) {
		unsigned char c = (unsigned char)*s;

		if (c == '\0' || (c > ' ' && c < 0xf0 && c != 0x7f))
			return s;
		for (s++; c >= 0xf0 && ((unsigned char)*s & 0xc0) == 0x80;)
			s++;
	}
}

bool form_is_of(const char *form, const char *value)
{
	if (!form || !value)
		return false;
	for (;;) {
		form = kept(form);
		value = kept(value);
		if (str_eq(form, ellipsis) && *value)
			return true;
		if (*form != *value)
			return false;
		if (*form == '\0')
			return true;
		form++;
		value++;
	}
}
