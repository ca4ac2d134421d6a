/*
 * What the process does when it is told: SIGTERM and SIGINT stop, SIGHUP
 * reloads, SIGPIPE and SIGXFSZ are nothing. Callbacks run on the loop.
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

/* Before any file or socket is opened. */
void signals_ignore_failed_writes(void);

struct signals *signals_new(
	struct loop *loop, const struct signals_params *params) MUST_CHECK;
void signals_free(struct signals *signals); /* NULL is fine */

#endif
