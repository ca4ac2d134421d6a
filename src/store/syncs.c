#include "store/syncs.h"

#include "util/alloc.h"

#include <stdlib.h>
#include <utlist.h>

struct store_sync {
	uint64_t number;
	uint64_t id; /* which call of syncs_add() made it */
	store_fn *fn;
	void *arg;
	struct store_sync *prev;
	struct store_sync *next;
};

struct store_sync *syncs_add(
	struct syncs *syncs, uint64_t number, store_fn *fn, void *arg)
{
	struct store_sync *sync = xcalloc(1, sizeof(*sync));

	sync->number = number;
	sync->id = syncs->next_id++;
	sync->fn = fn;
	sync->arg = arg;
	DL_APPEND(syncs->first, sync);
	return sync;
}

void syncs_cancel(struct syncs *syncs, struct store_sync *sync)
{
	if (!sync)
		return;
	DL_DELETE(syncs->first, sync);
	free(sync);
}

bool syncs_due(const struct syncs *syncs, uint64_t durable)
{
	return syncs->first && syncs->first->number <= durable;
}

void syncs_run(struct syncs *syncs, uint64_t durable)
{
	uint64_t end_id = syncs->next_id;

	while (syncs_due(syncs, durable) && syncs->first->id < end_id) {
		struct store_sync *sync = syncs->first;
		store_fn *fn = sync->fn;
		void *arg = sync->arg;

		DL_DELETE(syncs->first, sync);
		free(sync);
		fn(arg);
	}
}

void syncs_release(struct syncs *syncs)
{
	struct store_sync *sync;
	struct store_sync *next;

	DL_FOREACH_SAFE (syncs->first, sync, next)
		free(sync);
	syncs->first = NULL;
}
