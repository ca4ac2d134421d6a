#include "reconcile/share.h"

#include "util/alloc.h"
#include "util/log.h"
#include "util/str.h"

#include <utlist.h>

static size_t limit(const struct reconcile *reconcile)
{
	const struct reconcile_params *params = &reconcile->params;
	size_t tenth = params->crowd ? params->crowd(params->arg) / 10 : 0;

	return tenth > params->max_changes ? tenth : params->max_changes;
}

static size_t held_of(const struct reconcile *reconcile,
	enum standing_kind kind, enum reconcile_side side)
{
	size_t count = 0;
	const struct entry *entry = NULL;
	const struct entry *next = NULL;

	for (entry = reconcile->kinds[kind].entries; entry; entry = next) {
		next = entry->hh.next;
		count += entry->work == ENTRY_HELD && entry->to == side;
	}
	return count;
}

size_t share_held(const struct reconcile *reconcile)
{
	size_t count = 0;

	for (size_t i = 0; i < STANDING_KINDS; i++)
		for (size_t j = 0; j < SIDES; j++)
			count += held_of(reconcile, (enum standing_kind)i,
				(enum reconcile_side)j);
	return count;
}

static bool have_rule_in_common(const struct entry *a, const struct entry *b)
{
	const struct ruleset *rules = &a->sides[SIDE_IRC].rules;

	for (size_t i = 0; i < rules->count; i++)
		if (ruleset_find(
			    &b->sides[SIDE_IRC].rules, rules->items[i].text))
			return true;
	return false;
}

bool share_is_of_held(
	const struct reconcile *reconcile, const struct entry *entry)
{
	const struct entry *other = NULL;
	const struct entry *next = NULL;

	for (other = reconcile->kinds[entry->kind].entries; other;
		other = next) {
		next = other->hh.next;
		if (other->work == ENTRY_HELD && other->to == entry->to &&
			other->value == entry->value &&
			have_rule_in_common(entry, other))
			return true;
	}
	return false;
}

static void say(struct reconcile *reconcile, const struct share *share)
{
	static const char *const nouns[] = {
		[STANDING_BANNED] = "ban",
		[STANDING_MODERATOR] = "moderator",
	};
	size_t set = 0;
	const struct entry *entry = NULL;
	char *AUTOFREE text = NULL;

	DL_FOREACH (share->fresh, entry)
		set += entry->value;
	text = xasprintf("%zu %s%s would be set and %zu lifted %s %s: too many "
			 "at once, so nothing is done. \"belfryctl resync "
			 "--confirm %s\" lets them.",
		set, nouns[share->kind], str_plural(set), share->count - set,
		share->side == SIDE_IRC ? "on" : "in", side_name(share->side),
		reconcile->mapping);
	log_warn(reconcile->object, "%s", text);
	reconcile_say(reconcile, text);
}

bool share_allows(struct reconcile *reconcile, const struct share *share)
{
	struct work_queue *queue =
		&reconcile->kinds[share->kind].queues[share->side];
	size_t most = limit(reconcile);

	if (share->count == 0) {
		if (queue->is_hold_said &&
			held_of(reconcile, share->kind, share->side) == 0)
			queue->is_hold_said = false;
		return true;
	}
	if (share->count + queue->count + queue->under_way <= most)
		return true;
	if (!queue->is_hold_said)
		say(reconcile, share);
	queue->is_hold_said = true;
	return false;
}
