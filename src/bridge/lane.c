#include "bridge/lane.h"

#include "bridge/delivery.h"
#include "bridge/recall.h"
#include "util/alloc.h"
#include "util/clock.h"

#include <errno.h>
#include <stdlib.h>

/* As good as never: being down is not said twice for the same reason. */
static const int64_t READY_LOG_MS = INT64_MAX / 2;

const char *lane_side(const struct lane *lane)
{
	return lane->params.way == LANE_TO_IRC ? "IRC" : "Chime";
}

static void lane_init_params(
	struct lane *lane, const struct lane_params *params)
{
	lane->params = *params;
	lane->mapping = xstrdup(params->mapping);
	lane->object = xasprintf("mapping %s", params->mapping);
	lane->params.mapping = lane->mapping;
	if (lane->params.window == 0)
		lane->params.window = 1;
	if (lane->params.outbox_max == 0)
		lane->params.outbox_max = LANE_OUTBOX_MAX;
	if (lane->params.overlap_ms == 0)
		lane->params.overlap_ms = LANE_OVERLAP_MS;
	lane->journal = (struct journal){
		.store = params->store,
		.mapping = lane->mapping,
		.way = params->way,
	};
}

struct lane *lane_new(const struct lane_params *params, int *ret_error)
{
	struct lane *lane = xcalloc(1, sizeof(*lane));
	int code;

	lane_init_params(lane, params);
	lane->next = 1;
	lane->settled = 1;
	lane->next_seq = 1;
	lane->floor = INT64_MIN;
	seen_init(&lane->seen, SEEN_MAX);
	queue_init(&lane->queue);
	buf_init(&lane->scratch, LANE_PAYLOAD_MAX);
	backoff_init(&lane->backoff, LANE_RETRY_MIN_MS, LANE_RETRY_MAX_MS);
	lane->retry = timer_new(params->loop, lane_on_retry, lane);
	code = recall(lane);
	if (code < 0) {
		*ret_error = code;
		lane_free(lane);
		return NULL;
	}
	return lane;
}

static void lane_cancel_syncs(struct lane *lane)
{
	struct item *item = queue_head(&lane->queue);

	while (item) {
		if (item->sync)
			store_cancel(lane->params.store, item->sync);
		item = queue_find(&lane->queue, item->parcel.ticket + 1);
	}
	if (lane->cursor_sync)
		store_cancel(lane->params.store, lane->cursor_sync);
}

void lane_free(struct lane *lane)
{
	if (!lane)
		return;
	lane_cancel_syncs(lane);
	timer_free(lane->retry);
	queue_release(&lane->queue);
	seen_release(&lane->seen);
	unfinished_free(&lane->unfinished);
	buf_release(&lane->scratch);
	free(lane->object);
	free(lane->mapping);
	free(lane);
}

void lane_attach(
	struct lane *lane, struct end_room *source, struct end_room *dest)
{
	lane->source = source;
	lane->dest = dest;
	lane->replayable = source->ops->is_replayable;
	if (!lane->replayable)
		lane->cursor_durable = true;
}

int64_t lane_start_position(const struct lane *lane)
{
	return lane->replayable && lane->has_cursor ? lane->cursor : -1;
}

void lane_set_state(struct lane *lane, struct item *item, enum item_state to)
{
	lane->in_state[item->state]--;
	item->state = to;
	lane->in_state[to]++;
}

/* --- the cursor ---------------------------------------------------------- */

static void lane_on_cursor_durable(void *arg)
{
	struct lane *lane = arg;

	lane->cursor_sync = NULL;
	lane->cursor_durable = true;
	lane_pump(lane);
}

/*
 * The floor outlives the cursor, which may not be moved before: when the
 * source starts again it presents an overlap, and what was said there before
 * the mapping began was never to be relayed.
 */
void lane_begin(struct lane *lane, int64_t position)
{
	lane->has_cursor = true;
	lane->cursor = position;
	lane->floor = position;
	journal_floor(&lane->journal, position);
	journal_cursor(&lane->journal, position);
	lane->cursor_sync =
		store_sync(lane->params.store, lane_on_cursor_durable, lane);
}

static void lane_move_cursor(struct lane *lane, int64_t position)
{
	if (!lane->replayable || position <= lane->cursor)
		return;
	lane->cursor = position;
	journal_cursor(&lane->journal, position);
	seen_prune(&lane->seen, position - 2 * lane->params.overlap_ms);
}

void lane_pass(struct lane *lane, int64_t position)
{
	struct item *tail = queue_tail(&lane->queue);

	if (!tail || lane->settled > tail->parcel.ticket)
		lane_move_cursor(lane, position);
	else if (tail->through < position)
		tail->through = position;
}

void lane_advance(struct lane *lane)
{
	struct item *item = queue_find(&lane->queue, lane->settled);
	int64_t through = lane->cursor;

	while (item && item->state >= ITEM_SETTLED) {
		if (item->through > through)
			through = item->through;
		item = queue_find(&lane->queue, ++lane->settled);
	}
	lane_move_cursor(lane, through);
}

void lane_on_position(struct lane *lane, int64_t position)
{
	if (!lane->replayable)
		return;
	if (lane->has_cursor)
		lane_pass(lane, position);
	else
		lane_begin(lane, position);
}

/* --- readiness ------------------------------------------------------------ */

/* Only changes are said; a second reason for being down is one. */
static void lane_log_ready(struct lane *lane, bool ready, const char *why)
{
	if (!log_once_is_news(
		    &lane->ready_log, ready ? "ready" : why, READY_LOG_MS))
		return;
	if (ready)
		log_info(lane->object, "towards %s: ready, %zu waiting",
			lane_side(lane), lane->queue.count);
	else
		log_warn(lane->object, "towards %s: down (%s)", lane_side(lane),
			why);
}

void lane_on_ready(struct lane *lane, bool ready, const char *why)
{
	bool up = ready && !lane->ready;

	lane_log_ready(lane, ready, why ? why : "no reason given");
	lane->ready = ready;
	if (!up)
		return;
	lane->waiting = false;
	timer_cancel(lane->retry);
	lane_pump(lane);
}

/* --- the end of it ----------------------------------------------------------
 */

void lane_drain(struct lane *lane)
{
	lane->draining = true;
	lane->waiting = false;
	timer_cancel(lane->retry);
}

void lane_tell_idle(struct lane *lane)
{
	if (lane->draining && lane->params.on_idle && lane_is_idle(lane))
		lane->params.on_idle(lane->params.arg);
}

bool lane_is_idle(const struct lane *lane)
{
	return lane->in_state[ITEM_SAVING] == 0 &&
	       lane->in_state[ITEM_INTENDING] == 0 &&
	       lane->in_state[ITEM_SENT] == 0 &&
	       lane->in_state[ITEM_SETTLED] == 0;
}

void lane_get_stats(const struct lane *lane, struct lane_stats *ret)
{
	struct item *head = queue_head(&lane->queue);

	*ret = lane->stats;
	ret->queued = lane->queue.count;
	ret->ready = lane->ready;
	ret->oldest_ms = head ? clock_wall_ms() - head->parcel.accepted_ms : 0;
}
