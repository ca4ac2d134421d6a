/*
 * The AppInstanceUserId of an IRC person: a reversible escape of the person's
 * id (model/person.h) within 5..50 characters of [A-Za-z0-9:_.@-],
 * alphanumeric at both ends, so that it fits the API of 2021 and of today.
 *
 *	"libera/bob"      irc:libera:bob     a nick
 *	"libera/@bob"     irc:libera:@bob    an account
 *	"libera/[bob]"    irc:libera:.5bbob.5d
 *
 * The '/' between network and name is ':'; every byte that is not a letter, a
 * digit, '-', '_' or '@' is '.' and two hex digits, as is a last one that is
 * no letter or digit. An id that would be longer keeps its beginning, ".."
 * and 16 hex digits of its SHA-256 follow; that form cannot be reversed.
 */
#ifndef CHIME_USERS_USERID_H
#define CHIME_USERS_USERID_H

#include "util/attr.h"
#include "util/buf.h"

#include <stdbool.h>

enum { USERID_BYTES = 51 }; /* with the NUL */

void userid_make(char out[USERID_BYTES], const char *person_id);
/*
 * When that one belongs to somebody else: the same person's next ones, of the
 * shortened form. 0 is userid_make()'s.
 */
enum { USERID_VARIANTS = 8 };
void userid_variant(
	char out[USERID_BYTES], const char *person_id, unsigned variant);
/* Is it one that userid_make() could have made? */
bool userid_is_ours(const char *user_id);
/* Appends the person's id; -EINVAL when not ours, -ERANGE when shortened. */
int userid_read(struct buf *out, const char *user_id) MUST_CHECK;

#endif
