#include "end_irc/recent.h"

#include "util/alloc.h"
#include "util/str.h"

#include <stdlib.h>

void irc_recent_release(struct irc_recent *recent)
{
	for (size_t i = 0; recent->msgids && i < IRC_RECENT; i++)
		free(recent->msgids[i]);
	free(recent->msgids);
	free(recent->unsent);
}

bool irc_recent_is_unsent(const struct irc_recent *recent, uint64_t ticket)
{
	for (size_t i = 0; recent->unsent && i < IRC_RECENT; i++)
		if (recent->unsent[i] == ticket)
			return true;
	return false;
}

void irc_recent_note_ticket(
	struct irc_recent *recent, uint64_t ticket, bool unsent)
{
	for (size_t i = 0; recent->unsent && i < IRC_RECENT; i++)
		if (recent->unsent[i] == ticket)
			recent->unsent[i] = 0;
	if (!unsent)
		return;
	if (!recent->unsent)
		recent->unsent = xcalloc(IRC_RECENT, sizeof(uint64_t));
	recent->unsent[recent->next_unsent++ % IRC_RECENT] = ticket;
}

void irc_recent_note_msgid(struct irc_recent *recent, const char *msgid)
{
	if (!*msgid)
		return;
	if (!recent->msgids)
		recent->msgids = xcalloc(IRC_RECENT, sizeof(char *));
	set_string(&recent->msgids[recent->next_msgid++ % IRC_RECENT], msgid);
}

bool irc_recent_has_msgid(const struct irc_recent *recent, const char *msgid)
{
	for (size_t i = 0; recent->msgids && i < IRC_RECENT; i++)
		if (recent->msgids[i] && str_eq(recent->msgids[i], msgid))
			return true;
	return false;
}
