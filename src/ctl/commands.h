/*
 * All commands of belfryctl, in the order in which help lists them.
 */
#ifndef CTL_COMMANDS_H
#define CTL_COMMANDS_H

#include "ctl/command.h"

extern const struct command *const commands[]; /* NULL ends */

#endif
