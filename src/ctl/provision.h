/*
 * The command "provision": makes what a bridge needs in Chime, and prints a
 * configuration for it.
 *
 * Doing it twice makes nothing twice: what is there is found (by ARN, id or
 * name), "it is there already" is success, and requests have tokens that
 * follow from what is asked for.
 */
#ifndef CTL_PROVISION_H
#define CTL_PROVISION_H

#include "ctl/command.h"
#include "ctl/provision_step.h"
#include "util/attr.h"
#include "util/err.h"

/*
 * All steps. 0, or a negative code with an `err` that says what failed and
 * why. `p->there` and `p->made` are filled as far as it came.
 */
int provision_run(struct provision *p, struct err *err) MUST_CHECK;

extern const struct command command_provision;

#endif
