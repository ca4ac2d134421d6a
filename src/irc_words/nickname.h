/*
 * What a person of Chime is called on IRC: nick, user name, real name, host and
 * address from display name and id, by the templates of the settings ({name},
 * {id}). Pure; the same person has the same ones always.
 *
 * Where a network allows ASCII letters only, marks are dropped ("Zoë" is
 * "Zoe"), blanks and dots become '_', the rest is left out. Of a name without
 * a single letter that can stay (most of the world's scripts) a short hash of
 * the id is made.
 */
#ifndef IRC_WORDS_NICKNAME_H
#define IRC_WORDS_NICKNAME_H

#include "irc/nick.h"
#include "util/attr.h"
#include "util/buf.h"

#include <stdbool.h>
#include <stddef.h>

enum {
	IRC_USERNAME_BYTES = 10 + 1, /* what every server keeps, with NUL */
	IRC_REALNAME_BYTES = 200 + 1,
	IRC_HOST_BYTES = 63 + 1,
	IRC_ADDRESS_BYTES = 46,
	IRC_NICKNAME_LONGEST = 30, /* longer ones are not asked for */
};

/* The nick is both, one behind the other; when it has to be cut, or another is
 * to be chosen, the suffix stays. */
struct irc_nickname {
	char base[IRC_NICK_BYTES];
	char suffix[IRC_NICK_BYTES];
};

/* Never empty, no digit or '-' in front. */
void irc_nickname_make(struct irc_nickname *ret, const char *nick_template,
	const char *id, const char *name);
/* Letters and digits. */
void irc_nickname_username(char ret[IRC_USERNAME_BYTES],
	const char *username_template, const char *id, const char *name);
/* As they are, but for what cannot be seen. */
void irc_nickname_realname(char ret[IRC_REALNAME_BYTES],
	const char *realname_template, const char *id, const char *name);
/* Letters, digits, '-' and '.'. */
void irc_nickname_host(char ret[IRC_HOST_BYTES], const char *host_template,
	const char *id, const char *name);
/* An address of this person's own within "2001:db8:1::/48". -EINVAL: that is no
 * IPv6 prefix. */
int irc_nickname_address(char ret[IRC_ADDRESS_BYTES], const char *prefix,
	const char *id) MUST_CHECK;
/*
 * The nick for draft/relaymsg: the name and "/c" behind it, with the first of
 * the server's separators ("": it asks for none, '/' is used).
 */
void irc_nickname_relay(char ret[IRC_NICK_BYTES], const char *separators,
	const char *name, size_t nicklen);

#endif
