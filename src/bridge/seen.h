/*
 * The events that a lane has taken or passed over in the recent past, so that
 * a source may present them again. Holds a digest and a position of each.
 *
 * What becomes too old is pruned by the owner. When there are more than the
 * ceiling, the oldest go, and `forgotten` says up to which position nothing is
 * known for sure any more: an event there may have been seen.
 */
#ifndef BRIDGE_SEEN_H
#define BRIDGE_SEEN_H

#include "bridge/ident.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SEEN_MAX = 16384 };

struct seen {
	struct seen_entry *entries; /* in the order they were added */
	size_t ceiling;
	/* Highest position that was dropped for want of room; INT64_MIN when
	 * none was. */
	int64_t forgotten;
};

void seen_init(struct seen *seen, size_t ceiling);
void seen_release(struct seen *seen);

/* Adding what is there already changes nothing. */
void seen_add(struct seen *seen, const struct ident *ident, int64_t position);
bool seen_has(const struct seen *seen, const struct ident *ident);
size_t seen_count(const struct seen *seen);
/*
 * Forgets from the oldest on, as long as their position is before this: costs
 * only what is forgotten. One that came out of order is kept until those
 * before it go.
 */
void seen_prune(struct seen *seen, int64_t before);

#endif
