/*
 * Commands of operators about people who are not to be relayed: masks, by
 * mapping, for a time or for good. See bridge/asking.h and bridge/mutes.h.
 */
#ifndef BRIDGE_COMMAND_MUTE_H
#define BRIDGE_COMMAND_MUTE_H

#include "bridge/asking.h"

void command_mute(struct asking *asking);
void command_unmute(struct asking *asking);
void command_mutes(struct asking *asking);

#endif
