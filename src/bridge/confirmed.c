#include "bridge/confirmed.h"

#include "bridge/lane.h"

static bool is_wanted(const struct lane *lane)
{
	return lane->replayable && lane->source->ops->confirmed;
}

static void tell(struct lane *lane, bool all)
{
	lane->confirmed.is_open = !all;
	lane->source->ops->confirmed(lane->source, all);
}

void confirmed_release(struct lane *lane)
{
	if (lane->confirmed.sync)
		store_cancel(lane->params.store, lane->confirmed.sync);
	lane->confirmed.sync = NULL;
}

void confirmed_open(struct lane *lane)
{
	if (!is_wanted(lane))
		return;
	confirmed_release(lane);
	if (!lane->confirmed.is_open)
		tell(lane, false);
}

static void confirmed_on_durable(void *arg)
{
	struct lane *lane = arg;

	lane->confirmed.sync = NULL;
	tell(lane, true);
}

/* What was given up as too old nobody has waited for: hence a sync of its own.
 * It costs nothing where all is durable already. */
void confirmed_seek(struct lane *lane)
{
	if (!lane->confirmed.is_open || lane->confirmed.sync ||
		lane->queue.count > 0)
		return;
	lane->confirmed.sync =
		store_sync(lane->params.store, confirmed_on_durable, lane);
}
