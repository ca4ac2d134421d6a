/*
 * A message from a string literal, for tests of what takes messages. Up to
 * four are kept at a time; a line that does not parse fails the test.
 */
#ifndef SUPPORT_IRC_PARSED_H
#define SUPPORT_IRC_PARSED_H

#include "irc/message.h"

const struct irc_message *irc_parsed(const char *line);

#endif
