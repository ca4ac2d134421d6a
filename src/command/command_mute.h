/*
 * Commands of operators about people who are not to be relayed: masks, by
 * mapping, for a time or for good. See command/asking.h and filter/mutes.h.
 */
#ifndef COMMAND_COMMAND_MUTE_H
#define COMMAND_COMMAND_MUTE_H

#include "command/asking.h"

void command_mute(struct asking *asking);
void command_unmute(struct asking *asking);
void command_mutes(struct asking *asking);

#endif
