/*
 * Which nick to ask for when the wanted one is not to be had. Pure.
 */
#ifndef IRC_NICK_H
#define IRC_NICK_H

#include "util/attr.h"

#include <stddef.h>

enum {
	IRC_NICK_BYTES = 128, /* with the NUL; longer ones are cut to it */
	/* After so many refusals there is no sense in going on. */
	IRC_NICK_TRIES_MAX = 40,
};

/*
 * Writes the n-th choice: 0 the wanted nick itself, then with one, two, three
 * underscores, then with the numbers 1, 2, 3... The end of the wanted nick is
 * cut off so that the suffix fits `nicklen` bytes (0: no limit), never inside a
 * UTF-8 character.
 */
void irc_nick_choice(const char *wanted, unsigned n, unsigned nicklen,
	char ret[IRC_NICK_BYTES]);

/*
 * The wanted nick with everything taken out that some server might refuse:
 * letters, digits, _ - [ ] \ ` ^ { | } stay, but no digit or '-' in front;
 * "guest" when nothing stays.
 */
void irc_nick_tame(const char *wanted, char ret[IRC_NICK_BYTES]);

#endif
