/*
 * "belfryctl bans|moderators|attributes": who is banned from or moderator in a
 * mapping's channels, and what these are called; on each side, as both last
 * agreed, and what is yet to be done. Printed for people is what the daemon
 * tells (daemon/control_standings.h).
 */
#ifndef CTL_STANDINGS_H
#define CTL_STANDINGS_H

#include "ctl/command.h"

#include <jansson.h>
#include <stdio.h>

void standings_print(const json_t *standings, FILE *out);
void attributes_print(const json_t *attributes, FILE *out);

extern const struct command command_bans;
extern const struct command command_moderators;
extern const struct command command_attributes;

#endif
