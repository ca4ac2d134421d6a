/*
 * Help on the operations, from the rows of chime/operations.h.
 */
#ifndef CTL_CHIME_HELP_H
#define CTL_CHIME_HELP_H

#include "chime/operations.h"

#include <stdio.h>

void chime_help_list(FILE *out);
void chime_help_operation(const struct chime_operation *operation, FILE *out);

#endif
