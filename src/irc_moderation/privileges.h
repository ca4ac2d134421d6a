/*
 * What our own rank in a channel allows: part of irc_moderation/moderation.h.
 */
#ifndef IRC_MODERATION_PRIVILEGES_H
#define IRC_MODERATION_PRIVILEGES_H

#include "irc_moderation/moderation_private.h"

/* Tells what has changed, or (all) everything; outside the channel nothing, and
 * what was told before stays. */
void irc_privileges_tell(struct irc_moderation *moderation, bool all);

#endif
