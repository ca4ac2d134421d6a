#include "reconcile/entries.h"

#include "reconcile/pass.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/str.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The clock of the wall may be set: it is looked at now and then. */
enum { LOOK_MS = 10 * 60 * 1000 };

struct entry *entries_find(const struct reconcile *reconcile,
	enum standing_kind kind, const char *id)
{
	struct entry *entry = NULL;

	HASH_FIND_STR(reconcile->kinds[kind].entries, id, entry);
	return entry;
}

/* What holds for those who are not in the table. */
static enum tri elsewhere(const struct kind *kind, enum reconcile_side side)
{
	const struct kind_list *list = &kind->lists[side];

	return list->is_known && list->is_whole ? TRI_OFF : TRI_UNKNOWN;
}

void entries_leave(const struct reconcile *reconcile, struct entry *entry,
	enum reconcile_side side)
{
	entry_clear_side(
		entry, side, elsewhere(&reconcile->kinds[entry->kind], side));
}

static void say_over_full(struct reconcile *reconcile, struct kind *kind)
{
	if (kind->is_over_full)
		return;
	kind->is_over_full = true;
	log_warn(reconcile->object,
		"more than %d people with bans or as moderators: the others "
		"are left alone",
		RECONCILE_ENTRIES_MAX);
}

struct entry *entries_meet(
	struct reconcile *reconcile, enum standing_kind kind, const char *id)
{
	struct kind *all = &reconcile->kinds[kind];
	struct entry *entry = entries_find(reconcile, kind, id);

	if (entry)
		return entry;
	if (HASH_COUNT(all->entries) >= RECONCILE_ENTRIES_MAX) {
		say_over_full(reconcile, all);
		return NULL;
	}
	entry = entry_new(kind, id);
	for (size_t i = 0; i < SIDES; i++)
		entry->sides[i].is = elsewhere(all, (enum reconcile_side)i);
	HASH_ADD_STR(all->entries, id, entry);
	return entry;
}

static void drop(struct reconcile *reconcile, struct entry *entry)
{
	due_remove(&reconcile->dues, &entry->due);
	due_remove(&reconcile->untils, &entry->until);
	HASH_DEL(reconcile->kinds[entry->kind].entries, entry);
	entry_free(entry);
}

bool entries_drop(struct reconcile *reconcile, struct entry *entry)
{
	const struct kind *kind = &reconcile->kinds[entry->kind];
	int64_t war_ms = war_left_ms(&entry->war, reconcile_now_ms(reconcile));

	if (entry->work != ENTRY_IDLE || !base_is_empty(&entry->base) ||
		entry->noted || due_is_in(&entry->due))
		return false;
	for (size_t i = 0; i < SIDES; i++)
		if (entry->sides[i].is !=
				elsewhere(kind, (enum reconcile_side)i) ||
			entry->sides[i].rules.count > 0)
			return false;
	/* What goes to and fro is nothing in between, again and again. */
	if (war_ms > 0) {
		pass_later(reconcile, entry, war_ms);
		return false;
	}
	drop(reconcile, entry);
	return true;
}

void entries_release(struct reconcile *reconcile)
{
	struct entry *entry = NULL;
	struct entry *next = NULL;

	for (size_t i = 0; i < STANDING_KINDS; i++) {
		HASH_ITER (hh, reconcile->kinds[i].entries, entry, next) {
			drop(reconcile, entry);
		}
	}
}

void entries_note(struct reconcile *reconcile, struct entry *entry)
{
	char *AUTOFREE text = NULL;
	char *AUTOFREE key = NULL;

	set_string(&entry->base.name, entry->name);
	text = base_encode(&entry->base);
	if (str_eq(text, entry->noted))
		return;
	key = base_key(reconcile->mapping, entry->kind, entry->id);
	base_write(reconcile->params.store, key, text);
	free(entry->noted);
	entry->noted = TAKE(text);
}

void entries_time_again(struct reconcile *reconcile)
{
	const struct due_item *first = due_first(&reconcile->untils);
	int64_t wait_ms;

	if (!first) {
		timer_cancel(reconcile->until);
		return;
	}
	wait_ms = first->due_ms - clock_wall_ms();
	if (wait_ms < 0)
		wait_ms = 0;
	timer_arm(reconcile->until, wait_ms < LOOK_MS ? wait_ms : LOOK_MS);
}

