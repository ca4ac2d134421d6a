/*
 * `belfryctl pause|resume|resync MAPPING`: one mapping of the running daemon,
 * stopped, going on, or asked anew who is there.
 */
#ifndef CTL_MAPPING_H
#define CTL_MAPPING_H

#include "ctl/command.h"

extern const struct command command_pause;
extern const struct command command_resume;
extern const struct command command_resync;

#endif
