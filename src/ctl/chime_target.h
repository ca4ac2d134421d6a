/*
 * Where belfryctl calls Chime, and as whom. Strings are borrowed from the
 * command line, the configuration and the environment.
 */
#ifndef CTL_CHIME_TARGET_H
#define CTL_CHIME_TARGET_H

#include "config/belfry.h"
#include "ctl/args.h"

struct chime_target {
	const char *region;
	const char *messaging_endpoint; /* NULL: Amazon's */
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

#endif
