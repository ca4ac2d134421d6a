/*
 * Runs a program without a shell and collects its standard output, with a
 * limit and a deadline. Standard input is /dev/null; standard error is kept
 * (its first line goes into the reason of a failure). The program inherits the
 * environment but no descriptor, leads a process group of its own, which is
 * killed as a whole at the deadline, and has answered when it has closed its
 * output and exited.
 */
#ifndef NET_CHILD_H
#define NET_CHILD_H

#include "net/loop.h"
#include "util/attr.h"

#include <stddef.h>
#include <stdint.h>

struct child;

/*
 * `why` is NULL when the program exited with 0 in time and within the limit;
 * else it says for people what went wrong, and `output` is empty. `output` is
 * terminated and may hold NUL bytes. Both are valid inside the callback only.
 */
typedef void child_fn(
	const char *output, size_t len, const char *why, void *arg);

/*
 * argv ends with NULL; argv[0] is looked up in PATH. The callback comes once,
 * never from inside this function; afterwards the handle is gone.
 */
struct child *child_run(struct loop *loop, const char *const *argv,
	size_t max_output_bytes, int64_t timeout_ms, child_fn *fn,
	void *arg) MUST_CHECK;
/* Kills and reaps it; the callback never comes. NULL is fine. */
void child_cancel(struct child *child);

#endif
