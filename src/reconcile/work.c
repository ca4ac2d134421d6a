#include "reconcile/work.h"

#include "reconcile/entries.h"
#include "reconcile/exempt.h"
#include "reconcile/news.h"
#include "reconcile/pass.h"
#include "reconcile/step.h"
#include "util/alloc.h"
#include "util/log.h"
#include "util/str.h"

#include <stdlib.h>
#include <utlist.h>

static struct work_queue *queue_of(
	struct reconcile *reconcile, const struct entry *entry)
{
	return &reconcile->kinds[entry->kind].queues[entry->to];
}

void work_begin(struct reconcile *reconcile, struct entry *entry)
{
	struct work_queue *queue = queue_of(reconcile, entry);

	DL_APPEND(queue->waiting, entry);
	queue->count++;
	entry->work = ENTRY_QUEUED;
}

static void leave_queue(struct reconcile *reconcile, struct entry *entry)
{
	struct work_queue *queue = queue_of(reconcile, entry);

	DL_DELETE(queue->waiting, entry);
	queue->count--;
	entry->work = ENTRY_IDLE;
}

void work_stop(struct reconcile *reconcile, struct entry *entry)
{
	if (entry->work == ENTRY_QUEUED)
		leave_queue(reconcile, entry);
	else if (entry->work == ENTRY_HELD)
		entry->work = ENTRY_IDLE;
}

void work_agree(struct reconcile *reconcile, struct entry *entry, bool value)
{
	const struct reconcile_params *params = &reconcile->params;
	bool was = entry->base.is_set || entry->is_shut;

	entry->base.is_set = value;
	if (value || !was || entry->kind != STANDING_BANNED)
		return;
	entry->is_shut = false;
	if (params->restored)
		params->restored(
			params->arg, side_other(entry->base.home), entry->id);
}

/* --- writing it down --------------------------------------------------------
 */

static struct standing_change change_of(
	const struct entry *entry, const char *rule)
{
	return (struct standing_change){
		.kind = entry->kind,
		.is_set = entry->value,
		.person_id = entry->id,
		.name = entry->name ? entry->name : "",
		.is_native = entry->base.home == entry->to,
		.rule = rule,
		.by = entry->base.by,
		.reason = entry->base.reason,
	};
}

static bool sets_rule(const struct entry *entry)
{
	return entry->kind == STANDING_BANNED && entry->to == SIDE_IRC &&
	       entry->value;
}

/* Noted before it is set, so that it is known for ours after a crash. */
static void choose_rule(struct reconcile *reconcile, struct entry *entry)
{
	struct end_room *room = reconcile->rooms[entry->to];
	struct standing_change change = change_of(entry, NULL);

	if (!sets_rule(entry) || !room->ops->rule_for)
		return;
	free(entry->base.own);
	entry->base.own = room->ops->rule_for(room, &change);
}

static void send(struct reconcile *reconcile, struct entry *entry)
{
	struct end_room *room = reconcile->rooms[entry->to];
	struct standing_change change = change_of(
		entry, sets_rule(entry) ? entry->base.own : entry->rule);

	entry->work = ENTRY_SENT;
	entry->is_doubtful = true;
	entry->is_overtaken = false;
	room->ops->stand(room, &change);
}

static void nothing_begun(struct entry *entry)
{
	entry->base.is_doing = false;
	if (sets_rule(entry))
		set_string(&entry->base.own, NULL);
}

/* It was not sent: as if it had not been begun. */
static void take_back(struct reconcile *reconcile, struct entry *entry)
{
	entry->work = ENTRY_IDLE;
	queue_of(reconcile, entry)->under_way--;
	if (!entry->is_doubtful)
		nothing_begun(entry);
	entries_note(reconcile, entry);
	pass_look(reconcile, entry);
}

static bool is_due_still(struct reconcile *reconcile, struct entry *entry)
{
	const struct kind *kind = &reconcile->kinds[entry->kind];
	struct step step;
	const char *rule = NULL;

	if (!kind->lists[SIDE_IRC].is_known ||
		!kind->lists[SIDE_CHIME].is_known)
		return false;
	step = step_of(entry, &reconcile->params.standings[entry->kind]);
	if (step.kind != STEP_CHANGE || step.side != entry->to ||
		step.value != entry->value)
		return false;
	if (entry->to == SIDE_IRC && !entry->value &&
		!exempt_rule(reconcile, entry, &rule))
		return false;
	set_string(&entry->rule, rule);
	return true;
}

