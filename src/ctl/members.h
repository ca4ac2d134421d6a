/*
 * `belfryctl members MAPPING`: who is in the channels of a mapping, and as
 * whom they are shown on the other side.
 */
#ifndef CTL_MEMBERS_H
#define CTL_MEMBERS_H

#include "ctl/command.h"
#include "util/attr.h"

#include <jansson.h>
#include <stdio.h>

extern const struct command command_members;

/* The daemon's answer as lines for people. */
void members_print(const json_t *members, FILE *out);

#endif
