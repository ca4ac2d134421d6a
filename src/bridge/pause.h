/*
 * Which mappings somebody has paused: a fact in the store (space "paused", the
 * mapping's name, who did it), so that a restart does not end it. What it
 * means for messages is in bridge.h; lanes are told by the mapping.
 */
#ifndef BRIDGE_PAUSE_H
#define BRIDGE_PAUSE_H

#include "model/store.h"

#include <stdbool.h>

struct pause {
	struct store *store; /* borrowed */
	const char *name;    /* the mapping's; borrowed */
	char *who;           /* NULL: it is not paused */
};

/* Reads from disk. -EIO when that cannot be done; then there is nothing to
 * release. */
int pause_init(
	struct pause *pause, struct store *store, const char *name) MUST_CHECK;
void pause_release(struct pause *pause);
bool pause_is_on(const struct pause *pause);
/* True when this changes anything. `who` may be NULL. */
bool pause_set(struct pause *pause, bool is_on, const char *who);
/* The mapping is no more. */
void pause_forget(struct store *store, const char *name);

#endif
