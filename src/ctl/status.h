/*
 * `belfryctl status`: what the running daemon is doing.
 */
#ifndef CTL_STATUS_H
#define CTL_STATUS_H

#include "ctl/command.h"
#include "util/attr.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

extern const struct command command_status;

/* The report of the daemon as lines for people. */
void status_print(const json_t *status, FILE *out);
/* Is all well: every lane ready, the state file written? */
bool status_is_well(const json_t *status);

#endif
