/*
 * Who waits for the disk: the callbacks of store_sync(), in the order of the
 * calls, each with the number of the batch that must be durable first.
 */
#ifndef STORE_SYNCS_H
#define STORE_SYNCS_H

#include "model/store.h"

#include <stdbool.h>
#include <stdint.h>

struct syncs {
	struct store_sync *first; /* ascending by number */
	uint64_t next_id;
};

/* `number` never falls from one call to the next. The handle is good until
 * its callback ran or it was cancelled. */
struct store_sync *syncs_add(
	struct syncs *syncs, uint64_t number, store_fn *fn, void *arg);
/* NULL is fine. */
void syncs_cancel(struct syncs *syncs, struct store_sync *sync);
/*
 * Calls everyone who waits for a number up to `durable`. A callback may add
 * and cancel; what it adds is left for the next run.
 */
void syncs_run(struct syncs *syncs, uint64_t durable);
/* Is there anyone whom syncs_run(durable) would call? */
bool syncs_due(const struct syncs *syncs, uint64_t durable);
/* Forgets them all without calling. */
void syncs_release(struct syncs *syncs);

#endif
