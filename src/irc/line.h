/*
 * The one serializer: every line sent to a server is built here. Whatever it
 * is given, it appends nothing or exactly one line that ends with CRLF and
 * holds no other CR or LF and no NUL: content can never become a second
 * command.
 */
#ifndef IRC_LINE_H
#define IRC_LINE_H

#include "irc/message.h"
#include "irc/tag.h"
#include "util/attr.h"
#include "util/buf.h"

#include <stddef.h>

struct irc_line {
	const struct irc_tag *tags;
	size_t ntags;
	const char *source;  /* without ':'; NULL or "" (the rule) for none */
	const char *command; /* letters or three digits, sent as given */
	/* Ends with NULL. Only the last may be empty, begin with ':' or hold
	 * spaces; it is sent with ':' only where it needs one. */
	const char *params[IRC_PARAMS_MAX + 1];
	/* Most bytes of the line without tags, with CRLF; 0 is 512. */
	size_t line_bytes;
	/* Most bytes of the tag section; 0 is IRC_CLIENT_TAGS_BYTES. */
	size_t tags_bytes;
};

/*
 * Appends the line and its CRLF, or nothing:
 * -EINVAL  CR or LF in the source, command or a parameter; a bad command, tag
 *          key or source; a parameter before the last that is empty, has a
 *          space or begins with ':'; a parameter after a NULL
 * -EMSGSIZE  longer than line_bytes or tags_bytes: nothing is ever cut
 * -ENOBUFS  `out` has no room left below its ceiling, or has overflowed
 */
int irc_line_build(struct buf *out, const struct irc_line *line) MUST_CHECK;

#endif
