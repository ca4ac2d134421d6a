#include "reconcile/news.h"

#include "reconcile/entries.h"
#include "reconcile/pass.h"
#include "util/alloc.h"
#include "util/str.h"

#include <string.h>

/* --- lists -----------------------------------------------------------------
 */

static bool has_rules(enum standing_kind kind, enum reconcile_side side)
{
	return kind == STANDING_BANNED && side == SIDE_IRC;
}

static void on_begins(struct reconcile *reconcile, enum reconcile_side side,
	const struct standing_list *news)
{
	struct kind_list *list = &reconcile->kinds[news->kind].lists[side];

	list->is_listing = true;
	list->number++;
}

static void on_unknown(struct reconcile *reconcile, enum reconcile_side side,
	const struct standing_list *news)
{
	struct kind *kind = &reconcile->kinds[news->kind];
	struct entry *entry = NULL;
	struct entry *next = NULL;

	kind->lists[side].is_known = false;
	kind->lists[side].is_listing = false;
	HASH_ITER (hh, kind->entries, entry, next) {
		entry_clear_side(entry, side, TRI_UNKNOWN);
	}
	if (has_rules(news->kind, side))
		rulebook_clear(&reconcile->rulebook);
}

/* Rules that are still there still fit those whom they fitted, though the
 * people may not be known to the side at the moment. */
static void recall(const struct reconcile *reconcile, struct entry_side *side,
	const struct ruleset *before)
{
	for (size_t i = 0; i < before->count; i++)
		if (rulebook_find(&reconcile->rulebook, before->items[i].text))
			(void)ruleset_add(&side->rules, before->items[i].text);
}

/* That we have set, maybe without having learnt that it stands. */
static void recall_own(const struct reconcile *reconcile,
	struct entry_side *side, const char *own)
{
	struct rule *rule;

	if (!own || ruleset_find(&side->rules, own) ||
		!rulebook_find(&reconcile->rulebook, own))
		return;
	rule = ruleset_add(&side->rules, own);
	if (rule)
		rule->is_automatic = true;
}

static void settle_rules(struct reconcile *reconcile, struct entry *entry)
{
	struct entry_side *irc = &entry->sides[SIDE_IRC];
	size_t i = 0;

	while (i < irc->rules.count) {
		if (rulebook_find(
			    &reconcile->rulebook, irc->rules.items[i].text))
			i++;
		else
			(void)ruleset_remove(
				&irc->rules, irc->rules.items[i].text);
	}
	recall(reconcile, irc, &entry->base.rules);
	recall(reconcile, irc, &entry->base.exempt);
	recall_own(reconcile, irc, entry->base.own);
	if (irc->rules.count > 0)
		irc->is = TRI_ON;
}

static void complete_entry(struct reconcile *reconcile, struct entry *entry,
	enum reconcile_side side, const struct kind_list *list)
{
	struct entry_side *one = &entry->sides[side];

	if (one->touched == list->number)
		return;
	if (one->listed != list->number && !one->rules.count) {
		one->is = list->is_whole ? TRI_OFF : TRI_UNKNOWN;
		one->is_automatic = false;
	}
	if (!has_rules(entry->kind, side))
		return;
	settle_rules(reconcile, entry);
	if (one->rules.count == 0 && one->listed != list->number)
		one->is = list->is_whole ? TRI_OFF : TRI_UNKNOWN;
}

static void on_complete(struct reconcile *reconcile, enum reconcile_side side,
	const struct standing_list *news)
{
	struct kind *kind = &reconcile->kinds[news->kind];
	struct kind_list *list = &kind->lists[side];
	struct entry *entry = NULL;
	struct entry *next = NULL;

	if (!list->is_listing)
		return;
	list->is_listing = false;
	list->is_known = true;
	list->is_whole = news->is_whole;
	if (has_rules(news->kind, side) && news->is_whole)
		rulebook_keep(&reconcile->rulebook, list->number);
	HASH_ITER (hh, kind->entries, entry, next) {
		complete_entry(reconcile, entry, side, list);
	}
}

void news_list(struct reconcile *reconcile, enum reconcile_side side,
	const struct standing_list *list)
{
	static void (*const states[])(struct reconcile *, enum reconcile_side,
		const struct standing_list *) = {
		[ROSTER_BEGINS] = on_begins,
		[ROSTER_COMPLETE] = on_complete,
		[ROSTER_UNKNOWN] = on_unknown,
	};

	states[list->state](reconcile, side, list);
	pass_soon(reconcile);
}

