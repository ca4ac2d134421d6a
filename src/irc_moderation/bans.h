/*
 * The bans of a channel as standings of people: part of
 * irc_moderation/moderation.h.
 */
#ifndef IRC_MODERATION_BANS_H
#define IRC_MODERATION_BANS_H

#include "irc/modes.h"
#include "irc_moderation/moderation_private.h"

/* All of them, as a list. */
void irc_bans_tell_all(struct irc_moderation *moderation);
/* A ban or an exception was set or lifted. */
void irc_bans_changed(struct irc_moderation *moderation,
	const struct irc_mode_change *change, const struct irc_doing *doing);
/* Somebody has come, or is seen by another address. */
void irc_bans_seen(
	struct irc_moderation *moderation, const struct irc_face *face);

/* Told once more, if it stands. */
void irc_bans_again(struct irc_moderation *moderation, const char *mask);

void irc_bans_release(struct irc_moderation *moderation);

/* Is this letter the list of exceptions? */
bool irc_bans_is_except(const struct irc_moderation *moderation, char letter);

#endif
