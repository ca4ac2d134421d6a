/*
 * Long or many-lined text as the texts of IRC messages. The budget is that of
 * the line as others receive it, with our own nick!user@host in front: servers
 * cut there, some in the middle of a character, some disconnect.
 *
 * Lines break at LF, CRLF, CR and NUL; then between words, else between
 * graphemes, and only when one grapheme is longer than a line between its
 * code points. Empty lines (and lines of formatting codes alone) are left
 * out: IRC refuses empty text. Formatting that is active where a part begins,
 * also after a line break, is opened again, within the budget. No part is
 * empty, has CR, LF or NUL, or begins with \x01.
 *
 * Each part is the codes it opens with, followed by text[begin, end). What is
 * left out between parts is line breaks, at most one blank where a line was
 * broken between words, and formatting codes and \x01 at the beginning of a
 * part.
 */
#ifndef IRC_SPLIT_H
#define IRC_SPLIT_H

#include "irc/format.h"
#include "irc/isupport.h"
#include "util/attr.h"
#include "util/buf.h"

#include <stdbool.h>
#include <stddef.h>

enum {
	IRC_SPLIT_BUDGET_MIN = 64, /* with less there is no sense in trying */
	IRC_ACTION_BYTES = 9,      /* \x01ACTION and its space and end */
};

/*
 * Bytes for the text of ":own COMMAND target :text\r\n", 0 when none are left.
 * `own` is our nick!user@host as the server shows it; with "nick" alone, or
 * NULL, the longest user and host (and nick) are reckoned with. Subtract
 * IRC_ACTION_BYTES for an action, and what else you wrap around the text.
 */
size_t irc_split_budget(const struct irc_isupport *isupport, const char *own,
	const char *command, const char *target);

struct irc_split {
	const char *text; /* borrowed; should be valid UTF-8 */
	size_t len;
	size_t budget;
	size_t at;
	bool valid; /* else bytes are all that is known of it */
	struct irc_format format;
};

struct irc_part {
	size_t begin; /* offsets in the text */
	size_t end;
	size_t next; /* where to begin to get what follows this part */
};

/*
 * `at` is 0, or the `next` of a part that was got from the same text with
 * any budget: formatting before it is reckoned with. 0, or -EINVAL when
 * the budget is less than IRC_SPLIT_BUDGET_MIN or `at` is past the end.
 */
int irc_split_init(struct irc_split *split, const char *text, size_t len,
	size_t budget, size_t at) MUST_CHECK;
/*
 * Replaces the content of `out` (its ceiling must be at least the budget) by
 * the next part. False at the end.
 */
bool irc_split_next(
	struct irc_split *split, struct buf *out, struct irc_part *ret);

/*
 * Appends foreign text made fit for IRC: broken UTF-8 repaired, CRLF and CR as
 * LF, NUL and \x01 (it would make the text a CTCP request) and all other
 * control characters dropped, but for LF, tab and formatting codes.
 */
void irc_text_clean(struct buf *out, const char *s, size_t len);

#endif
