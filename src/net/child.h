/*
 * Runs a program without a shell and collects its standard output, with a
 * limit and a deadline. Standard input is /dev/null; standard error is kept
 * (its first line goes into the reason of a failure).
 */
#ifndef NET_CHILD_H
#define NET_CHILD_H

#include "net/loop.h"
#include "util/attr.h"

#include <stddef.h>
#include <stdint.h>

struct child;

/* why is NULL when the program exited with 0 in time and within the limit. */
typedef void child_fn(
	const char *output, size_t len, const char *why, void *arg);

/* argv ends with NULL and is copied; argv[0] is looked up in PATH. */
struct child *child_run(struct loop *loop, const char *const *argv,
	size_t max_output_bytes, int64_t timeout_ms, child_fn *fn, void *arg)
	MUST_CHECK;
/* Kills and reaps it; the callback never comes. */
void child_cancel(struct child *child);

#endif