static void work_on_synced(void *arg)
{
	struct reconcile *reconcile = arg;
	struct entry *entry;

	reconcile->sync = NULL;
	while ((entry = reconcile->syncing)) {
		DL_DELETE(reconcile->syncing, entry);
		if (is_due_still(reconcile, entry))
			send(reconcile, entry);
		else
			take_back(reconcile, entry);
	}
	attributes_send(reconcile);
	work_sync(reconcile);
	work_pump(reconcile);
}

void work_sync(struct reconcile *reconcile)
{
	bool has_attributes;

	if (reconcile->sync)
		return;
	has_attributes = attributes_noted(reconcile);
	if (!reconcile->noting && !has_attributes)
		return;
	DL_CONCAT(reconcile->syncing, reconcile->noting);
	reconcile->noting = NULL;
	reconcile->sync =
		store_sync(reconcile->params.store, work_on_synced, reconcile);
}

static void note(struct reconcile *reconcile, struct entry *entry)
{
	struct base *base = &entry->base;

	base->is_doing = true;
	base->doing_to = entry->to;
	base->doing_value = entry->value;
	choose_rule(reconcile, entry);
	entries_note(reconcile, entry);
	entry->work = ENTRY_NOTING;
	DL_APPEND(reconcile->noting, entry);
}

/* --- pacing ----------------------------------------------------------------
 */

static bool may_give(struct reconcile *reconcile, const struct kind *kind,
	enum reconcile_side side)
{
	enum standing_kind which =
		(enum standing_kind)(kind - reconcile->kinds);
	const struct end_room *room = reconcile->rooms[side];
	int64_t now_ms = reconcile_now_ms(reconcile);

	if (reconcile->is_stopped || !room || !room->ops->stand ||
		!reconcile_may(reconcile, side, right_of_kind(which)))
		return false;
	if (!war_is_resting(&kind->war, now_ms))
		return true;
	timer_arm(reconcile->rest, kind->war.rest_until_ms - now_ms);
	return false;
}

/* First the one goes, then the other comes. */
static bool must_wait(struct reconcile *reconcile, const struct entry *entry)
{
	const struct entry *other = entries_counterpart(reconcile, entry);

	return entry->value && other && other->work >= ENTRY_QUEUED &&
	       other->to == entry->to && !other->value &&
	       may_give(reconcile, &reconcile->kinds[other->kind], other->to);
}

static struct entry *next_of(
	struct reconcile *reconcile, const struct work_queue *queue)
{
	struct entry *entry;

	DL_FOREACH (queue->waiting, entry)
		if (!must_wait(reconcile, entry))
			return entry;
	return NULL;
}

static void pump(struct reconcile *reconcile, struct kind *kind,
	enum reconcile_side side)
{
	struct work_queue *queue = &kind->queues[side];
	struct entry *entry;

	while (queue->waiting && queue->under_way < RECONCILE_UNDER_WAY &&
		may_give(reconcile, kind, side) &&
		(entry = next_of(reconcile, queue))) {
		leave_queue(reconcile, entry);
		queue->under_way++;
		note(reconcile, entry);
	}
}

void work_pump(struct reconcile *reconcile)
{
	for (size_t i = 0; i < STANDING_KINDS; i++)
		for (size_t j = 0; j < SIDES; j++)
			pump(reconcile, &reconcile->kinds[i],
				(enum reconcile_side)j);
	attributes_pump(reconcile);
	work_sync(reconcile);
}

/* --- bounces ---------------------------------------------------------------
 */

static void say_war(struct reconcile *reconcile, const char *what)
{
	char *AUTOFREE text = xasprintf("%s goes to and fro between IRC and "
					"Chime: it is left alone for ten "
					"minutes.",
		what);

	reconcile->wars++;
	log_warn(reconcile->object, "%s", text);
	reconcile_say(reconcile, text);
}

