#include "reconcile/reconcile.h"

#include "reconcile/entries.h"
#include "reconcile/news.h"
#include "reconcile/orders.h"
#include "reconcile/pass.h"
#include "reconcile/view.h"
#include "reconcile/work.h"
#include "util/alloc.h"
#include "util/log.h"
#include "util/str.h"

#include <stdlib.h>

/* --- life ------------------------------------------------------------------
 */

static void reconcile_on_rest(void *arg)
{
	work_pump(arg);
}

static int read_all(struct reconcile *reconcile)
{
	int code = entries_read(reconcile);

	return code < 0 ? code : attributes_init(reconcile);
}

struct reconcile *reconcile_new(const struct reconcile_params *params)
{
	struct reconcile *reconcile = xcalloc(1, sizeof(*reconcile));
	struct loop *loop = params->loop;

	reconcile->params = *params;
	reconcile->mapping = xstrdup(params->mapping);
	reconcile->params.mapping = reconcile->mapping;
	reconcile->object = xasprintf("mapping %s", params->mapping);
	due_init(&reconcile->dues);
	due_init(&reconcile->untils);
	reconcile->pass = timer_new(loop, pass_on_timer, reconcile);
	reconcile->due = timer_new(loop, pass_on_due, reconcile);
	reconcile->until = timer_new(loop, orders_on_until, reconcile);
	reconcile->rest = timer_new(loop, reconcile_on_rest, reconcile);
	if (read_all(reconcile) == 0)
		return reconcile;
	reconcile_free(reconcile);
	return NULL;
}

void reconcile_free(struct reconcile *reconcile)
{
	if (!reconcile)
		return;
	if (reconcile->sync)
		store_cancel(reconcile->params.store, reconcile->sync);
	timer_free(reconcile->pass);
	timer_free(reconcile->due);
	timer_free(reconcile->until);
	timer_free(reconcile->rest);
	entries_release(reconcile);
	attributes_release(reconcile);
	rulebook_clear(&reconcile->rulebook);
	rights_release(&reconcile->rights);
	due_release(&reconcile->dues);
	due_release(&reconcile->untils);
	free(reconcile->mapping);
	free(reconcile->object);
	free(reconcile);
}

static void moderate(const struct end_room *room)
{
	if (room && room->ops->moderate)
		room->ops->moderate((struct end_room *)(uintptr_t)room, true);
}

void reconcile_attach(struct reconcile *reconcile, struct end_room *irc,
	struct end_room *chime)
{
	reconcile->rooms[SIDE_IRC] = irc;
	reconcile->rooms[SIDE_CHIME] = chime;
	moderate(irc);
	moderate(chime);
}

void reconcile_stop(struct reconcile *reconcile)
{
	reconcile->is_stopped = true;
}

/* --- what the sinks lead to ------------------------------------------------
 */

void reconcile_on_standings(struct reconcile *reconcile,
	enum reconcile_side side, const struct standing_list *list)
{
	news_list(reconcile, side, list);
}

void reconcile_on_standing(struct reconcile *reconcile,
	enum reconcile_side side, const struct standing *standing)
{
	news_standing(reconcile, side, standing);
}

void reconcile_on_stood(struct reconcile *reconcile, enum reconcile_side side,
	const struct standing_receipt *receipt)
{
	work_on_receipt(reconcile, side, receipt);
}

void reconcile_on_attribute(struct reconcile *reconcile,
	enum reconcile_side side, const struct attribute_state *state)
{
	attributes_on_state(reconcile, side, state);
}

void reconcile_on_attribute_set(struct reconcile *reconcile,
	enum reconcile_side side, const struct attribute_receipt *receipt)
{
	attributes_on_receipt(reconcile, side, receipt);
}

void reconcile_on_person(struct reconcile *reconcile, enum reconcile_side side,
	const char *person_id)
{
	for (size_t i = 0; i < STANDING_KINDS; i++) {
		struct entry *entry = entries_find(
			reconcile, (enum standing_kind)i, person_id);

		if (!entry || entry->sides[side].bar != BAR_NOT_SHOWN)
			continue;
		entry_clear_bar(entry, side);
		pass_soon(reconcile);
	}
}

