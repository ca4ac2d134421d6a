/*
 * What a room's outbound did last, to know it again: parcels that were for
 * certain not sent, and the msgids of lines that are confirmed. The last
 * IRC_RECENT of each; room for them is made for the first one.
 */
#ifndef END_IRC_RECENT_H
#define END_IRC_RECENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { IRC_RECENT = 256 };

/* Begins as {0}. Tickets begin at 1. */
struct irc_recent {
	uint64_t *unsent; /* a ring; NULL: none yet */
	size_t next_unsent;
	char **msgids; /* the same */
	size_t next_msgid;
};

void irc_recent_release(struct irc_recent *recent);
bool irc_recent_is_unsent(const struct irc_recent *recent, uint64_t ticket);
/* `unsent`: nothing of it was sent since it was given to us. */
void irc_recent_note_ticket(
	struct irc_recent *recent, uint64_t ticket, bool unsent);
/* "" is none. */
void irc_recent_note_msgid(struct irc_recent *recent, const char *msgid);
bool irc_recent_has_msgid(const struct irc_recent *recent, const char *msgid);

#endif
