/*
 * Configuration files and what is wrong with them, for people: the option
 * --check, the start and the reload.
 */
#ifndef DAEMON_CHECK_H
#define DAEMON_CHECK_H

#include "config/belfry.h"
#include "util/attr.h"

#include <stdio.h>

/*
 * Loads the file or prints its problems, one line each as "FILE:LINE:
 * SETTING: TEXT". NULL: there are problems. Release with check_free().
 */
struct belfry_config *check_load(const char *path, FILE *complain) MUST_CHECK;
/* The same for a running daemon: problems go to the log. */
struct belfry_config *check_reload(const char *path) MUST_CHECK;
void check_free(struct belfry_config *config); /* NULL is fine */

/* The exit status of --check. */
int check_run(const char *path, FILE *out, FILE *complain) MUST_CHECK;

enum { CHECK_TEXT_BYTES = 80 };
/* "1 network, 2 mappings". */
void check_describe(const struct belfry_config *config, char *out, size_t size);

#endif
