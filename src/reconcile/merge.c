#include "reconcile/merge.h"

#include "util/str.h"

#include <stddef.h>

static struct merge_step merge_settled(enum tri value)
{
	return (struct merge_step){.value = value == TRI_ON, .settles = true};
}

struct merge_step merge_flag(
	enum tri base, enum tri a, enum tri b, struct merge_ways ways)
{
	enum tri was = base == TRI_UNKNOWN ? TRI_OFF : base;
	bool value;

	if (a == TRI_UNKNOWN || b == TRI_UNKNOWN)
		return (struct merge_step){.value = false};
	if (a == b)
		return merge_settled(a);
	/* They differ, so one of them is as it was and the other has changed.
	 */
	value = was != TRI_ON;
	return (struct merge_step){
		.set_a = ways.to_a && a == was,
		.set_b = ways.to_b && b == was,
		.value = value,
	};
}

enum merge_text_step merge_text(
	const struct merge_text *text, struct merge_ways ways)
{
	bool has_base = text->base_a && text->base_b;
	bool a_changed, b_changed, from_a;

	if (!text->a || !text->b)
		return MERGE_NOTHING;
	a_changed = !has_base || !str_eq(text->a, text->base_a);
	b_changed = !has_base || !str_eq(text->b, text->base_b);
	if (!a_changed && !b_changed)
		return MERGE_NOTHING;
	if (str_eq(text->a, text->b))
		return MERGE_SETTLE;
	from_a = a_changed && b_changed ? text->a_wins : a_changed;
	/* Where it may not go this way it may not be undone either. */
	if (from_a)
		return ways.to_b ? MERGE_TO_B : MERGE_NOTHING;
	return ways.to_a ? MERGE_TO_A : MERGE_NOTHING;
}
