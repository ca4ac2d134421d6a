/*
 * `belfryctl unmap MAPPING`: a mapping that is not in the configuration any
 * more leaves no trace in Chime.
 */
#ifndef CTL_UNMAP_H
#define CTL_UNMAP_H

#include "ctl/command.h"
#include "util/attr.h"

#include <jansson.h>
#include <stdio.h>

extern const struct command command_unmap;

/* How far it is, in a line for people. */
void unmap_print(const json_t *progress, FILE *out);
/* The exit status once it is done: 1 when something was refused. */
int unmap_status(const json_t *progress);

#endif
