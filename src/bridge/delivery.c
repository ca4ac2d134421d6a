#include "bridge/delivery.h"

#include "bridge/bounds.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/step.h"

enum { FORGET_AFTER_DAYS = 30, FORGET_EVERY_MS = 60 * 60 * 1000 };

/* The same reason for waiting is said again after this long. */
enum { LATER_LOG_MS = 10 * 60 * 1000 };

static const int64_t DAY_MS = 24 * 60 * 60 * 1000;

static bool is_skipping(const struct lane *lane)
{
	return lane->replayable && lane->params.in_doubt == IN_DOUBT_SKIP;
}

static void expire(struct lane *lane, struct item *item);
static void take_intent_back(struct lane *lane, struct item *item);

/* --- out -------------------------------------------------------------------
 */

/* Those that a crash now would repeat, and those it would leave in doubt. */
static size_t open_items(const struct lane *lane)
{
	return lane->in_state[ITEM_SENT] + lane->in_state[ITEM_SETTLED];
}

static size_t intended_items(const struct lane *lane)
{
	return lane->in_state[ITEM_INTENDING] + open_items(lane);
}

static bool may_send(const struct lane *lane)
{
	return lane->ready && lane->dest && lane->cursor_durable &&
	       !lane->waiting && !lane->draining && !lane->paused &&
	       !outage_holds(lane);
}

/*
 * An intent is durable before its item is sent. That of the next may be
 * written while those before it are under way, so that it shares their commit;
 * not when a crash would make it be skipped.
 */
static bool needs_intent(const struct lane *lane, const struct item *item)
{
	return lane->replayable && !item->intent_durable;
}

static bool is_window_open(const struct lane *lane, const struct item *item)
{
	size_t window = lane->params.window;

	if (is_skipping(lane))
		return intended_items(lane) < window;
	if (needs_intent(lane, item))
		return intended_items(lane) < 2 * window;
	return open_items(lane) < window;
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
	struct lane *lane = item->lane;

	item->sync = NULL;
	item->intent_durable = true;
	step("intent is saved");
	lane_set_state(lane, item, ITEM_QUEUED);
	if (lane->paused)
		take_intent_back(lane, item);
	if (item->parcel.ticket < lane->next)
		lane->next = item->parcel.ticket;
	lane_pump(lane);
	lane_tell_idle(lane);
}

static void intend(struct lane *lane, struct item *item)
{
	if (!item->intent)
		journal_intent(&lane->journal, item, clock_wall_ms());
	item->intent = true;
	lane_set_state(lane, item, ITEM_INTENDING);
	item->sync = store_sync(lane->params.store, lane_on_intended, item);
}

static void send_item(struct lane *lane, struct item *item)
{
	struct parcel parcel;

	item->sent_ms = clock_wall_ms();
	if (item->parcel.turn_ms == 0)
		item->parcel.turn_ms = item->parcel.position +
				       loop_now_ms(lane->params.loop) -
				       item->said_ms;
	parcel = item->parcel;
	if (lane->dest->ops->settles_doubt) {
		parcel.first_sent_ms = item->doubt_ms;
		parcel.skip_doubt = is_skipping(lane);
	}
	if (item->parcel.first_sent_ms == 0)
		item->parcel.first_sent_ms = item->sent_ms;
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
			break;
		if (bounds_is_old(lane, item))
			expire(lane, item);
		else if (!is_window_open(lane, item))
			break;
		else if (needs_intent(lane, item))
			intend(lane, item);
		else
			send_item(lane, item);
	}
	lane_pop_gone(lane);
	confirmed_seek(lane);
	bounds_feed(lane);
}

