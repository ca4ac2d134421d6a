#include "reconcile/view.h"

#include "reconcile/entries.h"
#include "reconcile/share.h"
#include "reconcile/step.h"
#include "util/str.h"

static const char *pending_name(enum reconcile_side to, bool value)
{
	static const char *const names[SIDES][2] = {
		[SIDE_IRC] = {"to irc: lift", "to irc: set"},
		[SIDE_CHIME] = {"to chime: lift", "to chime: set"},
	};

	return names[to][value];
}

static const char *why_of(const struct reconcile *reconcile,
	const struct entry *entry, const struct step *step)
{
	const struct kind *kind = &reconcile->kinds[entry->kind];
	int64_t now_ms = reconcile_now_ms(reconcile);
	const char *denied = rights_denied(
		&reconcile->rights, step->side, right_of_kind(entry->kind));

	if (entry->work == ENTRY_HELD)
		return "held: too many at once";
	if (entry->sides[step->side].bar != BAR_NONE)
		return entry->why;
	if (denied)
		return denied;
	if (war_is_resting(&entry->war, now_ms) ||
		war_is_resting(&kind->war, now_ms))
		return "it went to and fro";
	return NULL;
}

static void view_pending(const struct reconcile *reconcile,
	const struct entry *entry, struct reconcile_entry *told)
{
	const struct kind_list *lists = reconcile->kinds[entry->kind].lists;
	struct step step;

	if (!lists[SIDE_IRC].is_known || !lists[SIDE_CHIME].is_known)
		return;
	step = step_of(entry, &reconcile->params.standings[entry->kind]);
	if (step.kind == STEP_CHANGE) {
		told->pending = pending_name(step.side, step.value);
		told->why = why_of(reconcile, entry, &step);
	} else if (entry->base.exempt.count > 0) {
		told->why = "let in again in Chime; the mask fits others too";
	}
}

/* Of moderators on IRC everybody who is present is told of. */
static bool is_worth_telling(const struct entry *entry)
{
	return entry->sides[SIDE_IRC].is == TRI_ON ||
	       entry->sides[SIDE_CHIME].is == TRI_ON ||
	       !base_is_empty(&entry->base);
}

static void view_entry(const struct reconcile *reconcile,
	const struct entry *entry,
	void (*fn)(void *arg, const struct reconcile_entry *entry), void *arg)
{
	const struct ruleset *rules = &entry->sides[SIDE_IRC].rules;
	struct reconcile_entry told = {
		.person_id = entry->id,
		.name = entry->name ? entry->name : "",
		.rule = rules->count > 0 ? rules->items[0].text : NULL,
		.on = {(int)entry->sides[SIDE_IRC].is,
			(int)entry->sides[SIDE_CHIME].is},
		.base = entry->base.is_set,
		.by = entry->base.by,
		.at_ms = entry->base.at_ms,
		.until_ms = entry->base.until_ms,
	};

	if (!is_worth_telling(entry))
		return;
	view_pending(reconcile, entry, &told);
	fn(arg, &told);
}

static void view_rules(const struct reconcile *reconcile,
	void (*fn)(void *arg, const struct reconcile_entry *entry), void *arg)
{
	const struct rulebook_row *row = NULL;
	const struct rulebook_row *next = NULL;

	for (row = reconcile->rulebook.rows; row; row = next) {
		struct reconcile_entry told = {
			.rule = row->text,
			.on = {TRI_ON, TRI_UNKNOWN},
			.base = TRI_UNKNOWN,
			.by = row->by,
			.at_ms = row->at_ms,
		};

		next = row->hh.next;
		if (entries_fit(reconcile, row->text) == 0)
			fn(arg, &told);
	}
}