/* --- rights ----------------------------------------------------------------
 */

static const struct reconcile_ways *ways_of(
	const struct reconcile *reconcile, enum right right)
{
	for (size_t i = 0; i < STANDING_KINDS; i++)
		if (right_of_kind((enum standing_kind)i) == right)
			return &reconcile->params.standings[i];
	for (size_t i = 0; i < ATTRIBUTES; i++)
		if (right_of_attribute((enum attribute)i) == right)
			return &reconcile->params.attributes[i];
	return NULL;
}

bool reconcile_wants(const struct reconcile *reconcile,
	enum reconcile_side side, enum right right)
{
	const struct reconcile_ways *ways = ways_of(reconcile, right);

	return ways && (side == SIDE_IRC ? ways->to_irc : ways->to_chime);
}

/* A bar that stood because of something that has changed. */
static void forgive(struct reconcile *reconcile, enum reconcile_side side,
	enum standing_kind kind)
{
	struct entry *entry = NULL;
	struct entry *next = NULL;

	HASH_ITER (hh, reconcile->kinds[kind].entries, entry, next) {
		if (entry->sides[side].bar == BAR_NONE)
			continue;
		due_remove(&reconcile->dues, &entry->due);
		entry_clear_bar(entry, side);
	}
}

static void forgive_right(
	struct reconcile *reconcile, enum reconcile_side side, enum right right)
{
	for (size_t i = 0; i < STANDING_KINDS; i++)
		if (right_of_kind((enum standing_kind)i) == right)
			forgive(reconcile, side, (enum standing_kind)i);
	attributes_forgive(reconcile);
}

/* No trouble before something is due: people are told then. */
static void log_denied(
	struct reconcile *reconcile, enum reconcile_side side, enum right right)
{
	char *AUTOFREE text = rights_text(&reconcile->rights, side, right);

	log_info(reconcile->object, "%s", text);
}

void reconcile_on_right(struct reconcile *reconcile, enum reconcile_side side,
	enum right right, bool may, const char *why)
{
	bool is_wanted = reconcile_wants(reconcile, side, right);

	if (!rights_set(&reconcile->rights, side, right, may, why))
		return;
	if (!may && is_wanted)
		log_denied(reconcile, side, right);
	if (!may)
		return;
	if (is_wanted)
		log_info(reconcile->object,
			"the bridge may change %s %s %s again",
			right_name(right), side == SIDE_IRC ? "on" : "in",
			side_name(side));
	forgive_right(reconcile, side, right);
	pass_soon(reconcile);
}

/* --- by command ------------------------------------------------------------
 */

void reconcile_refresh(struct reconcile *reconcile)
{
	for (size_t i = 0; i < SIDES; i++) {
		for (size_t j = 0; j < STANDING_KINDS; j++)
			forgive(reconcile, (enum reconcile_side)i,
				(enum standing_kind)j);
		moderate(reconcile->rooms[i]);
	}
	attributes_forgive(reconcile);
	pass_soon(reconcile);
}

size_t reconcile_confirm(struct reconcile *reconcile)
{
	return pass_confirm(reconcile);
}

int reconcile_order(
	struct reconcile *reconcile, const struct reconcile_order *order)
{
	return orders_take(reconcile, order);
}

void reconcile_each(const struct reconcile *reconcile, enum standing_kind kind,
	void (*fn)(void *arg, const struct reconcile_entry *entry), void *arg)
{
	view_entries(reconcile, kind, fn, arg);
}

void reconcile_each_attribute(const struct reconcile *reconcile,
	void (*fn)(void *arg, const struct reconcile_attribute *attribute),
	void *arg)
{
	view_attributes(reconcile, fn, arg);
}

void reconcile_get_stats(
	const struct reconcile *reconcile, struct reconcile_stats *ret)
{
	view_stats(reconcile, ret);
}