/* --- one person ------------------------------------------------------------
 */

/* We are lifting this rule ourselves, for this one. */
static const struct entry *lifted_for(
	const struct reconcile *reconcile, const char *rule)
{
	struct entry *entry = NULL;
	struct entry *next = NULL;

	HASH_ITER (hh, reconcile->kinds[STANDING_BANNED].entries, entry, next) {
		if (entry->work == ENTRY_SENT && !entry->value &&
			entry->to == SIDE_IRC && str_eq(entry->rule, rule))
			return entry;
	}
	return NULL;
}

/* Ours are known by themselves, too: the server may tell of another nick that
 * we had then, or of none. */
static void rule_there(
	struct reconcile *reconcile, const struct standing *standing)
{
	const struct kind_list *list =
		&reconcile->kinds[STANDING_BANNED].lists[SIDE_IRC];
	const struct rulebook_row *known =
		rulebook_find(&reconcile->rulebook, standing->rule);
	bool is_news = !known || known->list != list->number;
	struct rulebook_row *row = rulebook_add(
		&reconcile->rulebook, standing->rule, list->number);

	if (!row)
		return;
	rulebook_set_by(row, standing->by, standing->at_ms);
	if (is_news)
		row->is_own = entries_is_own(reconcile, standing->rule);
}

static void rule_alone(
	struct reconcile *reconcile, const struct standing *standing)
{
	const struct entry *whom = NULL;

	if (standing->is_set) {
		rule_there(reconcile, standing);
		return;
	}
	if (standing->is_automatic)
		whom = lifted_for(reconcile, standing->rule);
	entries_rule_gone(reconcile, standing->rule, whom, whom != NULL);
}

static bool is_own(const struct reconcile *reconcile, const char *rule)
{
	const struct rulebook_row *row =
		rulebook_find(&reconcile->rulebook, rule);

	return row && row->is_own;
}

static void note_actor(
	struct entry *entry, const struct standing *standing, enum tri before)
{
	struct base *base = &entry->base;

	if (standing->is_automatic ||
		(base->by && before != TRI_OFF && before != TRI_ON))
		return;
	free(base->by);
	base->by =
		standing->by ? xstrndup(standing->by, BASE_WORD_BYTES) : NULL;
	if (standing->at_ms != 0 || before != TRI_UNKNOWN)
		base->at_ms = standing->at_ms;
	set_string(&base->reason, NULL);
}

static void note_shut(struct entry *entry, enum reconcile_side side)
{
	if (entry->kind == STANDING_BANNED && side != entry->base.home)
		entry->is_shut = true;
}

static void take_on(struct reconcile *reconcile, struct entry *entry,
	enum reconcile_side side, const struct standing *standing)
{
	struct entry_side *one = &entry->sides[side];
	unsigned number = reconcile->kinds[entry->kind].lists[side].number;
	bool has_rule = standing->rule && has_rules(entry->kind, side);
	struct rule *rule =
		has_rule ? ruleset_add(&one->rules, standing->rule) : NULL;

	if (has_rule)
		rule_there(reconcile, standing);
	if (rule)
		rule->is_automatic = standing->is_automatic ||
				     is_own(reconcile, standing->rule);
	/* What somebody did stays what somebody did. */
	one->is_automatic = standing->is_automatic &&
			    (one->is != TRI_ON || one->is_automatic);
	one->is = TRI_ON;
	one->listed = number;
	note_shut(entry, side);
}

/* It stands, and does not hold for this one any more: it is not recalled. */
static void let_go(struct entry *entry, const char *rule)
{
	(void)ruleset_remove(&entry->sides[SIDE_IRC].rules, rule);
	(void)ruleset_remove(&entry->base.rules, rule);
	if (str_eq(entry->base.own, rule))
		set_string(&entry->base.own, NULL);
}

