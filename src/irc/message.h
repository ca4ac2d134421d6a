/*
 * One received IRC message (RFC 1459 2.3.1, RFC 2812 2.3.1, IRCv3
 * message-tags, modern.ircdocs.horse), parsed in place.
 *
 * Everything in the message points into the line it was parsed from, so the
 * line must outlive it and must not be changed; `source.raw` alone is a copy.
 * The message is a plain value: nothing to release, may be copied.
 *
 * The parser accepts what servers send: several spaces between words, spaces
 * at the end, any bytes in the source, any tag keys, bodies up to 8191 bytes.
 * It refuses a line that holds NUL, or CR or LF anywhere but at its end:
 * cutting there would silently lose text, and no server sends it.
 */
#ifndef IRC_MESSAGE_H
#define IRC_MESSAGE_H

#include "irc/source.h"
#include "irc/tag.h"
#include "util/attr.h"

#include <stdbool.h>
#include <stddef.h>

enum {
	/* The line without its tags, with CRLF, in the protocol's words. */
	IRC_LINE_BYTES = 512,
	/* The most that is accepted of it, without CRLF. */
	IRC_BODY_BYTES = 8191,
	/* Fifteen words and a trailing one, which takes all that is left. */
	IRC_PARAMS_MAX = 16,
};

enum irc_parse {
	IRC_PARSE_OK,
	IRC_PARSE_EMPTY,      /* nothing but spaces or a line ending */
	IRC_PARSE_NUL,        /* a NUL byte inside */
	IRC_PARSE_LINE_BREAK, /* a CR or LF inside */
	IRC_PARSE_LONG_TAGS,  /* tags of more than IRC_TAGS_BYTES */
	IRC_PARSE_LONG_BODY,  /* more than IRC_BODY_BYTES after the tags */
	IRC_PARSE_SOURCE,     /* an empty or overlong source */
	IRC_PARSE_COMMAND,    /* no command, or not letters or three digits */
};

struct irc_message {
	struct irc_tag tags[IRC_TAGS_MAX];
	size_t ntags;
	size_t tags_dropped; /* tags past IRC_TAGS_MAX */
	struct irc_source source;
	const char *command; /* in upper case: "PRIVMSG", "001" */
	int numeric;         /* 0..999, or -1 for a word */
	const char *params[IRC_PARAMS_MAX];
	size_t nparams;
};

/*
 * Parses `line`, which is `len` bytes followed by one more writable byte
 * (where a NUL is or is put). A CR, LF or CRLF at the end is not part of it.
 * On failure the message is empty (no tags, no params, command "").
 */
enum irc_parse irc_message_parse(
	struct irc_message *msg, char *line, size_t len) MUST_CHECK;
/* A few words for people: "a NUL byte inside". */
const char *irc_parse_text(enum irc_parse error);

/* The unescaped value ("" when the tag has none), NULL when not there. */
const char *irc_message_tag(const struct irc_message *msg, const char *key);
/* The i-th parameter from 0, or "" when there are not that many. */
const char *irc_message_param(const struct irc_message *msg, size_t i);
/* The last parameter, or "" when there is none. */
const char *irc_message_last(const struct irc_message *msg);
/* `command` in upper case: "PRIVMSG" or "433". */
bool irc_message_is(const struct irc_message *msg, const char *command);

#endif
