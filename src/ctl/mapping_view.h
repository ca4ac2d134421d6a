/*
 * What commands share that show something of one mapping:
 * "MAPPING [--json]", asked of the running daemon.
 */
#ifndef CTL_MAPPING_VIEW_H
#define CTL_MAPPING_VIEW_H

#include "ctl/args.h"

#include <jansson.h>
#include <stdio.h>

struct mapping_view {
	const char *verb; /* of the command, and of the request: /v1/VERB */
	void (*print)(const json_t *answer, FILE *out);
};

/* The exit status. */
int mapping_view_run(
	const struct mapping_view *view, struct args *args, char **words);

#endif
