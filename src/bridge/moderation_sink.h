/*
 * Where a mapping's rooms tell of bans, moderators and attributes: the
 * reconciler of the mapping, if it has one.
 */
#ifndef BRIDGE_MODERATION_SINK_H
#define BRIDGE_MODERATION_SINK_H

#include "bridge/mapping.h"

/* Fills in what the sink of each side says of moderation. */
void moderation_sink_irc(struct end_sink *sink);
void moderation_sink_chime(struct end_sink *sink);
/* Somebody is seen, as a native or as who is shown: to be called before the
 * mirrors know. */
void moderation_on_presence(struct mapping *mapping, enum reconcile_side side,
	const struct presence *presence);
/* Somebody is shown on this side now. */
void moderation_on_mirrored(struct mapping *mapping, enum reconcile_side side,
	const struct mirror_receipt *receipt);

#endif
