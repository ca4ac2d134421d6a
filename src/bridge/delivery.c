#include "bridge/delivery.h"

#include "util/clock.h"
#include "util/log.h"
#include "util/step.h"

enum { FORGET_AFTER_DAYS = 30, FORGET_EVERY_MS = 60 * 60 * 1000 };

/* The same reason for waiting is said again after this long. */
enum { LATER_LOG_MS = 10 * 60 * 1000 };

static const int64_t DAY_MS = 24 * 60 * 60 * 1000;

static bool must_intend(const struct lane *lane)
{
	return lane->replayable && lane->params.in_doubt == IN_DOUBT_SKIP;
}

/* --- out -------------------------------------------------------------------
 */

/* Those that a crash now would leave in doubt, or would repeat. */
static size_t open_items(const struct lane *lane)
{
	return lane->in_state[ITEM_INTENDING] + lane->in_state[ITEM_SENT] +
	       lane->in_state[ITEM_SETTLED];
}

static bool may_send(const struct lane *lane)
{
	return lane->ready && lane->dest && lane->cursor_durable &&
	       !lane->waiting && !lane->draining &&
	       open_items(lane) < lane->params.window;
}

/* After one was put back the end still holds younger ones, which it must end
 * first, or the order would be lost. */
static bool is_younger_under_way(const struct lane *lane, uint64_t ticket)
{
	while (++ticket <= lane->last_sent) {
		struct item *item = queue_find(&lane->queue, ticket);

		if (item && item->state == ITEM_SENT)
			return true;
	}
	return false;
}

/*
 * The first that is to be sent, or whose intent is to be written, when that
 * can be. Intents may be written side by side, but none is sent before an
 * older one whose intent is not yet durable.
 */
static struct item *next_to_send(struct lane *lane)
{
	struct item *item;
	uint64_t ticket;

	if (lane->next < lane->queue.first)
		lane->next = lane->queue.first;
	ticket = lane->next;
	while ((item = queue_find(&lane->queue, ticket))) {
		if (item->state == ITEM_SAVING)
			return NULL;
		if (item->state == ITEM_QUEUED)
			break;
		ticket++;
		if (item->state != ITEM_INTENDING && lane->next == ticket - 1)
			lane->next = ticket;
	}
	if (!item || is_younger_under_way(lane, ticket))
		return NULL;
	return item->intent_durable && lane->next < ticket ? NULL : item;
}

static void lane_on_intended(void *arg)
{
	struct item *item = arg;

	item->sync = NULL;
	item->intent_durable = true;
	lane_set_state(item->lane, item, ITEM_QUEUED);
	if (item->parcel.ticket < item->lane->next)
		item->lane->next = item->parcel.ticket;
	lane_pump(item->lane);
	lane_tell_idle(item->lane);
}

/* With `resend` the intent is for telling people what was in doubt, so it
 * need not be durable first; with `skip` it decides. */
static void intend(struct lane *lane, struct item *item)
{
	if (!lane->replayable || item->intent)
		return;
	item->intent = true;
	journal_intent(&lane->journal, item, clock_wall_ms());
}

static void send_item(struct lane *lane, struct item *item)
{
	struct parcel parcel;

	intend(lane, item);
	if (must_intend(lane) && !item->intent_durable) {
		lane_set_state(lane, item, ITEM_INTENDING);
		item->sync =
			store_sync(lane->params.store, lane_on_intended, item);
		return;
	}
	parcel = item->parcel;
	if (item->parcel.first_sent_ms == 0)
		item->parcel.first_sent_ms = clock_wall_ms();
	lane_set_state(lane, item, ITEM_SENT);
	if (item->parcel.ticket > lane->last_sent)
		lane->last_sent = item->parcel.ticket;
	lane->dest->ops->deliver(lane->dest, &parcel);
	step("parcel is given out");
}

void lane_pump(struct lane *lane)
{
	while (may_send(lane)) {
		struct item *item = next_to_send(lane);

		if (!item)
			return;
		send_item(lane, item);
	}
}

void lane_on_saved(void *arg)
{
	struct item *item = arg;

	step("line is saved");
	item->sync = NULL;
	lane_set_state(item->lane, item, ITEM_QUEUED);
	lane_pump(item->lane);
	lane_tell_idle(item->lane);
}

void lane_on_retry(void *arg)
{
	struct lane *lane = arg;

	lane->waiting = false;
	lane_pump(lane);
}

/* --- back ------------------------------------------------------------------
 */

static void sweep(struct lane *lane)
{
	struct item *head;

	while ((head = queue_head(&lane->queue)) && head->state == ITEM_GONE) {
		lane->in_state[ITEM_GONE]--;
		queue_pop(&lane->queue);
	}
	if (lane->starved && !lane->draining &&
		lane->queue.count < LANE_QUEUE_MAX / 2) {
		lane->starved = false;
		lane->source->ops->resume(lane->source);
	}
	lane_pump(lane);
	lane_tell_idle(lane);
}

static void lane_on_settled(void *arg)
{
	struct item *item = arg;
	struct lane *lane = item->lane;

	step("record is saved");
	item->sync = NULL;
	lane_set_state(lane, item, ITEM_GONE);
	sweep(lane);
}

