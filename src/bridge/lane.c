#include "bridge/lane.h"

#include "bridge/bounds.h"
#include "bridge/delivery.h"
#include "bridge/recall.h"
#include "util/alloc.h"
#include "util/clock.h"

#include <errno.h>
#include <stdlib.h>

/* As good as never: being down is not said twice for the same reason. */
static const int64_t READY_LOG_MS = INT64_MAX / 2;

static const int64_t DAY_MS = 24 * 60 * 60 * 1000;

const char *lane_side(const struct lane *lane)
{
	return lane->params.way == LANE_TO_IRC ? "IRC" : "Chime";
}

const char *lane_source_side(const struct lane *lane)
{
	return lane->params.way == LANE_TO_IRC ? "Chime" : "IRC";
}

static void init_limits(struct queue_limits *limits)
{
	if (limits->max_lines == 0)
		limits->max_lines = LANE_OUTBOX_MAX;
	if (limits->max_bytes == 0)
		limits->max_bytes = LANE_OUTBOX_BYTES;
	if (limits->max_age_ms == 0)
		limits->max_age_ms = LANE_MAX_AGE_DAYS * DAY_MS;
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
	init_limits(&lane->params.queue);
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
	seen_init(&lane->ahead, LANE_AHEAD_MAX);
	queue_init(&lane->queue);
	aside_init(&lane->aside);
	notice_init(lane);
	outage_init(lane);
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
	confirmed_release(lane);
}

void lane_free(struct lane *lane)
{
	if (!lane)
		return;
	lane_cancel_syncs(lane);
	timer_free(lane->retry);
	queue_release(&lane->queue);
	seen_release(&lane->seen);
	seen_release(&lane->ahead);
	aside_release(&lane->aside);
	notice_release(lane);
	outage_release(lane);
	unfinished_free(&lane->unfinished);
	buf_release(&lane->scratch);
	free(lane->trouble);
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
	return lane->has_cursor ? lane->cursor : -1;
}

/* --- the queue ------------------------------------------------------------ */

void lane_push(struct lane *lane, struct item *item, enum item_state state)
{
	item->state = state;
	lane->in_state[state]++;
	lane->bytes += item_bytes(item);
	queue_push(&lane->queue, item);
	confirmed_open(lane);
}

void lane_set_state(struct lane *lane, struct item *item, enum item_state to)
{
	lane->in_state[item->state]--;
	item->state = to;
	lane->in_state[to]++;
	if (to == ITEM_GONE)
		lane->bytes -= item_bytes(item);
}

void lane_pop_gone(struct lane *lane)
{
	struct item *head;

	while ((head = queue_head(&lane->queue)) && head->state == ITEM_GONE) {
		lane->in_state[ITEM_GONE]--;
		queue_pop(&lane->queue);
	}
}

size_t lane_count(const struct lane *lane)
{
	return lane->queue.count - lane->in_state[ITEM_GONE];
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

static bool is_ahead(int64_t position)
{
	return position > clock_wall_ms() + LANE_AHEAD_MS;
}

static void lane_move_cursor(struct lane *lane, int64_t position)
{
	if (is_ahead(position))
		position = clock_wall_ms() + LANE_AHEAD_MS;
	if (lane->has_cursor && position <= lane->cursor)
		return;
	lane->has_cursor = true;
	lane->cursor = position;
	journal_cursor(&lane->journal, position);
	seen_prune(&lane->seen, position - 2 * lane->params.overlap_ms);
}

/* Rather too early than too late: what comes twice is known. */
void lane_heard(struct lane *lane, int64_t position)
{
	int64_t now_ms = clock_wall_ms();

	lane_move_cursor(lane, position < now_ms ? position : now_ms);
}

void lane_see(struct lane *lane, const struct ident *ident, int64_t position)
{
	seen_add(is_ahead(position) ? &lane->ahead : &lane->seen, ident,
		position);
}

bool lane_has_seen(const struct lane *lane, const struct ident *ident)
{
	return seen_has(&lane->seen, ident) || seen_has(&lane->ahead, ident);
}

void lane_pass(struct lane *lane, int64_t position)
{
	struct item *tail = queue_tail(&lane->queue);

	if (!lane->replayable) {
		if (position - lane->cursor >= LANE_HEARD_MS)
			lane_heard(lane, position);
		return;
	}
	if (!tail || lane->settled > tail->parcel.ticket)
		lane_move_cursor(lane, position);
	else if (tail->through < position)
		tail->through = position;
}

void lane_advance(struct lane *lane)
{
	struct item *item = queue_find(&lane->queue, lane->settled);
	int64_t through = lane->cursor;

	if (!lane->replayable)
		return;
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

/* Only changes are said; a second reason for being down is one. That it is
 * down when all is to stop is no trouble. */
static void lane_log_ready(struct lane *lane, bool ready, const char *why)
{
	if (!log_once_is_news(
		    &lane->ready_log, ready ? "ready" : why, READY_LOG_MS))
		return;
	if (ready)
		log_info(lane->object, "towards %s: ready, %zu waiting",
			lane_side(lane), lane_count(lane));
	else if (lane->draining)
		log_info(lane->object, "towards %s: stopped (%s)",
			lane_side(lane), why);
	else
		log_warn(lane->object, "towards %s: down (%s)", lane_side(lane),
			why);
}

void lane_on_ready(struct lane *lane, bool ready, const char *why)
{
	bool up = ready && !lane->ready;
	bool down = !ready && lane->ready;

	lane_log_ready(lane, ready, why ? why : "no reason given");
	lane->ready = ready;
	if (!ready)
		set_string(&lane->trouble, why);
	if (down)
		outage_on_down(lane);
	if (!up)
		return;
	lane->waiting = false;
	timer_cancel(lane->retry);
	outage_on_up(lane);
	lane_pump(lane);
}

void lane_on_source_ready(struct lane *lane, bool ready)
{
	lane->source_ready = ready;
	if (ready)
		notice_flush(lane);
}

void lane_stall(struct lane *lane, bool stalled)
{
	lane->stalled = stalled;
	bounds_feed(lane);
}

void lane_pause(struct lane *lane, bool paused)
{
	lane->paused = paused;
	if (paused)
		lane_take_intents_back(lane);
	else
		lane_pump(lane);
}

/* --- the end of it ----------------------------------------------------------
 */

void lane_drain(struct lane *lane)
{
	lane->draining = true;
	lane->waiting = false;
	timer_cancel(lane->retry);
	lane_take_intents_back(lane);
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
	ret->queued = lane_count(lane);
	ret->bytes = lane->bytes;
	ret->aside = lane->aside.count;
	ret->is_waiting = lane->starved;
	ret->ready = lane->ready;
	ret->trouble = lane->trouble;
	ret->oldest_ms = head ? clock_wall_ms() - head->parcel.accepted_ms : 0;
}
