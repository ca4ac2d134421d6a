#include "reconcile/pass.h"

#include "reconcile/entries.h"
#include "reconcile/exempt.h"
#include "reconcile/share.h"
#include "reconcile/step.h"
#include "reconcile/work.h"
#include "util/alloc.h"

#include <stddef.h>
#include <utlist.h>

/* What has not been allowed yet, of one merge. */
struct fresh {
	struct entry *entries[SIDES];
	size_t counts[SIDES];
};

/* --- one entry -------------------------------------------------------------
 */

void pass_later(
	struct reconcile *reconcile, struct entry *entry, int64_t wait_ms)
{
	if (wait_ms < 0)
		wait_ms = 0;
	due_remove(&reconcile->dues, &entry->due);
	due_add(&reconcile->dues, &entry->due,
		reconcile_now_ms(reconcile) + wait_ms);
	if (due_first(&reconcile->dues) == &entry->due)
		timer_arm(reconcile->due, wait_ms);
}

/* The base says so already: most do, and this is looked at often. */
static bool is_agreed(const struct entry *entry, bool value)
{
	const struct base *base = &entry->base;
	const struct ruleset *rules = &entry->sides[SIDE_IRC].rules;

	if (base->is_set != value || base->is_doing ||
		(entry->is_shut && !value))
		return false;
	if (!value)
		return base->rules.count == 0 && !base->own &&
		       base->until_ms == 0 &&
		       ruleset_is_within(&base->exempt, rules);
	return base->exempt.count == 0 && base->rules.count == rules->count &&
	       ruleset_is_within(rules, &base->rules);
}

/* Both sides are at this. */
static void agree(struct reconcile *reconcile, struct entry *entry, bool value)
{
	struct base *base = &entry->base;

	work_agree(reconcile, entry, value);
	base->is_doing = false;
	if (value) {
		ruleset_copy(&base->rules, &entry->sides[SIDE_IRC].rules);
		ruleset_release(&base->exempt);
	} else {
		ruleset_release(&base->rules);
		ruleset_intersect(&base->exempt, &entry->sides[SIDE_IRC].rules);
		set_string(&base->own, NULL);
		base->until_ms = 0;
		entries_time(reconcile, entry);
	}
	entries_note(reconcile, entry);
}

static bool is_barred(struct reconcile *reconcile, struct entry *entry,
	const struct step *step)
{
	struct entry_side *side = &entry->sides[step->side];
	int64_t now_ms = reconcile_now_ms(reconcile);

	if (side->bar != BAR_NONE && side->bar_value != step->value)
		entry_clear_bar(entry, step->side);
	if (side->bar != BAR_NONE)
		return true;
	if (entry->base.is_ordered || !war_is_resting(&entry->war, now_ms))
		return false;
	pass_later(reconcile, entry, entry->war.rest_until_ms - now_ms);
	return true;
}

static bool change(struct reconcile *reconcile, struct entry *entry,
	const struct step *step)
{
	bool is_same = entry->to == step->side && entry->value == step->value;

	if (entry->work == ENTRY_QUEUED && is_same)
		return false;
	if (entry->work == ENTRY_HELD && is_same && !entry->base.is_ordered)
		return false;
	work_stop(reconcile, entry);
	if (exempt_try(reconcile, entry, step) ||
		is_barred(reconcile, entry, step))
		return false;
	entry->is_allowed =
		entry->base.is_ordered || (entry->is_allowed && is_same);
	entry->to = step->side;
	entry->value = step->value;
	if (entry->is_allowed)
		work_begin(reconcile, entry);
	return !entry->is_allowed;
}

static void settle(struct reconcile *reconcile, struct entry *entry, bool value)
{
	const struct reconcile_ways *ways =
		&reconcile->params.standings[entry->kind];

	work_stop(reconcile, entry);
	entry->is_allowed = false;
	if (is_agreed(entry, value))
		return;
	if (ways->to_irc || ways->to_chime || !base_is_empty(&entry->base))
		agree(reconcile, entry, value);
}

static bool is_known(const struct reconcile *reconcile, enum standing_kind kind)
{
	const struct kind_list *lists = reconcile->kinds[kind].lists;

	return lists[SIDE_IRC].is_known && lists[SIDE_CHIME].is_known;
}

/* An order goes as far as it can now. */
static void bar_ordered(struct reconcile *reconcile, struct entry *entry)
{
	enum right right = right_of_kind(entry->kind);

	for (size_t i = 0; i < SIDES && entry->base.is_ordered; i++) {
		const char *why = rights_denied(
			&reconcile->rights, (enum reconcile_side)i, right);

		if (!why)
			continue;
		entry->sides[i].bar = BAR_REFUSED;
		entry->sides[i].bar_value = entry->base.order_value;
		set_string(&entry->why, why);
	}
}

