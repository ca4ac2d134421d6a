/*
 * Splitting: the first byte is the budget, the rest the text, as it is and
 * cleaned. See irc_split_check.h for what must hold.
 */
#include "irc/split.h"
#include "unit/support/irc_split_check.h"
#include "util/utf8.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	size_t budget = IRC_SPLIT_BUDGET_MIN + data[0];
	const char *text = (const char *)data + 1;
	irc_split_check(text, size - 1, budget);
	struct buf clean AUTOBUF;
	buf_init(&clean, 3 * size);
	irc_text_clean(&clean, text, size - 1);
	if (clean.overflow || !utf8_is_valid(clean.data, clean.len) ||
		strlen(clean.data) != clean.len ||
		strpbrk(clean.data, "\x01\r\x1b"))
		abort();
	irc_split_check(clean.data, clean.len, budget);
	return 0;
}
