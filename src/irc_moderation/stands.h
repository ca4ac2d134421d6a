/*
 * Standings that are being changed on IRC for the bridge: part of
 * irc_moderation/moderation.h.
 */
#ifndef IRC_MODERATION_STANDS_H
#define IRC_MODERATION_STANDS_H

#include "irc_moderation/moderation_private.h"

void irc_stands_begin(struct irc_moderation *moderation,
	const struct standing_change *change);
/* See rule_for in model/end.h. */
char *irc_stands_rule(struct irc_moderation *moderation,
	const struct standing_change *change) MUST_CHECK;
/* False when the ticket is none of a standing. */
bool irc_stands_result(struct irc_moderation *moderation,
	const struct irc_mode_result *result);
/* From the loop: tells what has ended, one after the other. */
void irc_stands_tell(struct irc_moderation *moderation);
void irc_stands_release(struct irc_moderation *moderation);

/* A ban was set or lifted in the channel: what has been done, and is not told
 * yet, may be over again. */
void irc_stands_seen(
	struct irc_moderation *moderation, const char *mask, bool is_set);

#endif
