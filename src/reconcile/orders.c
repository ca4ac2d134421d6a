#include "reconcile/orders.h"

#include "reconcile/entries.h"
#include "reconcile/pass.h"
#include "reconcile/work.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/str.h"

#include <errno.h>
#include <stddef.h>

/* By id, else by name: -ENOENT, -ENOTUNIQ. */
static int find_known(struct reconcile *reconcile,
	const struct reconcile_order *order, struct entry **ret)
{
	struct entry *entry = entries_find(reconcile, order->kind, order->who);
	struct entry *next = NULL;
	struct entry *found = entry;

	if (found) {
		*ret = found;
		return 0;
	}
	HASH_ITER (hh, reconcile->kinds[order->kind].entries, entry, next) {
		if (!entry->name || !str_eq_nocase(entry->name, order->who))
			continue;
		if (found)
			return -ENOTUNIQ;
		found = entry;
	}
	if (!found)
		return -ENOENT;
	*ret = found;
	return 0;
}

static int find(struct reconcile *reconcile,
	const struct reconcile_order *order, struct entry **ret)
{
	const struct reconcile_params *params = &reconcile->params;
	struct reconcile_person person = {.id = NULL};
	struct entry *entry;
	int code = params->find ? params->find(params->arg, order->who, &person)
				: -ENOENT;

	if (code == -ENOENT)
		return find_known(reconcile, order, ret);
	if (code < 0)
		return code;
	entry = entries_meet(reconcile, order->kind, person.id);
	if (!entry)
		return -ENOSPC;
	entry_set_name(entry, person.name);
	entry->base.home = person.home;
	*ret = entry;
	return 0;
}

static bool is_so_already(
	const struct entry *entry, const struct reconcile_order *order)
{
	enum tri wanted = order->is_set ? TRI_ON : TRI_OFF;

	return !entry->base.is_ordered && entry->base.is_set == order->is_set &&
	       entry->sides[SIDE_IRC].is == wanted &&
	       entry->sides[SIDE_CHIME].is == wanted &&
	       (!order->is_set || order->until_ms == entry->base.until_ms);
}

static void begin(struct reconcile *reconcile, struct entry *entry, bool value)
{
	entry->base.is_ordered = true;
	entry->base.order_value = value;
	entry->base.is_doing = false;
	for (size_t i = 0; i < SIDES; i++)
		entry_clear_bar(entry, (enum reconcile_side)i);
	entries_time(reconcile, entry);
	entries_note(reconcile, entry);
	pass_look(reconcile, entry);
}

static void set_word(char **field, const char *word)
{
	char *AUTOFREE cut = word ? xstrndup(word, BASE_WORD_BYTES) : NULL;

	set_string(field, cut);
}

int orders_take(
	struct reconcile *reconcile, const struct reconcile_order *order)
{
	struct entry *entry = NULL;
	int code = find(reconcile, order, &entry);

	if (code < 0)
		return code;
	if (is_so_already(entry, order)) {
		(void)entries_drop(reconcile, entry);
		return -EALREADY;
	}
	log_info(reconcile->object, "%s of %s (%s): %s by %s",
		base_kind_name(entry->kind),
		entry->name ? entry->name : "somebody", entry->id,
		order->is_set ? "set" : "lifted",
		order->by ? order->by : "an operator");
	set_word(&entry->base.by, order->by);
	set_word(&entry->base.reason, order->reason);
	entry->base.at_ms = clock_wall_ms();
	entry->base.until_ms =
		order->is_set && order->until_ms > 0 ? order->until_ms : 0;
	begin(reconcile, entry, order->is_set);
	work_pump(reconcile);
	return 0;
}

static void end(struct reconcile *reconcile, struct entry *entry)
{
	log_info(reconcile->object, "%s of %s (%s): the time is up",
		base_kind_name(entry->kind),
		entry->name ? entry->name : "somebody", entry->id);
	set_word(&entry->base.reason, "the time is up");
	entry->base.until_ms = 0;
	begin(reconcile, entry, false);
}

void orders_on_until(void *arg)
{
	struct reconcile *reconcile = arg;
	struct due_item *first;
	int64_t now_ms = clock_wall_ms();

	while ((first = due_first(&reconcile->untils)) &&
		first->due_ms <= now_ms)
		end(reconcile, (struct entry *)((char *)first -
						offsetof(struct entry, until)));
	if (first)
		entries_time_again(reconcile);
	work_pump(reconcile);
}
