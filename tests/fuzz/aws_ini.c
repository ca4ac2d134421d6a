/* Settings are pieces of the text, without line breaks, and what a look-up
 * finds is the last of them. */
#include "aws/ini.h"
#include "util/alloc.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_piece(struct span text, struct span piece)
{
	if (piece.len == 0)
		return;
	if (piece.p < text.p || piece.p + piece.len > text.p + text.len ||
		memchr(piece.p, '\n', piece.len))
		abort();
}

static void check_get(struct span text, const char *last)
{
	const struct ini_query query = {
		.kind = INI_CREDENTIALS, .profile = "default", .key = "key"};
	struct span value = {NULL, 0};
	bool found = ini_get(text, &query, &value);
	if (found != (last != NULL) || value.p != last)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = {(const char *)data, size};
	struct ini ini;
	struct ini_setting setting;
	const char *last = NULL;
	ini_init(&ini, text);
	while (ini_next(&ini, &setting)) {
		check_piece(text, setting.section);
		check_piece(text, setting.key);
		check_piece(text, setting.value);
		if (span_is(setting.section, "default") &&
			span_is_nocase(setting.key, "key") &&
			setting.value.len > 0)
			last = setting.value.p;
	}
	check_get(text, last);
	(void)ini_has_profile(text, INI_CONFIG, "work");
	return 0;
}
