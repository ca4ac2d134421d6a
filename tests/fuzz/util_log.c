/*
 * The first byte chooses the format, the rest is a foreign text: a line is
 * valid UTF-8 without control characters, bounded, and in json it parses.
 */
#include "util/alloc.h"
#include "util/log.h"
#include "util/utf8.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
	if (!ok)
		abort();
}

static void on_line(enum log_level level, const char *line, void *arg)
{
	const enum log_format *format = arg;
	size_t len = strlen(line);
	(void)level;
	must(len < LOG_LINE_BYTES);
	uint32_t codepoint = 0;
	for (size_t at = 0, n; at < len; at += n) {
		n = utf8_decode(line + at, len - at, &codepoint);
		must(n > 0 && !utf8_is_control(codepoint));
	}
	if (*format != LOG_FORMAT_JSON)
		return;
	json_t *parsed = json_loadb(line, len, 0, NULL);
	must(parsed && json_object_size(parsed) == 4);
	json_decref(parsed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	enum log_format format = (enum log_format)(data[0] % 3);
	char AUTOFREE *text = xstrndup((const char *)data + 1, size - 1);
	log_set_sink(on_line, &format);
	log_set_format(format);
	log_info(text, "%s", text);
	log_set_sink(NULL, NULL);
	return 0;
}
