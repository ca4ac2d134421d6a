/*
 * What the process does when it is told: SIGTERM and SIGINT stop, SIGHUP
 * reloads; SIGPIPE, SIGXFSZ, SIGUSR1 and SIGUSR2 are nothing. Callbacks run on
 * the loop.
 */
#ifndef DAEMON_SIGNALS_H
#define DAEMON_SIGNALS_H

#include "net/loop.h"
#include "util/attr.h"

struct signals;

struct signals_params {
	loop_fn *stop; /* each time: the second one is meant to be quicker */
	loop_fn *reload;
	void *arg;
};

/* Before anything else: ignores what means nothing, and holds SIGHUP back
 * until signals_new(), where it would have been the end. */
void signals_early(void);
struct signals *signals_new(
	struct loop *loop, const struct signals_params *params) MUST_CHECK;
void signals_free(struct signals *signals); /* NULL is fine */

#endif
