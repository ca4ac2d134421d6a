/*
 * Bans of IRC: whom a mask fits, and the mask for somebody. Pure.
 *
 * A mask is nick!user@host with wildcards (and addresses as "10.0.0.0/8"), or
 * an extended ban of the server; of those only the ones about accounts are
 * understood ("$a:bob", "~account:bob", "R:bob", also negated), which fit
 * nobody whose account is not known. A forward ("mask$#channel") is left out.
 */
#ifndef IRC_MODERATION_BAN_MASK_H
#define IRC_MODERATION_BAN_MASK_H

#include "irc/isupport.h"
#include "irc/mask.h"
#include "util/attr.h"

#include <stdbool.h>

/* Somebody, as servers know them; "" is not known. */
struct irc_ban_face {
	const char *nick;
	const char *user;
	const char *host;
	const char *account;
	bool is_account_known; /* "" means: not logged in */
};

bool irc_ban_fits(const struct irc_isupport *isupport, const char *mask,
	const struct irc_ban_face *face);

enum irc_ban_kind {
	BAN_ACCOUNT, /* where they are logged in and accounts can be banned */
	BAN_ADDRESS, /* by template: {nick}, {user}, {host} */
	BAN_NICK,    /* nick!*@* */
	BAN_KINDS,
};
/* 0; -ENOENT: what it needs is not known; errors of irc_mask_normalise(). A '~'
 * before the user name becomes '*': whether it is there depends on a moment. */
int irc_ban_make(const struct irc_isupport *isupport, enum irc_ban_kind kind,
	const char *pattern, const struct irc_ban_face *face,
	char ret[IRC_MASK_BYTES]) MUST_CHECK;

#endif
