/*
 * A pattern, a line break, and a text. A mask says what a plain, slow reading
 * of it says; an expression is refused with a reason, or ends within its
 * limits and says the same twice.
 */
#include "util/pattern.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What the slow reading can bear. */
enum { MASK_MAX = 12, TEXT_MAX = 24 };

static void must(bool ok)
{
	if (!ok)
		abort();
}

static char fold(char c)
{
	return c >= 'A' && c <= '^' ? (char)(c | 0x20) : c;
}

static size_t character(const char *text)
{
	size_t n = 1;

	while (((unsigned char)text[n] & 0xC0) == 0x80)
		n++;
	return n;
}

static bool fits_slowly(const char *mask, const char *text)
{
	if (*mask == '\0')
		return *text == '\0';
	if (*mask == '*')
		return fits_slowly(mask + 1, text) ||
		       (*text && fits_slowly(mask, text + 1));
	if (*text == '\0')
		return false;
	if (*mask == '?')
		return fits_slowly(mask + 1, text + character(text));
	return fold(*mask) == fold(*text) && fits_slowly(mask + 1, text + 1);
}

static void check_mask(const char *mask, const char *text)
{
	bool fits = pattern_mask_fits(mask, text);

	must(pattern_mask_fits("*", text));
	if (strlen(mask) <= MASK_MAX && strlen(text) <= TEXT_MAX)
		must(fits == fits_slowly(mask, text));
}

static void check_expression(
	const char *expression, const char *text, size_t len)
{
	struct err err = {0};
	struct pattern *pattern = pattern_new(expression, &err);
	enum pattern_answer answer;

	must(!pattern == (err.text[0] != '\0'));
	if (!pattern)
		return;
	answer = pattern_find(pattern, text, len);
	must(answer == pattern_find(pattern, text, len));
	pattern_free(pattern);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *input = malloc(size + 1);
	char *text;

	must(input != NULL);
	memcpy(input, data, size);
	input[size] = '\0';
	text = memchr(input, '\n', size);
	if (text) {
		*text++ = '\0';
		check_mask(input, text);
		check_expression(input, text, size - (size_t)(text - input));
	}
	free(input);
	return 0;
}
