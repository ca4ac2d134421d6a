/*
 * A new configuration for a running daemon: read, compared, told. A bad file
 * changes nothing.
 */
#ifndef DAEMON_RELOAD_H
#define DAEMON_RELOAD_H

#include "config/belfry.h"
#include "util/attr.h"

struct reload {
	const char *path;
	/* What the process started with: settings that a reload cannot apply
	 * are still these. */
	const struct belfry_config *startup;
	/* What was applied last; may be `startup`. */
	const struct belfry_config *current;
};

/*
 * The new configuration, to be applied and in the end released by
 * check_free(); or NULL with every problem logged.
 */
struct belfry_config *reload_read(const struct reload *reload) MUST_CHECK;

#endif
