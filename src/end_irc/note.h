/*
 * A line by the bridge itself to the people of a channel: NOTICE, so that no
 * robot answers, with our mark where the server relays client tags, so that
 * other bridges leave it alone. Best effort: at most IRC_NOTE_LINES lines,
 * nothing when we are not in the channel, nobody learns what became of it.
 */
#ifndef END_IRC_NOTE_H
#define END_IRC_NOTE_H

#include "irc/conn.h"

enum { IRC_NOTE_LINES = 4 };

void irc_note_send(
	struct irc_conn *conn, const char *channel, const char *text);

#endif
