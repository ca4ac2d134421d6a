/*
 * The command line of belfryd.
 */
#ifndef DAEMON_OPTIONS_H
#define DAEMON_OPTIONS_H

#include "util/attr.h"

#include <stdbool.h>
#include <stdio.h>

struct options {
	const char *config; /* borrowed from argv, or the default */
	bool check;
	bool help;
	bool version;
};

/* -EINVAL after saying on `complain` what is wrong. */
int options_parse(
	int argc, char **argv, struct options *ret, FILE *complain) MUST_CHECK;
void options_print_help(FILE *out);

#endif
