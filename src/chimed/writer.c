#include "chimed/writer.h"

#include "util/attr.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Space and above but the quote and the backslash stand for themselves. */
static bool is_plain(char c)
{
	return (unsigned char)c >= ' ' && c != '"' && c != '\\';
}

static void add_escaped(struct buf *out, char c)
{
	static const char from[] = "\"\\\b\f\n\r\t";
	static const char to[] = "\"\\bfnrt";
	const char *at = c == '\0' ? NULL : strchr(from, c);

	if (at == NULL) {
		buf_addf(out, "\\u%04X", (unsigned)c);
		return;
	}
	buf_addc(out, '\\');
	buf_addc(out, to[at - from]);
}

static void add_quoted(struct buf *out, const char *text, size_t len)
{
	buf_addc(out, '"');
	while (len > 0) {
		size_t plain = 0;

		while (plain < len && is_plain(text[plain]))
			plain++;
		buf_add(out, text, plain);
		text += plain;
		len -= plain;
		if (len > 0) {
			add_escaped(out, *text++);
			len--;
		}
	}
	buf_addc(out, '"');
}

/* What comes before any value. A text that ends with an opening bracket, and
 * no text at all, wants no comma; inside a string neither is the last byte. */
static void begin(struct buf *out, const char *key)
{
	char last = out->len == 0 ? '[' : out->data[out->len - 1];

	if (last != '[' && last != '{')
		buf_addc(out, ',');
	if (key == NULL)
		return;
	buf_addc(out, '"');
	buf_adds(out, key);
	buf_add(out, "\":", 2);
}

void writer_open(struct buf *out, const char *key, char bracket)
{
	begin(out, key);
	buf_addc(out, bracket);
}

void writer_close(struct buf *out, char bracket)
{
	buf_addc(out, bracket);
}

void writer_text(struct buf *out, const char *key, const char *text, size_t len)
{
	begin(out, key);
	add_quoted(out, text, len);
}

void writer_string(struct buf *out, const char *key, const char *text)
{
	if (text != NULL)
		writer_text(out, key, text, strlen(text));
}

void writer_bool(struct buf *out, const char *key, bool value)
{
	begin(out, key);
	buf_adds(out, value ? "true" : "false");
}

void writer_seconds(struct buf *out, const char *key, int64_t ms)
{
	char number[32];
	int len = snprintf(number, sizeof(number), "%lld.%03d",
		(long long)(ms / 1000), (int)(ms % 1000));

	begin(out, key);
	buf_add(out, number, (size_t)len);
}

static int add_part(const char *part, size_t len, void *out)
{
	buf_add(out, part, len);
	return 0;
}

void writer_json(struct buf *out, const char *key, json_t *value)
{
	begin(out, key);
	/* Thirteen digits are seconds with milliseconds. */
	if (json_dump_callback(value, add_part, out,
		    JSON_COMPACT | JSON_REAL_PRECISION(13)) != 0)
		abort();
	json_decref(value);
}