/* True: there is a change that has not been allowed yet. */
static bool look(struct reconcile *reconcile, struct entry *entry)
{
	const struct reconcile_ways *ways =
		&reconcile->params.standings[entry->kind];
	struct step step = {.kind = STEP_NONE};

	if (entry->work >= ENTRY_NOTING)
		return false;
	bar_ordered(reconcile, entry);
	if (is_known(reconcile, entry->kind))
		step = step_of(entry, ways);
	if (step.kind == STEP_ORDERED) {
		entry->base.is_ordered = false;
		entry->base.is_doing = false;
		entries_note(reconcile, entry);
		exempt_say(reconcile, entry);
		step = step_of(entry, ways);
	}
	if (step.kind == STEP_CHANGE)
		return change(reconcile, entry, &step);
	if (step.kind == STEP_SETTLE)
		settle(reconcile, entry, step.value);
	else
		work_stop(reconcile, entry);
	return false;
}

void pass_look(struct reconcile *reconcile, struct entry *entry)
{
	if (look(reconcile, entry))
		pass_soon(reconcile);
	else
		(void)entries_drop(reconcile, entry);
}

void pass_on_due(void *arg)
{
	struct reconcile *reconcile = arg;
	int64_t now_ms = reconcile_now_ms(reconcile);
	struct due_item *first;

	while ((first = due_first(&reconcile->dues)) &&
		first->due_ms <= now_ms) {
		struct entry *entry =
			(struct entry *)((char *)first -
					 offsetof(struct entry, due));

		due_remove(&reconcile->dues, first);
		for (size_t i = 0; i < SIDES; i++)
			if (entry->sides[i].bar == BAR_LATER)
				entry_clear_bar(entry, (enum reconcile_side)i);
		pass_look(reconcile, entry);
	}
	if (first)
		timer_arm(reconcile->due, first->due_ms - now_ms);
	work_pump(reconcile);
}

/* --- all -------------------------------------------------------------------
 */

static void take_fresh(struct reconcile *reconcile, enum standing_kind kind,
	enum reconcile_side side, struct fresh *fresh)
{
	struct share share = {
		.kind = kind,
		.side = side,
		.fresh = fresh->entries[side],
		.count = fresh->counts[side],
	};
	bool is_held = !share_allows(reconcile, &share);
	struct entry *entry;

	while ((entry = fresh->entries[side])) {
		DL_DELETE(fresh->entries[side], entry);
		if (is_held || share_is_of_held(reconcile, entry)) {
			entry->work = ENTRY_HELD;
			continue;
		}
		entry->is_allowed = true;
		work_begin(reconcile, entry);
	}
}

static void pass_kind(struct reconcile *reconcile, enum standing_kind kind)
{
	struct fresh fresh = {.counts = {0, 0}};
	struct entry *entry = NULL;
	struct entry *next = NULL;

	HASH_ITER (hh, reconcile->kinds[kind].entries, entry, next) {
		if (!look(reconcile, entry)) {
			(void)entries_drop(reconcile, entry);
			continue;
		}
		DL_APPEND(fresh.entries[entry->to], entry);
		fresh.counts[entry->to]++;
	}
	for (size_t i = 0; i < SIDES && is_known(reconcile, kind); i++)
		take_fresh(reconcile, kind, (enum reconcile_side)i, &fresh);
}

static bool is_listing(const struct reconcile *reconcile)
{
	for (size_t i = 0; i < STANDING_KINDS; i++)
		for (size_t j = 0; j < SIDES; j++)
			if (reconcile->kinds[i].lists[j].is_listing)
				return true;
	return false;
}

void pass_soon(struct reconcile *reconcile)
{
	int64_t now_ms = reconcile_now_ms(reconcile);

	if (!timer_is_armed(reconcile->pass))
		reconcile->pass_since_ms = now_ms;
	if (now_ms - reconcile->pass_since_ms < PASS_MAX_MS - PASS_MS ||
		!timer_is_armed(reconcile->pass))
		timer_arm(reconcile->pass, PASS_MS);
}

void pass_on_timer(void *arg)
{
	struct reconcile *reconcile = arg;
	int64_t waited_ms =
		reconcile_now_ms(reconcile) - reconcile->pass_since_ms;

	if (is_listing(reconcile) && waited_ms < PASS_LIST_MS) {
		timer_arm(reconcile->pass, PASS_MS);
		return;
	}
	for (size_t i = 0; i < STANDING_KINDS; i++)
		pass_kind(reconcile, (enum standing_kind)i);
	attributes_look(reconcile);
	work_pump(reconcile);
}

size_t pass_confirm(struct reconcile *reconcile)
{
	size_t count = 0;
	struct entry *entry = NULL;
	struct entry *next = NULL;

	for (size_t i = 0; i < STANDING_KINDS; i++) {
		HASH_ITER (hh, reconcile->kinds[i].entries, entry, next) {
			if (entry->work != ENTRY_HELD)
				continue;
			count++;
			entry->work = ENTRY_IDLE;
			entry->is_allowed = true;
			work_begin(reconcile, entry);
		}
	}
	work_pump(reconcile);
	return count;
}
