/*
 * belfryctl state: the state file exported, imported, checked, backed up.
 */
#ifndef CTL_STATE_H
#define CTL_STATE_H

#include "ctl/command.h"

extern const struct command command_state;

#endif
