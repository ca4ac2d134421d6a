/*
 * The mappings that run, each with the settings it runs with: made from a
 * configuration, and put right when another one is applied. For daemon/wire.c.
 *
 * One that another configuration changes or leaves out ends first, when what it
 * has under way is done: sent anew by its successor it would be there twice.
 *
 * Configurations are borrowed: each one until the next links_keep() returns.
 */
#ifndef DAEMON_LINKS_H
#define DAEMON_LINKS_H

#include "bridge/bridge.h"
#include "config/belfry.h"
#include "end_chime/end_chime.h"
#include "end_irc/end_irc.h"
#include "util/attr.h"
#include "util/err.h"

struct links;

enum { LINKS_END_MS = 5000 }; /* at most, for what is under way */

struct links_params {
	struct loop *loop;
	struct bridge *bridge; /* borrowed, as the end */
	struct end_chime *chime;
	/* NULL: that network is not connected to. */
	struct end_irc *(*network)(void *arg, const char *name);
	/* None ends any more; from the loop, once for each links_keep(). */
	void (*ended)(void *arg);
	void *arg;
};

struct links *links_new(const struct links_params *params) MUST_CHECK;
/* The mappings themselves are the bridge's. NULL is fine. */
void links_free(struct links *links);

/* Those of the configuration that do not run yet begin, but for one that is
 * still ending. The first failure ends it, or (not `is_start`) is logged, and
 * the others begin. */
int links_begin(struct links *links, const struct belfry_config *config,
	bool is_start, struct err *err) MUST_CHECK;
/* Those that are not in the configuration, or are another way, end: ended()
 * tells when they are gone. */
void links_keep(struct links *links, const struct belfry_config *config);

/* NULL when there is none. */
struct mapping *links_find(const struct links *links, const char *name);
/* Those that run, in the order of the configuration. */
void links_each(const struct links *links, const struct belfry_config *config,
	void (*fn)(const struct mapping_config *config, struct mapping *mapping,
		void *arg),
	void *arg);

#endif
