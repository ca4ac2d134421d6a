/*
 * Commands about channels: which are bridged, how they are, and stopping and
 * going on. See command/asking.h.
 */
#ifndef COMMAND_COMMAND_LINK_H
#define COMMAND_COMMAND_LINK_H

#include "command/asking.h"

void command_mappings(struct asking *asking);
void command_link(struct asking *asking);
void command_pause(struct asking *asking);
void command_resume(struct asking *asking);
void command_resync(struct asking *asking);

#endif
