/*
 * One call from the command line: settings, loop, client, answer on standard
 * output. Blocks until the answer is there.
 */
#ifndef CTL_CHIME_CALL_H
#define CTL_CHIME_CALL_H

#include "config/belfry.h"
#include "ctl/args.h"
#include "ctl/chime_command.h"
#include "util/attr.h"

#include <stdio.h>

/* Where and as whom; borrowed. */
struct chime_target {
	const char *region;
	const char *messaging_endpoint;
	const char *identity_endpoint;
	const char *ca_file;
	const char *profile;
	const char *credentials_file;
	const char *bearer; /* NULL: not known */
};

/* Options before the configuration before the environment. `config` may be
 * NULL. */
void chime_target_init(struct chime_target *target, const struct args *args,
	const struct belfry_config *config);

/* The exit status; errors go to `complain`. */
int chime_call_run(const struct chime_target *target,
	const struct chime_command *command, FILE *out,
	FILE *complain) MUST_CHECK;

#endif
