/*
 * Markdown: any bytes are read, and what was read, the same bytes as plain
 * words, and with styles in them are written and read back. See
 * end_chime_markdown_check.h for what must hold.
 */
#include "unit/support/end_chime_markdown_check.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *s = (const char *)data;
	struct text text AUTOTEXT;
	text_init(&text, size);
	markdown_check_read(s, size);
	text_append(&text, s, size, 0);
	markdown_check_round(&text);
	text_clear(&text);
	markdown_check_build(&text, s, size);
	markdown_check_round(&text);
	return 0;
}