void lane_on_saved(void *arg)
{
	struct item *item = arg;
	struct lane *lane = item->lane;

	step("line is saved");
	item->sync = NULL;
	lane_set_state(lane, item, ITEM_QUEUED);
	lane_pump(lane);
	lane_tell_idle(lane);
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
	lane_pop_gone(lane);
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

static void record_handled(struct lane *lane, const struct item *item,
	const struct receipt *receipt)
{
	bool is_done = receipt->outcome == RECEIPT_DONE;

	record_done(lane, item, receipt, true);
	forget_old(lane, item->parcel.position);
	if (!lane->replayable && item->aside_seq == 0)
		journal_outbox_drop(&lane->journal, item);
	if (is_done && item->aside_seq != 0)
		lane_aside_done(lane, item->aside_seq);
	else if (!is_done && item->aside_seq != 0)
		lane_put_aside(lane, &item->parcel, item->aside_seq,
			receipt->why ? receipt->why : "no reason given");
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
	record_handled(lane, item, receipt);
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

void lane_drop(struct lane *lane, struct item *item)
{
	record_handled(lane, item,
		&(struct receipt){
			.outcome = RECEIPT_REFUSED, .why = "dropped"});
	lane_set_state(lane, item, ITEM_GONE);
	lane_advance(lane);
	lane_pop_gone(lane);
}

/* Nothing waits for the disk here: after a crash it is as old as before. */
static void expire(struct lane *lane, struct item *item)
{
	static const char why[] = "too old when its turn came";

	lane->stats.expired++;
	log_warn(lane->object, "towards %s: message %s is set aside: %s",
		lane_side(lane), item->parcel.source_id, why);
	notice_add(lane, NOTICE_EXPIRED, item->sender, why);
	if (item->aside_seq == 0)
		lane_put_aside(lane, &item->parcel, 0, why);
	record_handled(lane, item,
		&(struct receipt){.outcome = RECEIPT_REFUSED, .why = why});
	lane_set_state(lane, item, ITEM_GONE);
	lane_advance(lane);
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
	set_string(&lane->trouble, why_of(receipt));
	log_warn(lane->object, "towards %s: message %s was refused: %s",
		lane_side(lane), item->parcel.source_id, why_of(receipt));
	notice_add(lane, NOTICE_REFUSED, item->sender, why_of(receipt));
	if (item->aside_seq == 0)
		lane_put_aside(lane, &item->parcel, 0, why_of(receipt));
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

/* An earlier try stays in doubt, whatever became of this one. */
static void take_intent_back(struct lane *lane, struct item *item)
{
	if (item->doubt_ms != 0)
		return;
	if (item->intent)
		journal_intent_back(&lane->journal, item);
	item->intent = false;
	item->intent_durable = false;
}

void lane_take_intents_back(struct lane *lane)
{
	struct item *item = queue_head(&lane->queue);

	while (item) {
		if (item->state == ITEM_QUEUED)
			take_intent_back(lane, item);
		item = queue_find(&lane->queue, item->parcel.ticket + 1);
	}
}

static void on_later(
	struct lane *lane, struct item *item, const struct receipt *receipt)
{
	if (log_once_is_news(&lane->later_log, why_of(receipt), LATER_LOG_MS))
		log_warn(lane->object, "towards %s: message %s must wait: %s",
			lane_side(lane), item->parcel.source_id,
			why_of(receipt));
	set_string(&lane->trouble, why_of(receipt));
	take_intent_back(lane, item);
	put_back(lane, item, receipt->retry_ms);
}

/* What is done about it, for the log. */
static const char *doubt_verdict(bool skip, bool settles)
{
	if (skip)
		return "skipped, it may be missing";
	return settles ? "it is looked for before it is sent again"
		       : "it will be sent again";
}

/* An end that can look for it has the first word, then policy has. */
static void on_in_doubt(
	struct lane *lane, struct item *item, const struct receipt *receipt)
{
	bool settles = lane->dest->ops->settles_doubt && !receipt->is_final;
	bool skip = is_skipping(lane) && !settles;

	lane->stats.in_doubt += !receipt->is_final;
	log_warn(lane->object, "towards %s: message %s is in doubt (%s); %s",
		lane_side(lane), item->parcel.source_id, why_of(receipt),
		doubt_verdict(skip, settles));
	if (skip) {
		settle(lane, item, receipt);
		return;
	}
	if (item->doubt_ms == 0)
		item->doubt_ms = item->sent_ms;
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
