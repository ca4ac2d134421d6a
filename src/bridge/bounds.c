#include "bridge/bounds.h"

#include "bridge/delivery.h"

/* How much of the room must be free before a waiting source goes on. */
static size_t some(size_t max)
{
	return max - max / 8 - 1;
}

static size_t most_lines(const struct lane *lane)
{
	return lane->replayable ? LANE_QUEUE_MAX : lane->params.queue.max_lines;
}

static size_t most_bytes(const struct lane *lane)
{
	return lane->replayable ? LANE_QUEUE_BYTES
				: lane->params.queue.max_bytes;
}

static bool is_full(const struct lane *lane)
{
	return lane_count(lane) >= most_lines(lane) ||
	       lane->bytes >= most_bytes(lane);
}

/* The disk does not follow. */
static bool is_unsaved(const struct lane *lane)
{
	return lane->stalled || lane->in_state[ITEM_SAVING] >= LANE_UNSAVED_MAX;
}

/* The oldest that nobody is busy with, and that is durable nowhere else. */
static struct item *oldest_idle(struct lane *lane)
{
	struct item *item;
	uint64_t ticket;

	if (lane->next < lane->queue.first)
		lane->next = lane->queue.first;
	ticket = lane->next;
	while ((item = queue_find(&lane->queue, ticket))) {
		if (item->state == ITEM_QUEUED && item->aside_seq == 0)
			return item;
		ticket++;
		if (item->state >= ITEM_SENT && lane->next == ticket - 1)
			lane->next = ticket;
	}
	return NULL;
}

static bool drop_oldest(struct lane *lane)
{
	struct item *item = oldest_idle(lane);

	if (!item)
		return false;
	lane->stats.dropped++;
	if (!lane->full)
		log_error(lane->object,
			"towards %s: %zu lines wait, the most there may be; "
			"the oldest are dropped until there is room",
			lane_side(lane), lane_count(lane));
	lane->full = true;
	notice_add(lane, NOTICE_DROPPED, item->sender, "");
	lane_drop(lane, item);
	return true;
}

/* The log's one line at the end of a time in which lines were dropped. */
static void note_room(struct lane *lane)
{
	if (!lane->full || lane_count(lane) > some(most_lines(lane)))
		return;
	lane->full = false;
	log_warn(lane->object,
		"towards %s: there is room again, %llu lines were dropped in "
		"all",
		lane_side(lane), (unsigned long long)lane->stats.dropped);
}

static bool may_drop(const struct lane *lane)
{
	return !lane->replayable &&
	       lane->params.queue.when_full == WHEN_FULL_DROP_OLDEST;
}

static void log_waiting(const struct lane *lane)
{
	bool full = is_full(lane) && !may_drop(lane);

	if (!lane->starved && !lane->replayable)
		log_warn(lane->object,
			"towards %s: %s; the channel is not read meanwhile",
			lane_side(lane),
			full ? "the queue is full"
			     : "what is said cannot be saved as fast");
}

bool bounds_admit(struct lane *lane)
{
	note_room(lane);
	if (!is_unsaved(lane) &&
		(!is_full(lane) || (may_drop(lane) && drop_oldest(lane))))
		return true;
	log_waiting(lane);
	lane->starved = true;
	return false;
}

static bool has_room(struct lane *lane)
{
	size_t lines = most_lines(lane);

	if (lane->stalled || lane->in_state[ITEM_SAVING] > LANE_UNSAVED_MAX / 2)
		return false;
	if (lane->replayable)
		return lane_count(lane) < lines / 2 &&
		       lane->bytes < most_bytes(lane) / 2;
	if (may_drop(lane))
		return !is_full(lane) || oldest_idle(lane);
	return !is_full(lane) && lane_count(lane) <= some(lines) &&
	       lane->bytes <= some(most_bytes(lane));
}

void bounds_feed(struct lane *lane)
{
	if (!lane->starved || (lane->draining && lane->replayable) ||
		!has_room(lane))
		return;
	lane->starved = false;
	if (!lane->replayable)
		log_info(lane->object, "towards %s: the channel is read again",
			lane_side(lane));
	lane->source->ops->resume(lane->source);
}

bool bounds_is_old(const struct lane *lane, const struct item *item)
{
	return loop_now_ms(lane->params.loop) - item->said_ms >
	       lane->params.queue.max_age_ms;
}