static void count_bounce(struct reconcile *reconcile, struct entry *entry)
{
	struct kind *kind = &reconcile->kinds[entry->kind];
	int64_t now_ms = reconcile_now_ms(reconcile);
	char *AUTOFREE what = NULL;

	if (war_count(&entry->war, RECONCILE_BOUNCES, now_ms)) {
		what = xasprintf("%s of %s",
			entry->kind == STANDING_BANNED ? "The ban"
						       : "The standing",
			entry->name ? entry->name : entry->id);
		say_war(reconcile, what);
		return;
	}
	/* The first is none. */
	if (entry->war.count > 1 &&
		war_count(&kind->war, WORK_KIND_BOUNCES, now_ms))
		say_war(reconcile, entry->kind == STANDING_BANNED
					   ? "Much of the bans"
					   : "Much of who is a moderator");
}

/* --- answers ---------------------------------------------------------------
 */

static void bar(struct entry *entry, enum bar bar, const char *why)
{
	struct entry_side *side = &entry->sides[entry->to];

	side->bar = bar;
	side->bar_value = entry->value;
	set_string(&entry->why, why && *why ? why : "no reason given");
}

static void on_done(struct reconcile *reconcile, struct entry *entry,
	const struct standing_receipt *receipt)
{
	struct entry_side *side = &entry->sides[entry->to];
	char *AUTOFREE rule =
		xstrdup_null(receipt->rule ? receipt->rule : entry->rule);

	backoff_reset(&entry->backoff);
	entry_clear_bar(entry, entry->to);
	entry->is_doubtful = false;
	news_done(reconcile, entry, rule);
	if ((side->is == TRI_ON) != entry->value)
		return;
	reconcile->changed++;
	entry->base.is_doing = false;
	if (!entry->base.is_ordered) {
		work_agree(reconcile, entry, entry->value);
		count_bounce(reconcile, entry);
	}
}

/* It is as it was, and the other side has changed: so it is known again,
 * whatever the process before this one had begun. */
static void stays(struct entry *entry)
{
	entry->is_doubtful = false;
	nothing_begun(entry);
	if (!entry->base.is_ordered)
		entry->base.is_set = !entry->value;
}

static void on_later(struct reconcile *reconcile, struct entry *entry,
	const struct standing_receipt *receipt)
{
	int64_t wait_ms = backoff_next_ms(&entry->backoff);

	if (receipt->retry_ms > wait_ms)
		wait_ms = receipt->retry_ms;
	if (wait_ms > ENTRY_RETRY_MAX_MS)
		wait_ms = ENTRY_RETRY_MAX_MS;
	bar(entry, BAR_LATER, receipt->why);
	pass_later(reconcile, entry, wait_ms);
}

static void on_refused(struct reconcile *reconcile, struct entry *entry,
	const struct standing_receipt *receipt)
{
	if (entry->is_overtaken) {
		on_later(reconcile, entry, receipt);
		return;
	}
	reconcile->refused++;
	stays(entry);
	bar(entry, BAR_REFUSED, receipt->why);
	log_warn(reconcile->object, "%s of %s (%s) cannot be %s %s %s: %s",
		base_kind_name(entry->kind),
		entry->name ? entry->name : "somebody", entry->id,
		entry->value ? "set" : "lifted",
		entry->to == SIDE_IRC ? "on" : "in", side_name(entry->to),
		entry->why);
}

static void on_not_shown(struct reconcile *reconcile, struct entry *entry,
	const struct standing_receipt *receipt)
{
	(void)reconcile;
	stays(entry);
	bar(entry, BAR_NOT_SHOWN, receipt->why);
}

typedef void outcome_fn(struct reconcile *reconcile, struct entry *entry,
	const struct standing_receipt *receipt);

static outcome_fn *const outcomes[] = {
	[MIRROR_DONE] = on_done,
	[MIRROR_REFUSED] = on_refused,
	[MIRROR_LATER] = on_later,
	[MIRROR_NOT_SHOWN] = on_not_shown,
};

void work_on_receipt(struct reconcile *reconcile, enum reconcile_side side,
	const struct standing_receipt *receipt)
{
	struct entry *entry =
		entries_find(reconcile, receipt->kind, receipt->person_id);

	if (!entry || entry->work != ENTRY_SENT || entry->to != side ||
		entry->value != receipt->is_set)
		return;
	entry->work = ENTRY_IDLE;
	queue_of(reconcile, entry)->under_way--;
	outcomes[receipt->outcome](reconcile, entry, receipt);
	entries_note(reconcile, entry);
	pass_look(reconcile, entry);
	work_pump(reconcile);
}
