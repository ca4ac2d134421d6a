/*
 * What the process does when it is told: SIGTERM and SIGINT stop, SIGHUP
 * reloads, SIGPIPE is nothing. Callbacks run on the loop.
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

struct signals *signals_new(
	struct loop *loop, const struct signals_params *params) MUST_CHECK;
void signals_free(struct signals *signals); /* NULL is fine */

#endif
