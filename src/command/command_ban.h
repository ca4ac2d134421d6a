/*
 * Commands of operators about bans on both sides, and about changes that are
 * held. See command/asking.h and bridge/moderation.h.
 */
#ifndef COMMAND_COMMAND_BAN_H
#define COMMAND_COMMAND_BAN_H

#include "command/asking.h"

void command_bans(struct asking *asking);
void command_ban(struct asking *asking);
void command_unban(struct asking *asking);
void command_confirm(struct asking *asking);

#endif
