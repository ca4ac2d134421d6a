/*
 * What chimed is told: the file of -c, over which the command line wins, and
 * for the key pair the environment when neither has one.
 */
#ifndef CHIMED_OPTIONS_H
#define CHIMED_OPTIONS_H

#include "chimed/settings.h"
#include "util/attr.h"
#include "util/err.h"

#include <stdbool.h>

struct options {
	struct settings settings;
	bool help; /* or version: nothing else counts */
	bool version;
};

extern const char options_usage[];

/*
 * 0. -EINVAL: the command line is wrong. -EBADMSG: the configuration is, with
 * one problem per line in the text. Options that were read before the problem
 * are lost; `ret` needs options_release() in any case.
 */
int options_parse(
	int argc, char **argv, struct options *ret, struct err *err) MUST_CHECK;
void options_release(struct options *options);
#define AUTOOPTIONS CLEANUP(options_release)

#endif
