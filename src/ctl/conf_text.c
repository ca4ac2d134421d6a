#include "ctl/conf_text.h"

#include "util/alloc.h"
#include "util/str.h"

#include <string.h>

void conf_text_string(struct buf *out, const char *s)
{
	buf_addc(out, '"');
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			buf_addc(out, '\\');
		if ((unsigned char)*s < ' ')
			buf_addf(out, "\\x%02x", (unsigned char)*s);
		else
			buf_addc(out, *s);
	}
	buf_addc(out, '"');
}

void conf_text_setting(
	struct buf *out, unsigned depth, const char *name, const char *value)
{
	if (!value)
		return;
	while (depth--)
		buf_addc(out, '\t');
	buf_addf(out, "%s = ", name);
	conf_text_string(out, value);
	buf_adds(out, ";\n");
}

static bool is_plain(char c)
{
	return c && strchr("abcdefghijklmnopqrstuvwxyz0123456789._", c);
}

void conf_text_word(struct buf *out, const char *name)
{
	size_t start = out->len;

	for (; *name && out->len - start < CONF_TEXT_WORD_BYTES; name++) {
		char c = ascii_lower(*name);

		if (is_plain(c))
			buf_addc(out, c);
		else if (out->len > start && out->data[out->len - 1] != '-')
			buf_addc(out, '-');
	}
	while (out->len > start && out->data[out->len - 1] == '-')
		buf_truncate(out, out->len - 1);
	if (out->len == start)
		buf_adds(out, "channel");
}

void conf_text_mapping(struct buf *out, const struct conf_text_mapping *mapping)
{
	char AUTOFREE *irc =
		xasprintf("%s/%s", mapping->network, mapping->channel);

	buf_adds(out, "{ name = ");
	conf_text_string(out, mapping->name);
	buf_adds(out, "; irc = ");
	conf_text_string(out, irc);
	buf_adds(out, "; chime = ");
	conf_text_string(out, mapping->chime);
	buf_adds(out, "; }");
}
