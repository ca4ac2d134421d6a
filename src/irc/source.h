/*
 * Who a message comes from: "nick!user@host", "nick", "nick!user",
 * "nick@host" or a server's name. A client must accept any bytes in it.
 */
#ifndef IRC_SOURCE_H
#define IRC_SOURCE_H

#include "util/attr.h"

#include <stddef.h>

enum { IRC_SOURCE_BYTES = 1024 }; /* with the NUL */

struct irc_source {
	char raw[IRC_SOURCE_BYTES]; /* as received, without ':'; "" is none */
	const char *nick;           /* or the server's name; never NULL */
	const char *user;           /* "" when not given */
	const char *host;           /* "" when not given */
};

/* No source: all four are "". */
void irc_source_init(struct irc_source *source);
/*
 * Keeps a copy in `raw` and cuts `text` in place: nick, user and host point
 * into it. The nick ends at the first '!' or '@'; the user ends, and the host
 * begins, at the first '@' after that. 0, or -E2BIG when too long: then it
 * is as after irc_source_init().
 */
int irc_source_parse(struct irc_source *source, char *text) MUST_CHECK;

#endif
