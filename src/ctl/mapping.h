/*
 * `belfryctl pause|resume|resync MAPPING`: one mapping of the running daemon,
 * stopped, going on, or asked anew who is there; `belfryctl ban|unban MAPPING
 * WHO`: somebody banned there on both sides, for a time or for good.
 */
#ifndef CTL_MAPPING_H
#define CTL_MAPPING_H

#include "ctl/command.h"

extern const struct command command_pause;
extern const struct command command_resume;
extern const struct command command_resync;
extern const struct command command_ban;
extern const struct command command_unban;

#endif
