/*
 * Ban masks: '*' stands for any bytes, '?' for one byte, everything else for
 * itself under the server's case mapping ('[' and '\' are letters of nicks,
 * not syntax). Splitting nick!user@host is irc/source.h.
 */
#ifndef IRC_MASK_H
#define IRC_MASK_H

#include "irc/casemap.h"
#include "util/attr.h"

#include <stdbool.h>
#include <stddef.h>

struct irc_isupport;

enum { IRC_MASK_BYTES = 512 }; /* with the NUL */

/*
 * Does the whole text match? At most len(mask) * len(text) steps, whatever
 * the mask.
 */
bool irc_mask_match(enum irc_casemap map, const char *mask, const char *text);
/* Any '*' or '?' in it? */
bool irc_mask_has_wildcard(const char *mask);
/*
 * Is it an extended ban of this server ("$a:account", "~a:x", "R:x",
 * "account:x", negated or not) rather than a mask? Never without EXTBAN.
 */
bool irc_mask_is_extban(const struct irc_isupport *isupport, const char *mask);
/*
 * What a server would make of it: "nick" -> nick!*@*, "user@host" ->
 * *!user@host, "nick!user" -> nick!user@*, a lone word with '.' or ':' is a
 * host, empty parts become "*", runs of '*' one. Extended bans stay as they
 * are. 0; -EINVAL when empty, beginning with ':', or with a space or control
 * character; -E2BIG when too long. `out` is untouched on failure.
 */
int irc_mask_normalise(const struct irc_isupport *isupport, const char *mask,
	char out[IRC_MASK_BYTES]) MUST_CHECK;

#endif
