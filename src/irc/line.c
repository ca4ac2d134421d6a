#include "irc/line.h"

#include <errno.h>
#include <string.h>

static bool has_line_break(const char *s)
{
	return s[strcspn(s, "\r\n")] != '\0';
}

static bool is_word(const char *s)
{
	return *s && *s != ':' && !s[strcspn(s, " \r\n")];
}

static bool command_is_valid(const char *s)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz";
	if (!s || !*s)
		return false;
	if (strspn(s, "0123456789") == 3)
		return s[3] == '\0';
	return s[strspn(s, letters)] == '\0';
}

static bool source_is_valid(const char *s)
{
	return !s || !s[strcspn(s, " \r\n")];
}

static bool tags_are_valid(const struct irc_line *line)
{
	for (size_t i = 0; i < line->ntags; i++) {
		if (!irc_tag_key_is_valid(line->tags[i].key))
			return false;
	}
	return true;
}

static size_t count_params(const struct irc_line *line)
{
	size_t n = 0;
	while (n < IRC_PARAMS_MAX && line->params[n])
		n++;
	return n;
}

static bool params_are_valid(const struct irc_line *line, size_t count)
{
	for (size_t i = 0; i + 1 < count; i++) {
		if (!is_word(line->params[i]))
			return false;
	}
	if (count && has_line_break(line->params[count - 1]))
		return false;
	for (size_t i = count; i < ARRAY_LEN(line->params); i++) {
		if (line->params[i])
			return false;
	}
	return true;
}

static bool has_value(const struct irc_tag *tag)
{
	return tag->value && *tag->value;
}

/* With '@' and the space; 0 when there are no tags. */
static size_t tags_length(const struct irc_line *line)
{
	size_t length = line->ntags ? line->ntags + 1 : 0;
	for (size_t i = 0; i < line->ntags; i++) {
		const struct irc_tag *tag = &line->tags[i];
		length += strlen(tag->key);
		if (has_value(tag))
			length += 1 + irc_tag_escaped_bytes(tag->value);
	}
	return length;
}

/* With CRLF. */
static size_t body_length(const struct irc_line *line, size_t count)
{
	size_t length = strlen(line->command) + 2;
	if (line->source && *line->source)
		length += strlen(line->source) + 2;
	for (size_t i = 0; i < count; i++)
		length += 1 + strlen(line->params[i]);
	if (count && !is_word(line->params[count - 1]))
		length++;
	return length;
}

static void add_tags(struct buf *out, const struct irc_line *line)
{
	for (size_t i = 0; i < line->ntags; i++) {
		const struct irc_tag *tag = &line->tags[i];
		buf_addc(out, i ? ';' : '@');
		buf_adds(out, tag->key);
		if (!has_value(tag))
			continue;
		buf_addc(out, '=');
		irc_tag_escape(out, tag->value);
	}
	if (line->ntags)
		buf_addc(out, ' ');
}

static void add_body(struct buf *out, const struct irc_line *line, size_t count)
{
	if (line->source && *line->source) {
		buf_addc(out, ':');
		buf_adds(out, line->source);
		buf_addc(out, ' ');
	}
	buf_adds(out, line->command);
	for (size_t i = 0; i < count; i++) {
		buf_addc(out, ' ');
		if (!is_word(line->params[i]))
			buf_addc(out, ':');
		buf_adds(out, line->params[i]);
	}
	buf_adds(out, "\r\n");
}

int irc_line_build(struct buf *out, const struct irc_line *line)
{
	size_t line_max = line->line_bytes ? line->line_bytes : IRC_LINE_BYTES;
	size_t tags_max =
		line->tags_bytes ? line->tags_bytes : IRC_CLIENT_TAGS_BYTES;
	size_t count = count_params(line);
	if (!command_is_valid(line->command) ||
		!source_is_valid(line->source) || !tags_are_valid(line) ||
		!params_are_valid(line, count))
		return -EINVAL;
	size_t tags = tags_length(line);
	size_t body = body_length(line, count);
	if (tags > tags_max || body > line_max)
		return -EMSGSIZE;
	if (out->overflow || tags + body > out->ceiling - out->len)
		return -ENOBUFS;
	add_tags(out, line);
	add_body(out, line, count);
	return 0;
}
