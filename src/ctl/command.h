/*
 * A command of belfryctl. commands.c has the table; each command has a file.
 */
#ifndef CTL_COMMAND_H
#define CTL_COMMAND_H

#include "ctl/args.h"

struct command {
	const char *name;
	/* `words` stand behind the command's name. Returns the exit status:
	 * of sysexits(3) for wrong use, else 0 or 1. */
	int (*run)(struct args *args, char **words);
	const char *usage;   /* what stands behind the name */
	const char *summary; /* one line */
	const char *help;    /* of its options; NULL: none of its own */
	/* It finds --help among its words by itself: any may be a value. */
	bool finds_help;
};

#endif
