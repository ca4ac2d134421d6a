/*
 * Commands about people: who is there, who is who, and who does not want to
 * be shown. See command/asking.h.
 */
#ifndef COMMAND_COMMAND_PEOPLE_H
#define COMMAND_COMMAND_PEOPLE_H

#include "command/asking.h"

void command_who(struct asking *asking);
void command_whois(struct asking *asking);
void command_optout(struct asking *asking);
void command_optin(struct asking *asking);

#endif
