#include "reconcile/step.h"

/* Banned on IRC by what fits others too, and stays for them (exempt.h). */
static bool stays_for_others(
	const struct entry *entry, enum reconcile_side side)
{
	const struct ruleset *rules = &entry->sides[SIDE_IRC].rules;

	return side == SIDE_IRC && !entry->base.order_value &&
	       rules->count > 0 &&
	       ruleset_is_within(rules, &entry->base.exempt);
}

/* An operator's word goes both ways; a side that cannot is left out. */
static bool is_ordered_of(const struct entry *entry, enum reconcile_side side)
{
	const struct entry_side *one = &entry->sides[side];
	enum tri wanted = entry->base.order_value ? TRI_ON : TRI_OFF;

	if (one->bar == BAR_REFUSED || one->bar == BAR_NOT_SHOWN ||
		stays_for_others(entry, side))
		return false;
	return one->is != wanted && entry_counts(entry, side) != wanted;
}

static struct step step_ordered(const struct entry *entry)
{
	bool value = entry->base.order_value;

	for (size_t i = 0; i < SIDES; i++) {
		enum reconcile_side side = (enum reconcile_side)i;

		if (is_ordered_of(entry, side))
			return (struct step){
				.kind = STEP_CHANGE,
				.side = side,
				.value = value,
			};
	}
	return (struct step){.kind = STEP_ORDERED, .value = value};
}

/* What was begun came from the other side: that one has changed. */
static enum tri base_of(const struct entry *entry)
{
	const struct base *base = &entry->base;

	if (entry_is_anew(entry))
		return TRI_OFF;
	if (base->is_doing)
		return entry_counts(entry, base->doing_to);
	return base->is_set ? TRI_ON : TRI_OFF;
}

struct step step_of(
	const struct entry *entry, const struct reconcile_ways *ways)
{
	struct merge_ways allowed = {
		.to_a = ways->to_irc,
		.to_b = ways->to_chime,
	};
	struct merge_step merge;

	if (entry->base.is_ordered)
		return step_ordered(entry);
	merge = merge_flag(base_of(entry), entry_counts(entry, SIDE_IRC),
		entry_counts(entry, SIDE_CHIME), allowed);
	if (merge.settles)
		return (struct step){.kind = STEP_SETTLE, .value = merge.value};
	if (!merge.set_a && !merge.set_b)
		return (struct step){.kind = STEP_NONE};
	return (struct step){
		.kind = STEP_CHANGE,
		.side = merge.set_a ? SIDE_IRC : SIDE_CHIME,
		.value = merge.value,
	};
}
