/*
 * The life of belfryd: reads its configuration, builds the house
 * (daemon/wire.h), turns the loop until it is told to stop, takes leave.
 */
#ifndef DAEMON_DAEMON_H
#define DAEMON_DAEMON_H

#include "util/attr.h"

enum {
	DAEMON_DRAIN_MS = 5000, /* for what is under way, after SIGTERM */
};

/* Blocks until the end. The exit status (sysexits(3)). */
int daemon_run(const char *config_path) MUST_CHECK;

#endif
