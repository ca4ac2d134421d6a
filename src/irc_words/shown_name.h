/*
 * A display name as it stands in a line of IRC: one harmless word or few. Pure.
 */
#ifndef IRC_WORDS_SHOWN_NAME_H
#define IRC_WORDS_SHOWN_NAME_H

#include "util/buf.h"

#include <stdbool.h>

enum { SHOWN_NAME_BYTES = 64 }; /* at most */

/*
 * No controls, invisibles or bidirectional overrides, no line breaks, at most
 * SHOWN_NAME_BYTES; "someone" when nothing is left. `anti_ping` puts U+200B
 * behind the first letter.
 */
void shown_name(struct buf *out, const char *name, bool anti_ping);

#endif
