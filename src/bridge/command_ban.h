/*
 * Commands of operators about bans on both sides, and about changes that are
 * held. See bridge/asking.h and bridge/moderation.h.
 */
#ifndef BRIDGE_COMMAND_BAN_H
#define BRIDGE_COMMAND_BAN_H

#include "bridge/asking.h"

void command_bans(struct asking *asking);
void command_ban(struct asking *asking);
void command_unban(struct asking *asking);
void command_confirm(struct asking *asking);

#endif