void view_entries(const struct reconcile *reconcile, enum standing_kind kind,
	void (*fn)(void *arg, const struct reconcile_entry *entry), void *arg)
{
	const struct entry *entry = NULL;
	const struct entry *next = NULL;

	for (entry = reconcile->kinds[kind].entries; entry; entry = next) {
		next = entry->hh.next;
		view_entry(reconcile, entry, fn, arg);
	}
	if (kind == STANDING_BANNED)
		view_rules(reconcile, fn, arg);
}

/* It differs, and nothing is done about it. */
static bool is_left_alone(
	const struct reconcile *reconcile, const struct attribute_entry *entry)
{
	bool is_agreed = true;

	if (!war_is_resting(&entry->war, reconcile_now_ms(reconcile)))
		return false;
	for (size_t i = 0; i < SIDES; i++)
		is_agreed =
			is_agreed && str_eq(entry->on[i], entry->base.forms[i]);
	return !is_agreed;
}

static const char *attribute_pending(
	const struct reconcile *reconcile, const struct attribute_entry *entry)
{
	if (entry->work == ENTRY_IDLE && entry->bar == BAR_NONE &&
		!is_left_alone(reconcile, entry))
		return NULL;
	return entry->to == SIDE_IRC ? "to irc" : "to chime";
}

static const char *attribute_why(const struct reconcile *reconcile,
	const struct attribute_entry *entry, enum attribute attribute)
{
	if (entry->bar != BAR_NONE)
		return entry->why;
	if (is_left_alone(reconcile, entry))
		return "it went to and fro";
	if (entry->work == ENTRY_IDLE)
		return NULL;
	return rights_denied(
		&reconcile->rights, entry->to, right_of_attribute(attribute));
}

void view_attributes(const struct reconcile *reconcile,
	void (*fn)(void *arg, const struct reconcile_attribute *attribute),
	void *arg)
{
	for (size_t i = 0; i < ATTRIBUTES; i++) {
		const struct reconcile_ways *ways =
			&reconcile->params.attributes[i];
		const struct attribute_entry *entry =
			&reconcile->attributes.all[i];
		struct reconcile_attribute told = {
			.attribute = (enum attribute)i,
			.on = {entry->on[SIDE_IRC], entry->on[SIDE_CHIME]},
			.base = {entry->base.forms[SIDE_IRC],
				entry->base.forms[SIDE_CHIME]},
			.pending = attribute_pending(reconcile, entry),
			.why = attribute_why(
				reconcile, entry, (enum attribute)i),
		};

		if (ways->to_irc || ways->to_chime)
			fn(arg, &told);
	}
}

static bool is_pending(const struct entry *entry)
{
	return entry->work >= ENTRY_QUEUED ||
	       entry->sides[SIDE_IRC].bar == BAR_LATER ||
	       entry->sides[SIDE_CHIME].bar == BAR_LATER;
}

static size_t pending_of(const struct kind *kind)
{
	size_t count = 0;
	const struct entry *entry = NULL;
	const struct entry *next = NULL;

	for (entry = kind->entries; entry; entry = next) {
		next = entry->hh.next;
		count += is_pending(entry);
	}
	return count;
}

/* Of what is wanted: else it is nobody's trouble. */
static const char *denied(const struct reconcile *reconcile,
	enum reconcile_side side, enum right right)
{
	return reconcile_wants(reconcile, side, right)
		       ? rights_denied(&reconcile->rights, side, right)
		       : NULL;
}

void view_stats(const struct reconcile *reconcile, struct reconcile_stats *ret)
{
	struct reconcile_stats stats = {
		.held = share_held(reconcile),
		.pending = attributes_pending(reconcile),
		.changed = reconcile->changed,
		.refused = reconcile->refused,
		.wars = reconcile->wars,
	};

	for (size_t i = 0; i < STANDING_KINDS; i++)
		stats.pending += pending_of(&reconcile->kinds[i]);
	for (size_t i = 0; i < SIDES; i++)
		for (size_t j = 0; j < RIGHTS; j++)
			stats.denied[i][j] = denied(reconcile,
				(enum reconcile_side)i, (enum right)j);
	*ret = stats;
}
