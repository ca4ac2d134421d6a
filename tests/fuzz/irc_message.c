/*
 * irc_message_parse(): what is accepted can be written again, and reads the
 * same then.
 */
#include "irc/line.h"
#include "irc/message.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void build(struct buf *out, const struct irc_message *msg)
{
	struct irc_line line = {
		.tags = msg->tags,
		.ntags = msg->ntags,
		.source = msg->source.raw,
		.command = msg->command,
		.line_bytes = IRC_BODY_BYTES + 2,
		.tags_bytes = IRC_TAGS_BYTES,
	};
	for (size_t i = 0; i < msg->nparams; i++)
		line.params[i] = msg->params[i];
	must(irc_line_build(out, &line) == 0);
}

static void check_equal(
	const struct irc_message *a, const struct irc_message *b)
{
	must(a->ntags == b->ntags && a->nparams == b->nparams);
	must(a->numeric == b->numeric);
	must(strcmp(a->command, b->command) == 0);
	must(strcmp(a->source.raw, b->source.raw) == 0);
	must(strcmp(a->source.nick, b->source.nick) == 0);
	must(strcmp(a->source.user, b->source.user) == 0);
	must(strcmp(a->source.host, b->source.host) == 0);
	for (size_t i = 0; i < a->ntags; i++) {
		const char *value = irc_message_tag(b, a->tags[i].key);
		must(value && strcmp(value, a->tags[i].value) == 0);
	}
	for (size_t i = 0; i < a->nparams; i++)
		must(strcmp(a->params[i], irc_message_param(b, i)) == 0);
}

static void check(char *line, size_t len)
{
	struct irc_message msg;
	struct irc_message again;
	struct buf out AUTOBUF;
	buf_init(&out, 4 * IRC_BODY_BYTES);
	if (irc_message_parse(&msg, line, len) != IRC_PARSE_OK)
		return;
	must(msg.ntags <= IRC_TAGS_MAX && msg.nparams <= IRC_PARAMS_MAX);
	build(&out, &msg);
	must(irc_message_parse(&again, out.data, out.len) == IRC_PARSE_OK);
	check_equal(&msg, &again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *line = malloc(size + 1);
	if (!line)
		abort();
	if (size)
		memcpy(line, data, size);
	line[size] = 'x';
	check(line, size);
	free(line);
	return 0;
}
