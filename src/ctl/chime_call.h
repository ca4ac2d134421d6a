/*
 * The command "chime": one call of one operation, its answer as JSON on
 * standard output.
 */
#ifndef CTL_CHIME_CALL_H
#define CTL_CHIME_CALL_H

#include "ctl/chime_command.h"
#include "ctl/chime_session.h"
#include "ctl/command.h"
#include "util/attr.h"

#include <stdio.h>

/* The exit status; a failure is told on standard error. */
int chime_call_run(struct chime_session *session,
	const struct chime_command *command, FILE *out) MUST_CHECK;

extern const struct command command_chime;

#endif
