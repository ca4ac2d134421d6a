/*
 * irc_line_build(): whatever it is given, it appends nothing, or one line that
 * ends in CRLF and has no other CR or LF and no NUL.
 *
 * The input is NUL-terminated strings, of which the first byte says what each
 * of them is.
 */
#include "irc/line.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

struct parts {
	struct irc_line line;
	struct irc_tag tags[4];
	size_t nparams;
};

static void take(struct parts *parts, char kind, const char *s)
{
	if (kind == 's') {
		parts->line.source = s;
	} else if (kind == 'c') {
		parts->line.command = s;
	} else if (kind == 'k' && parts->line.ntags < 4) {
		parts->tags[parts->line.ntags++].key = s;
	} else if (kind == 'v' && parts->line.ntags) {
		parts->tags[parts->line.ntags - 1].value = s;
	} else if (parts->nparams < ARRAY_LEN(parts->line.params)) {
		parts->line.params[parts->nparams++] = s;
	}
}

static void check(const struct buf *out, int result)
{
	must(!out->overflow);
	if (result != 0) {
		must(out->len == 6);
		return;
	}
	must(out->len > 8 && memcmp(out->data + out->len - 2, "\r\n", 2) == 0);
	must(!memchr(out->data, '\0', out->len));
	must(!memchr(out->data, '\r', out->len - 2));
	must(!memchr(out->data, '\n', out->len - 2));
}

/* What was one message must be read as that message. */
static void check_meaning(struct buf *out, const struct parts *parts)
{
	struct irc_message msg;
	must(irc_message_parse(&msg, out->data + 6, out->len - 6) ==
		IRC_PARSE_OK);
	must(msg.nparams == parts->nparams);
	for (size_t i = 0; i < parts->nparams; i++)
		must(strcmp(irc_message_param(&msg, i),
			     parts->line.params[i]) == 0);
	must(strcmp(msg.source.raw,
		     parts->line.source ? parts->line.source : "") == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct parts parts = {.line.command = "PRIVMSG"};
	parts.line.tags = parts.tags;
	char *text = malloc(size + 1);
	if (!text)
		abort();
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	for (size_t at = 0; at < size; at += strlen(text + at) + 1)
		take(&parts, text[at], text + at + (text[at] != '\0'));
	struct buf out AUTOBUF;
	buf_init(&out, 2048);
	buf_adds(&out, "before");
	int result = irc_line_build(&out, &parts.line);
	check(&out, result);
	bool source_fits =
		!parts.line.source || strlen(parts.line.source) < 500;
	if (result == 0 && source_fits)
		check_meaning(&out, &parts);
	free(text);
	return 0;
}
