#include "irc/message.h"

#include "util/str.h"

#include <string.h>

static const char *const parse_texts[] = {
	[IRC_PARSE_OK] = "no error",
	[IRC_PARSE_EMPTY] = "an empty line",
	[IRC_PARSE_NUL] = "a NUL byte inside",
	[IRC_PARSE_LINE_BREAK] = "a CR or LF inside",
	[IRC_PARSE_LONG_TAGS] = "too many bytes of tags",
	[IRC_PARSE_LONG_BODY] = "too many bytes after the tags",
	[IRC_PARSE_SOURCE] = "an empty or overlong source",
	[IRC_PARSE_COMMAND] = "no command of letters or three digits",
};

const char *irc_parse_text(enum irc_parse error)
{
	return parse_texts[error];
}

static void make_empty(struct irc_message *msg)
{
	msg->ntags = 0;
	msg->tags_dropped = 0;
	irc_source_init(&msg->source);
	msg->command = "";
	msg->numeric = -1;
	msg->nparams = 0;
}

static size_t without_line_end(const char *line, size_t len)
{
	if (len && line[len - 1] == '\n')
		len--;
	if (len && line[len - 1] == '\r')
		len--;
	return len;
}

static char *skip_spaces(char *p)
{
	return p + strspn(p, " ");
}

/* Ends the word at p, moves *p to the word after it. */
static char *cut_word(char **p)
{
	char *word = *p;
	char *end = word + strcspn(word, " ");
	*p = *end ? skip_spaces(end + 1) : end;
	*end = '\0';
	return word;
}

/* The last of several values for one key is the one that counts. */
static void add_tag(struct irc_message *msg, const char *key, const char *value)
{
	size_t i = 0;
	while (i < msg->ntags && strcmp(msg->tags[i].key, key) != 0)
		i++;
	if (i == IRC_TAGS_MAX) {
		msg->tags_dropped++;
		return;
	}
	msg->tags[i] = (struct irc_tag){.key = key, .value = value};
	if (i == msg->ntags)
		msg->ntags++;
}

static void parse_tags(struct irc_message *msg, char *p)
{
	while (p) {
		char *key = p;
		p = strchr(p, ';');
		if (p)
			*p++ = '\0';
		char *value = key + strcspn(key, "=");
		if (*value)
			*value++ = '\0';
		if (!*key)
			continue;
		irc_tag_unescape(value);
		add_tag(msg, key, value);
	}
}

static void parse_params(struct irc_message *msg, char *p)
{
	while (*p) {
		bool rest = *p == ':' || msg->nparams == IRC_PARAMS_MAX - 1;
		if (*p == ':')
			p++;
		char *param = p;
		if (rest)
			p += strlen(p);
		else
			param = cut_word(&p);
		msg->params[msg->nparams++] = param;
	}
}

/* Upper case, and a number if it is one. */
static bool parse_command(struct irc_message *msg, char *word)
{
	size_t digits = strspn(word, "0123456789");
	if (digits == 3 && !word[3]) {
		msg->numeric = (word[0] - '0') * 100 + (word[1] - '0') * 10 +
			       (word[2] - '0');
		msg->command = word;
		return true;
	}
	for (char *p = word; *p; p++) {
		*p = ascii_upper(*p);
		if (*p < 'A' || *p > 'Z')
			return false;
	}
	msg->command = word;
	return *word != '\0';
}

static enum irc_parse parse_body(struct irc_message *msg, char *p)
{
	if (*p == ':') {
		p++;
		char *source = cut_word(&p);
		if (!*source || irc_source_parse(&msg->source, source) != 0)
			return IRC_PARSE_SOURCE;
	}
	if (!parse_command(msg, cut_word(&p)))
		return IRC_PARSE_COMMAND;
	parse_params(msg, p);
	return IRC_PARSE_OK;
}

static enum irc_parse parse_line(
	struct irc_message *msg, char *line, const char *end)
{
	char *p = skip_spaces(line);
	if (!*p)
		return IRC_PARSE_EMPTY;
	if (*p == '@') {
		char *tags = p + 1;
		cut_word(&p);
		if (strlen(tags) + 2 > IRC_TAGS_BYTES)
			return IRC_PARSE_LONG_TAGS;
		parse_tags(msg, tags);
	}
	if (end - p > IRC_BODY_BYTES)
		return IRC_PARSE_LONG_BODY;
	return parse_body(msg, p);
}

enum irc_parse irc_message_parse(
	struct irc_message *msg, char *line, size_t len)
{
	make_empty(msg);
	len = without_line_end(line, len);
	if (memchr(line, '\0', len))
		return IRC_PARSE_NUL;
	if (memchr(line, '\r', len) || memchr(line, '\n', len))
		return IRC_PARSE_LINE_BREAK;
	line[len] = '\0';
	enum irc_parse result = parse_line(msg, line, line + len);
	if (result != IRC_PARSE_OK)
		make_empty(msg);
	return result;
}

const char *irc_message_tag(const struct irc_message *msg, const char *key)
{
	for (size_t i = 0; i < msg->ntags; i++) {
		if (strcmp(msg->tags[i].key, key) == 0)
			return msg->tags[i].value;
	}
	return NULL;
}

const char *irc_message_param(const struct irc_message *msg, size_t i)
{
	return i < msg->nparams ? msg->params[i] : "";
}

const char *irc_message_last(const struct irc_message *msg)
{
	return msg->nparams ? msg->params[msg->nparams - 1] : "";
}

bool irc_message_is(const struct irc_message *msg, const char *command)
{
	return strcmp(msg->command, command) == 0;
}