static void take_off(struct entry *entry, enum reconcile_side side,
	const struct standing *standing)
{
	struct entry_side *one = &entry->sides[side];

	if (standing->rule)
		let_go(entry, standing->rule);
	else
		ruleset_release(&one->rules);
	if (one->rules.count > 0)
		return;
	one->is_automatic = standing->is_automatic &&
			    (one->is != TRI_OFF || one->is_automatic);
	one->is_fresh =
		standing->is_fresh && (one->is != TRI_OFF || one->is_fresh);
	one->is = TRI_OFF;
}

static void take(struct reconcile *reconcile, struct entry *entry,
	enum reconcile_side side, const struct standing *standing)
{
	struct entry_side *one = &entry->sides[side];
	const struct kind_list *list =
		&reconcile->kinds[entry->kind].lists[side];
	enum tri before = one->is;

	/* The list may be older than what we have done since it began. */
	if (list->is_listing && one->touched == list->number)
		return;
	if (standing->is_set)
		take_on(reconcile, entry, side, standing);
	else
		take_off(entry, side, standing);
	one->listed = list->number;
	if (one->is == before)
		return;
	note_actor(entry, standing, before);
	entry_clear_bar(entry, SIDE_IRC);
	entry_clear_bar(entry, SIDE_CHIME);
	if (one->is == TRI_OFF)
		entries_make_way(reconcile, entry, side);
}

/* Of whom there is nothing to be known by that nothing is kept: people come and
 * go. */
static void gone(struct reconcile *reconcile, enum reconcile_side side,
	const struct standing *standing)
{
	struct entry *entry =
		entries_find(reconcile, standing->kind, standing->person->id);

	if (!entry || entry->sides[side].is != TRI_OFF ||
		entry->sides[side_other(side)].is == TRI_ON ||
		!base_is_empty(&entry->base) || entry->work != ENTRY_IDLE)
		return;
	entries_leave(reconcile, entry, side);
	pass_soon(reconcile);
}

static void told_of(struct entry *entry, enum reconcile_side side,
	const struct standing *standing)
{
	entry_set_name(entry, standing->person->name);
	entry_set_home(entry, side, standing->is_native);
	if (entry->sides[side].bar == BAR_NOT_SHOWN)
		entry_clear_bar(entry, side);
}

void news_standing(struct reconcile *reconcile, enum reconcile_side side,
	const struct standing *standing)
{
	struct entry *entry = NULL;

	if (standing->is_gone) {
		gone(reconcile, side, standing);
		return;
	}
	if (standing->person)
		entry = entries_meet(
			reconcile, standing->kind, standing->person->id);
	if (entry) {
		told_of(entry, side, standing);
		take(reconcile, entry, side, standing);
	} else if (standing->rule && has_rules(standing->kind, side)) {
		rule_alone(reconcile, standing);
	}
	pass_soon(reconcile);
}

/* --- ourselves -------------------------------------------------------------
 */

static void rule_set(
	struct reconcile *reconcile, struct entry *entry, const char *text)
{
	unsigned number = reconcile->kinds[entry->kind].lists[SIDE_IRC].number;
	struct rule *rule = ruleset_add(&entry->sides[SIDE_IRC].rules, text);
	struct rulebook_row *row =
		rulebook_add(&reconcile->rulebook, text, number);

	if (rule)
		rule->is_automatic = true;
	if (row)
		row->is_own = true;
	set_string(&entry->base.own, text);
}

void news_done(
	struct reconcile *reconcile, struct entry *entry, const char *rule)
{
	struct entry_side *one = &entry->sides[entry->to];
	const struct kind_list *list =
		&reconcile->kinds[entry->kind].lists[entry->to];
	bool has_rule = rule && has_rules(entry->kind, entry->to);

	if (list->is_listing)
		one->touched = list->number;
	one->listed = list->number;
	if (entry->value) {
		if (has_rule)
			rule_set(reconcile, entry, rule);
		one->is = TRI_ON;
		one->is_automatic = false;
		note_shut(entry, entry->to);
		return;
	}
	if (has_rule)
		entries_rule_gone(reconcile, rule, entry, true);
	else
		entry_clear_side(entry, entry->to, TRI_OFF);
	/* It may have fitted others too. */
	if (has_rule)
		pass_soon(reconcile);
	if (one->rules.count == 0)
		one->is = TRI_OFF;
	entries_make_way(reconcile, entry, entry->to);
	if (has_rule && str_eq(rule, entry->base.own))
		set_string(&entry->base.own, NULL);
}
