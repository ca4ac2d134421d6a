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
	/* With a suffix, while NICKLEN is not known: a server that cuts a nick
	 * would cut the suffix. */
	IRC_NICK_BYTES_GUESS = 30,
};

/* How much is taken out of it. */
enum irc_nick_manner {
	IRC_NICK_AS_IS,
	IRC_NICK_TAME,  /* as irc_nick_tame() */
	IRC_NICK_PLAIN, /* ASCII letters and digits alone */
};

struct irc_nick_wish {
	const char *wanted; /* without the suffix */
	const char *suffix; /* NULL or "": none */
	unsigned nicklen;   /* bytes, 0: not known */
	enum irc_nick_manner manner;
};

/*
 * Writes the n-th choice: 0 the wanted nick itself, then with one, two, three
 * underscores, then with the numbers 1, 2, 3... With a suffix: "bob[c]",
 * "bob2[c]", "bob3[c]"..., and never with a digit or '-' in front. The end of
 * the wanted nick is cut off so that the rest fits `nicklen` bytes, never
 * inside a UTF-8 character; a suffix that leaves no room is left out.
 */
void irc_nick_choice(
	const struct irc_nick_wish *wish, unsigned n, char ret[IRC_NICK_BYTES]);

/*
 * The wanted nick with everything taken out that some server might refuse:
 * letters, digits, _ - [ ] \ ` ^ { | } stay, but no digit or '-' in front;
 * "guest" when nothing stays.
 */
void irc_nick_tame(const char *wanted, char ret[IRC_NICK_BYTES]);

#endif
