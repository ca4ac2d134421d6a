#include "reconcile/entry.h"

#include "util/alloc.h"
#include "util/str.h"

#include <stdlib.h>
#include <string.h>

enum reconcile_side side_other(enum reconcile_side side)
{
	return side == SIDE_IRC ? SIDE_CHIME : SIDE_IRC;
}

const char *side_name(enum reconcile_side side)
{
	return side == SIDE_IRC ? "IRC" : "Chime";
}

struct entry *entry_new(enum standing_kind kind, const char *id)
{
	size_t len = strlen(id);
	struct entry *entry = xcalloc(1, sizeof(*entry) + len + 1);

	memcpy(entry->id, id, len);
	entry->kind = kind;
	entry->sides[SIDE_IRC].is = TRI_UNKNOWN;
	entry->sides[SIDE_CHIME].is = TRI_UNKNOWN;
	backoff_init(&entry->backoff, ENTRY_RETRY_MIN_MS, ENTRY_RETRY_MAX_MS);
	return entry;
}

void entry_free(struct entry *entry)
{
	for (size_t i = 0; i < SIDES; i++)
		ruleset_release(&entry->sides[i].rules);
	base_release(&entry->base);
	free(entry->name);
	free(entry->noted);
	free(entry->rule);
	free(entry->why);
	free(entry);
}

void entry_set_name(struct entry *entry, const char *name)
{
	if (!name || !*name || str_eq(name, entry->name))
		return;
	free(entry->name);
	entry->name = xstrndup(name, BASE_WORD_BYTES);
}

void entry_set_home(
	struct entry *entry, enum reconcile_side side, bool is_native)
{
	entry->base.home = is_native ? side : side_other(side);
}

void entry_clear_side(
	struct entry *entry, enum reconcile_side side, enum tri is)
{
	struct entry_side *one = &entry->sides[side];

	ruleset_release(&one->rules);
	one->is = is;
	one->is_automatic = false;
	one->is_fresh = false;
}

void entry_clear_bar(struct entry *entry, enum reconcile_side side)
{
	entry->sides[side].bar = BAR_NONE;
	set_string(&entry->why, NULL);
}

static bool is_exempt(const struct entry *entry, enum reconcile_side side)
{
	const struct entry_side *irc = &entry->sides[SIDE_IRC];

	return side == SIDE_IRC && entry->base.exempt.count > 0 &&
	       irc->rules.count > 0 && entry->sides[SIDE_CHIME].is == TRI_OFF &&
	       ruleset_is_within(&irc->rules, &entry->base.exempt);
}

static bool is_automatic(const struct entry_side *side)
{
	return side->rules.count > 0 ? ruleset_is_automatic(&side->rules)
				     : side->is_automatic;
}

bool entry_is_anew(const struct entry *entry)
{
	const struct entry_side *irc = &entry->sides[SIDE_IRC];

	return entry->kind == STANDING_MODERATOR &&
	       entry->base.home == SIDE_CHIME && irc->is == TRI_OFF &&
	       irc->is_fresh && entry->sides[SIDE_CHIME].is == TRI_ON;
}

enum tri entry_counts(const struct entry *entry, enum reconcile_side side)
{
	const struct entry_side *one = &entry->sides[side];
	const struct base *base = &entry->base;
	bool is_on = one->is == TRI_ON;

	if (one->is == TRI_UNKNOWN)
		return TRI_UNKNOWN;
	if (is_on && is_exempt(entry, side))
		return TRI_OFF;
	if (side == SIDE_IRC && entry_is_anew(entry))
		return TRI_OFF;
	if (!is_automatic(one) || base->is_set == is_on ||
		entry->sides[side_other(side)].is == one->is)
		return one->is;
	if (base->is_doing && base->doing_to == side)
		return one->is;
	return TRI_UNKNOWN;
}
