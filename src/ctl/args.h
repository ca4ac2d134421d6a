/*
 * The command line of belfryctl: options, then words. Everything is borrowed
 * from argv.
 */
#ifndef CTL_ARGS_H
#define CTL_ARGS_H

#include "ctl/options.h"
#include "util/attr.h"
#include "util/err.h"

#include <stdbool.h>
#include <stddef.h>

struct args {
	const char *config; /* -c FILE */
	const char *endpoint;
	const char *region;
	const char *bearer;
	bool help;
	bool version;
	char **words; /* from the first that is no option; NULL ends */
};

/* -EINVAL with `err`. */
int args_parse(char **argv, struct args *ret, struct err *err) MUST_CHECK;

/*
 * Takes one option with its value off *words. False: the first word is not
 * one of these options.
 */
bool args_take(struct args *args, char ***words, struct err *err);

/*
 * What stands behind a command: options of its own, and these, in any order;
 * nothing else. -EINVAL with `err`.
 */
int args_parse_command(struct args *args, char **words,
	const struct option_set *own, struct err *err) MUST_CHECK;

/*
 * The same with words among them, ARGS_WORDS_MAX at most, which are put into
 * `ret`; NULL ends them. -EINVAL with `err`.
 */
enum { ARGS_WORDS_MAX = 4 };
int args_parse_words(struct args *args, char **words,
	const struct option_set *own, const char *ret[ARGS_WORDS_MAX + 1],
	struct err *err) MUST_CHECK;

#endif
