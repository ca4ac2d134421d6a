/*
 * Commands about channels: which are bridged, how they are, and stopping and
 * going on. See bridge/asking.h.
 */
#ifndef BRIDGE_COMMAND_LINK_H
#define BRIDGE_COMMAND_LINK_H

#include "bridge/asking.h"

void command_mappings(struct asking *asking);
void command_link(struct asking *asking);
void command_pause(struct asking *asking);
void command_resume(struct asking *asking);
void command_resync(struct asking *asking);

#endif
