/*
 * `belfryctl aside`: what the running daemon has set aside, tried again or
 * forgotten.
 */
#ifndef CTL_ASIDE_H
#define CTL_ASIDE_H

#include "ctl/command.h"
#include "util/attr.h"

#include <jansson.h>
#include <stdio.h>

extern const struct command command_aside;

/* The daemon's list as lines for people. */
void aside_print(const json_t *list, FILE *out);

#endif