void entries_time(struct reconcile *reconcile, struct entry *entry)
{
	due_remove(&reconcile->untils, &entry->until);
	if (entry->base.until_ms != 0)
		due_add(&reconcile->untils, &entry->until,
			entry->base.until_ms);
	entries_time_again(reconcile);
}

/* --- the other kind -------------------------------------------------------
 */

struct entry *entries_counterpart(
	const struct reconcile *reconcile, const struct entry *entry)
{
	return entries_find(reconcile,
		entry->kind == STANDING_BANNED ? STANDING_MODERATOR
					       : STANDING_BANNED,
		entry->id);
}

void entries_make_way(struct reconcile *reconcile, const struct entry *entry,
	enum reconcile_side side)
{
	struct entry *other = entries_counterpart(reconcile, entry);

	if (!other)
		return;
	other->is_overtaken = other->work == ENTRY_SENT && other->to == side;
	if (other->sides[side].bar != BAR_REFUSED)
		return;
	entry_clear_bar(other, side);
	pass_soon(reconcile);
}

/* --- rules -----------------------------------------------------------------
 */

size_t entries_fit(const struct reconcile *reconcile, const char *rule)
{
	size_t count = 0;
	struct entry *entry = NULL;
	struct entry *next = NULL;

	HASH_ITER (hh, reconcile->kinds[STANDING_BANNED].entries, entry, next) {
		count += ruleset_find(&entry->sides[SIDE_IRC].rules, rule) !=
			 NULL;
		if (count == 2)
			break;
	}
	return count;
}

bool entries_is_own(const struct reconcile *reconcile, const char *rule)
{
	struct entry *entry = NULL;
	struct entry *next = NULL;

	HASH_ITER (hh, reconcile->kinds[STANDING_BANNED].entries, entry, next) {
		if (str_eq(entry->base.own, rule))
			return true;
	}
	return false;
}

static void break_agreement(struct reconcile *reconcile, struct entry *entry)
{
	entry->base.is_set = false;
	entry->base.is_doing = false;
	entries_note(reconcile, entry);
}

void entries_rule_gone(struct reconcile *reconcile, const char *rule,
	const struct entry *whom, bool is_ours)
{
	struct entry *entry = NULL;
	struct entry *next = NULL;

	HASH_ITER (hh, reconcile->kinds[STANDING_BANNED].entries, entry, next) {
		struct entry_side *irc = &entry->sides[SIDE_IRC];

		if (!ruleset_remove(&irc->rules, rule) || irc->rules.count > 0)
			continue;
		irc->is = TRI_OFF;
		irc->is_automatic = false;
		if (is_ours && entry != whom)
			break_agreement(reconcile, entry);
		else
			entry_clear_bar(entry, SIDE_CHIME);
	}
	rulebook_remove(&reconcile->rulebook, rule);
}

/* --- what is durable --------------------------------------------------------
 */

struct reading {
	struct reconcile *reconcile;
	enum standing_kind kind;
	char *prefix;
};

static void take(struct reconcile *reconcile, struct entry *entry,
	struct base *base, const char *text)
{
	base_release(&entry->base);
	entry->base = *base;
	entry->is_doubtful = base->is_doing;
	entry_set_name(entry, base->name);
	set_string(&entry->noted, text);
	entries_time(reconcile, entry);
}

static void on_fact(const struct store_record *record, void *arg)
{
	struct reading *reading = arg;
	struct base base;
	struct entry *entry;
	const char *id;

	if (!str_starts(record->key, reading->prefix))
		return;
	id = record->key + strlen(reading->prefix);
	if (base_decode(record->value, &base) < 0) {
		log_warn(reading->reconcile->object,
			"what was agreed on about %s cannot be read and is "
			"forgotten",
			id);
		return;
	}
	entry = entries_meet(reading->reconcile, reading->kind, id);
	if (entry)
		take(reading->reconcile, entry, &base, record->value);
	else
		base_release(&base);
}

static int read_kind(struct reconcile *reconcile, enum standing_kind kind)
{
	struct store_query query = {.kind = STORE_FACT, .space = "base"};
	char *AUTOFREE prefix = base_key(reconcile->mapping, kind, "");
	struct reading reading = {
		.reconcile = reconcile,
		.kind = kind,
		.prefix = prefix,
	};

	return store_each(reconcile->params.store, &query, on_fact, &reading);
}

int entries_read(struct reconcile *reconcile)
{
	for (size_t i = 0; i < STANDING_KINDS; i++)
		if (read_kind(reconcile, (enum standing_kind)i) < 0)
			return -EIO;
	return 0;
}
