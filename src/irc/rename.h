/*
 * Channels that have another name on the server than the one that they were
 * asked for by, since somebody renamed them on this link
 * (https://ircv3.net/specs/extensions/channel-rename): messages come and lines
 * go under the new name, everybody else goes on with the old one. Pure.
 *
 * Forgotten with the link. Bound: one for each channel that is wanted.
 */
#ifndef IRC_RENAME_H
#define IRC_RENAME_H

#include "irc/casemap.h"
#include "irc/line.h"
#include "irc/message.h"

#include <stdbool.h>

struct irc_rename;

/* Zero is empty. */
struct irc_renames {
	struct irc_rename *all;
};

void irc_renames_clear(struct irc_renames *renames);
/* `channel` (as it was asked for) is called `name` now. */
void irc_renames_add(struct irc_renames *renames, enum irc_casemap map,
	const char *channel, const char *name);
/* What it is called on the server; itself when it was not renamed. */
const char *irc_renames_name(const struct irc_renames *renames,
	enum irc_casemap map, const char *channel);
/* Names of channels, where they stand in a message; in a line to be sent. */
void irc_renames_in(const struct irc_renames *renames, enum irc_casemap map,
	struct irc_message *message);
void irc_renames_out(const struct irc_renames *renames, enum irc_casemap map,
	struct irc_line *line);

#endif
