/*
 * What holds for irc/split.h whatever the text: used by its unit test and its
 * fuzz target. Aborts when it does not.
 */
#ifndef SUPPORT_IRC_SPLIT_CHECK_H
#define SUPPORT_IRC_SPLIT_CHECK_H

#include <stddef.h>

/*
 * Splits the text and checks every part: within the budget, not empty, valid
 * UTF-8 when the text is, without CR, LF, NUL; the parts with what is allowed
 * to be left out between them are the text; formatting reads as in the
 * text; going on from the middle gives the same. Returns how many parts.
 */
size_t irc_split_check(const char *text, size_t len, size_t budget);

#endif