/* Old records go when new ones come: no timer of its own. The source's clock
 * may be wrong, ours too: the earlier of both decides. */
static void forget_old(struct lane *lane, int64_t position)
{
	int64_t now_ms = loop_now_ms(lane->params.loop);
	int64_t wall_ms = clock_wall_ms();

	if (now_ms < lane->forget_due_ms)
		return;
	lane->forget_due_ms = now_ms + FORGET_EVERY_MS;
	journal_forget(
		&lane->journal, (position < wall_ms ? position : wall_ms) -
					FORGET_AFTER_DAYS * DAY_MS);
}

static void record_done(struct lane *lane, const struct item *item,
	const struct receipt *receipt, bool complete)
{
	journal_done(&lane->journal,
		&(struct journal_done){
			.source_id = item->parcel.source_id,
			.dest_id = receipt->outcome == RECEIPT_DONE
					   ? receipt->dest_id
					   : NULL,
			.position = item->parcel.position,
			.progress = item->parcel.progress,
			.complete = complete,
		});
}

/*
 * Notes that it is handled: the record, the cursor and the outbox change in
 * one commit. The lane waits for that where forgetting it would do harm: an
 * event of a replayable source would be there twice, and a line that was
 * refused might be accepted after all, behind those that came after it. A
 * line that arrived would only be sent once more, with its token.
 */
static void settle(
	struct lane *lane, struct item *item, const struct receipt *receipt)
{
	record_done(lane, item, receipt, true);
	forget_old(lane, item->parcel.position);
	if (!lane->replayable)
		journal_outbox_drop(&lane->journal, item);
	if (!lane->replayable && receipt->outcome == RECEIPT_DONE) {
		lane_set_state(lane, item, ITEM_GONE);
		sweep(lane);
		return;
	}
	lane_set_state(lane, item, ITEM_SETTLED);
	lane_advance(lane);
	step("record is appended");
	item->sync = store_sync(lane->params.store, lane_on_settled, item);
}

static void confirm(struct item *item, size_t progress)
{
	if (progress > item->parcel.payload_len)
		progress = item->parcel.payload_len;
	if (progress > item->parcel.progress)
		item->parcel.progress = progress;
}

static const char *why_of(const struct receipt *receipt)
{
	return receipt->why ? receipt->why : "no reason given";
}

static void on_done(
	struct lane *lane, struct item *item, const struct receipt *receipt)
{
	backoff_reset(&lane->backoff);
	if (!receipt->complete) {
		record_done(lane, item, receipt, false);
		return;
	}
	lane->stats.relayed++;
	settle(lane, item, receipt);
}

static void on_refused(
	struct lane *lane, struct item *item, const struct receipt *receipt)
{
	lane->stats.refused++;
	log_warn(lane->object, "towards %s: message %s was refused: %s",
		lane_side(lane), item->parcel.source_id, why_of(receipt));
	settle(lane, item, receipt);
}

/* To the place it had; the room becoming ready cuts the wait short. */
static void put_back(struct lane *lane, struct item *item, int64_t retry_ms)
{
	lane_set_state(lane, item, ITEM_QUEUED);
	if (item->parcel.ticket < lane->next)
		lane->next = item->parcel.ticket;
	if (lane->draining) {
		lane_tell_idle(lane);
		return;
	}
	if (!lane->waiting) {
		lane->waiting = true;
		timer_arm(lane->retry,
			retry_ms > 0 ? retry_ms
				     : backoff_next_ms(&lane->backoff));
	}
}

static void on_later(
	struct lane *lane, struct item *item, const struct receipt *receipt)
{
	if (log_once_is_news(&lane->later_log, why_of(receipt), LATER_LOG_MS))
		log_warn(lane->object, "towards %s: message %s must wait: %s",
			lane_side(lane), item->parcel.source_id,
			why_of(receipt));
	if (item->intent)
		journal_intent_back(&lane->journal, item);
	item->intent = false;
	item->intent_durable = false;
	put_back(lane, item, receipt->retry_ms);
}

static void on_in_doubt(
	struct lane *lane, struct item *item, const struct receipt *receipt)
{
	bool skip = must_intend(lane);

	lane->stats.in_doubt++;
	log_warn(lane->object, "towards %s: message %s is in doubt (%s); %s",
		lane_side(lane), item->parcel.source_id, why_of(receipt),
		skip ? "skipped, it may be missing" : "it will be sent again");
	if (skip) {
		settle(lane, item, receipt);
		return;
	}
	put_back(lane, item, 0);
}

typedef void outcome_fn(
	struct lane *lane, struct item *item, const struct receipt *receipt);

static outcome_fn *const outcomes[] = {
	[RECEIPT_DONE] = on_done,
	[RECEIPT_REFUSED] = on_refused,
	[RECEIPT_LATER] = on_later,
	[RECEIPT_IN_DOUBT] = on_in_doubt,
};

void lane_receipt(struct lane *lane, const struct receipt *receipt)
{
	struct item *item = queue_find(&lane->queue, receipt->ticket);

	if (!item || item->state != ITEM_SENT) {
		log_debug(lane->object,
			"receipt for ticket %llu, which is not "
			"under way",
			(unsigned long long)receipt->ticket);
		return;
	}
	confirm(item, receipt->progress);
	outcomes[receipt->outcome](lane, item, receipt);
}
