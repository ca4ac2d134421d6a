/*
 * MODE arguments as a sequence of single changes, and a sequence of changes
 * as MODE lines. Which letter takes an argument comes from ISUPPORT.
 */
#ifndef IRC_MODES_H
#define IRC_MODES_H

#include "irc/isupport.h"
#include "util/attr.h"

#include <stdbool.h>
#include <stddef.h>

struct irc_mode_change {
	bool add;
	char letter;
	enum irc_mode_class class;
	const char *param; /* borrowed, NULL when there is none */
};

/*
 * Reader over "+o-b nick mask" as it came. A membership or always-argument
 * mode without its argument is skipped. A list mode without argument is given
 * with NULL (a question, not a change); a '+' is assumed when no sign is there.
 */
struct irc_modes {
	const struct irc_isupport *isupport;
	const char *letters;
	const char *const *params;
	size_t nparams;
	bool add;
};

/*
 * params[0] is the word with the letters, the rest are arguments: of a MODE
 * message pass &msg->params[1]. All are borrowed while reading.
 */
void irc_modes_init(struct irc_modes *modes,
	const struct irc_isupport *isupport, const char *const *params,
	size_t nparams);
/* False at the end. */
bool irc_modes_next(struct irc_modes *modes, struct irc_mode_change *ret);

enum {
	IRC_MODES_LINE_PARAMS =
		12, /* never more per line, whatever MODES says */
	IRC_MODES_LINE_LETTERS = 64, /* letters and signs per line */
};

/* What to put after "MODE <target>". The params are borrowed. */
struct irc_modes_line {
	char letters[IRC_MODES_LINE_LETTERS + 1]; /* "+oo-b" */
	const char *params[IRC_MODES_LINE_PARAMS];
	size_t nparams;
};

/*
 * Packs as many of the changes as fit into one line: at most MODES arguments,
 * and at most `bytes` for the letters, the arguments and the spaces between
 * (see irc_split_budget() with "MODE"). *ret_used (at least 1) says
 * how many changes were taken: call again with the rest.
 * 0; -EINVAL when the first change has an argument that cannot be sent (empty,
 * with a space, beginning with ':', CR or LF), or lacks one; -E2BIG when it
 * alone does not fit: skip it and go on. The order is kept.
 */
int irc_modes_pack(struct irc_modes_line *ret,
	const struct irc_isupport *isupport,
	const struct irc_mode_change *changes, size_t count, size_t bytes,
	size_t *ret_used) MUST_CHECK;

#endif
