/*
 * One IRCv3 message tag (https://ircv3.net/specs/extensions/message-tags):
 * a key such as "msgid", "vendor.example/x" or "+draft/reply" (the '+' of
 * client-only tags is part of the key), and an unescaped value.
 *
 * Keys and values are borrowed strings; they live as long as the line they
 * were parsed from, or as long as their writer keeps them.
 */
#ifndef IRC_TAG_H
#define IRC_TAG_H

#include "util/attr.h"
#include "util/buf.h"

#include <stdbool.h>
#include <stddef.h>

enum {
	/* The whole tag section, with '@' and the space after it. */
	IRC_TAGS_BYTES = 8191,
	/* What a client may send of it (4094 of tags, '@' and the space). */
	IRC_CLIENT_TAGS_BYTES = 4096,
	/* Tags kept per message; what comes after is counted and dropped. */
	IRC_TAGS_MAX = 64,
};

struct irc_tag {
	const char *key;
	const char *value; /* "" (or NULL when sending) when there is none */
};

/*
 * Unescapes in place: \: \s \\ \r \n; any other escaped character stands for
 * itself, a lone backslash at the end is dropped. Returns the new length.
 */
size_t irc_tag_unescape(char *value);
/* Appends the value escaped: no ';', space, CR, LF can appear in the result. */
void irc_tag_escape(struct buf *out, const char *value);
/* Bytes that irc_tag_escape() would append. */
size_t irc_tag_escaped_bytes(const char *value);
/* May this key be sent? Not empty, none of: ; = space CR LF. */
bool irc_tag_key_is_valid(const char *key);

#endif
