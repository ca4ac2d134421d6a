/*
 * The first byte is the size of a part, the rest is text: repaired and decoded
 * text is valid, and cutting it into parts loses and breaks nothing.
 */
#include "util/utf8.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef size_t fit_fn(const char *s, size_t len, size_t max);

static void must(bool ok)
{
	if (!ok)
		abort();
}

static void check_fit(fit_fn *fit, const struct buf *text, size_t max)
{
	size_t done = 0;
	while (done < text->len) {
		const char *s = text->data + done;
		size_t left = text->len - done;
		uint32_t first;
		size_t n = fit(s, left, max);
		must(n <= max && n <= left && utf8_is_valid(s, n));
		must(left > max || n == left);
		if (n == 0) {
			must(max < utf8_decode(s, left, &first));
			return;
		}
		done += n;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	size_t max = data[0];
	const char *s = (const char *)data + 1;
	size_t len = size - 1;
	bool was_valid = utf8_is_valid(s, len);
	struct buf AUTOBUF text;
	buf_init(&text, 3 * len);
	utf8_repair(&text, s, len);
	must(!text.overflow && utf8_is_valid(text.data, text.len));
	must((text.len == len && memcmp(text.data, s, len) == 0) == was_valid);
	check_fit(utf8_fit, &text, max);
	check_fit(utf8_fit_words, &text, max);
	must(utf8_fit_words(s, len, max) <= utf8_fit(s, len, max));
	must(utf8_fit(s, len, max) <= max);

	buf_clear(&text);
	utf8_from_irc(&text, s, len);
	must(!text.overflow && utf8_is_valid(text.data, text.len));
	must(was_valid || utf8_length(text.data, text.len) == len);
	return 0;
}
