/*
 * What our own rank in a channel allows: part of end_irc/moderation.h.
 */
#ifndef END_IRC_PRIVILEGES_H
#define END_IRC_PRIVILEGES_H

#include "end_irc/moderation_private.h"

/* Tells what has changed, or (all) everything; outside the channel nothing, and
 * what was told before stays. */
void irc_privileges_tell(struct irc_moderation *moderation, bool all);

#endif
