#include "command/command_ban.h"

#include "bridge/moderation.h"
#include "util/clock.h"
#include "util/duration.h"
#include "util/log.h"
#include "util/str.h"

#include <errno.h>

enum { LIST_LINES = 16, ITEM_BYTES = 900, REASON_BYTES = 300 };

/* ---- bans ---- */

static void add_fact(struct buf *out, const char *before, const char *fact)
{
	if (fact)
		buf_addf(out, "%s%s", before, fact);
}

static void bans_on_entry(void *arg, const struct reconcile_entry *entry)
{
	struct listing *listing = arg;
	char until[CLOCK_ISO8601_BYTES];
	struct buf AUTOBUF item;

	/* Whose ban is lifted everywhere is remembered, but not banned. */
	if (entry->on[SIDE_IRC] <= 0 && entry->on[SIDE_CHIME] <= 0 &&
		!entry->pending)
		return;
	buf_init(&item, ITEM_BYTES);
	clock_format_iso8601(entry->until_ms, until);
	buf_addf(&item, "%s (%s", entry->name ? entry->name : "nobody here",
		entry->on[SIDE_CHIME] <= 0 ? "IRC"
		: entry->on[SIDE_IRC] <= 0 ? "Chime"
					   : "both sides");
	add_fact(&item, ", ", entry->rule);
	add_fact(&item, ", by ", entry->by);
	add_fact(&item, ", until ", entry->until_ms ? until : NULL);
	add_fact(&item, ", to be done ", entry->pending);
	add_fact(&item, ", but ", entry->why);
	buf_addc(&item, ')');
	listing_add(listing, item.data);
}

static void say_held(struct asking *asking, const struct mapping *mapping)
{
	struct reconcile_stats stats;

	if (mapping_moderation_stats(mapping, &stats) && stats.held)
		asking_say(asking,
			"%zu changes are held, as they are so many: "
			"\"confirm\" makes them.",
			stats.held);
}

void command_bans(struct asking *asking)
{
	struct mapping *mapping =
		asking_mapping(asking, asking->count ? asking->words[0] : NULL);
	struct listing listing;

	if (!mapping)
		return;
	say_held(asking, mapping);
	listing_init(&listing, asking, LIST_LINES);
	mapping_standings(mapping, STANDING_BANNED, bans_on_entry, &listing);
	listing_end(&listing);
	if (asking->said == 0)
		asking_say(asking, "Nobody is banned in %s, as far as known.",
			asking_label(mapping));
}

/* ---- ban, unban ---- */

struct order {
	struct reconcile_order what;
	const char *where;
	struct buf reason;
};

/* Is it the channel, or the time? Either may stand before the other. */
static bool take_word(struct order *order, const char *word)
{
	int64_t ms;

	if (!order->where && (*word == '#' || *word == '&'))
		order->where = word;
	else if (!order->what.until_ms && duration_parse(word, &ms) == 0)
		order->what.until_ms = clock_wall_ms() + ms;
	else
		return false;
	return true;
}

/* WHO [#CHANNEL] [TIME] [REASON ...] */
static void read_order(struct asking *asking, struct order *order)
{
	size_t i = 1;

	while (i < asking->count && take_word(order, asking->words[i]))
		i++;
	for (; i < asking->count; i++)
		buf_addf(&order->reason, "%s%s", order->reason.len ? " " : "",
			asking->words[i]);
	if (order->reason.len)
		order->what.reason = order->reason.data;
}

/* As far as the bridge may. */
static void say_denied(struct asking *asking, const struct mapping *mapping)
{
	static const char *const sides[SIDES] = {
		[SIDE_IRC] = "on IRC", [SIDE_CHIME] = "in Chime"};
	struct reconcile_stats stats;

	if (!mapping_moderation_stats(mapping, &stats))
		return;
	for (size_t i = 0; i < SIDES; i++)
		if (stats.denied[i][RIGHT_BANS])
			asking_say(asking,
				"But not %s, where the bridge may not: %s.",
				sides[i], stats.denied[i][RIGHT_BANS]);
}

static void say_ordered(struct asking *asking, const struct mapping *mapping,
	const struct reconcile_order *what)
{
	char until[CLOCK_ISO8601_BYTES];

	clock_format_iso8601(what->until_ms, until);
	log_info("bridge", "mapping %s: %s is %s by %s%s%s", mapping->name,
		what->who, what->is_set ? "banned" : "no longer banned",
		what->by, what->until_ms ? " until " : "",
		what->until_ms ? until : "");
	if (what->is_set)
		asking_say(asking, "%s is banned on both sides%s%s.", what->who,
			what->until_ms ? " until " : "",
			what->until_ms ? until : "");
	else
		asking_say(asking, "The ban of %s is lifted on both sides.",
			what->who);
	say_denied(asking, mapping);
}

static void answer(struct asking *asking, const struct mapping *mapping,
	const struct reconcile_order *what, int error)
{
	switch (error) {
	case 0:
		say_ordered(asking, mapping, what);
		break;
	case -ENOENT:
		asking_say(asking, "Nobody called %s is known in %s.",
			what->who, asking_label(mapping));
		break;
	case -ENOTUNIQ:
		asking_say(asking,
			"Several in %s are called %s: \"whois\" tells their "
			"ids, of which you name one.",
			asking_label(mapping), what->who);
		break;
	case -EALREADY:
		asking_say(asking, "%s is %sbanned there.", what->who,
			what->is_set ? "already " : "not ");
		break;
	default:
		asking_say(asking,
			"Bans are not kept alike on both sides of %s.",
			asking_label(mapping));
	}
}

static void give_order(struct asking *asking, bool is_set)
{
	struct order order = {.what = {.kind = STANDING_BANNED,
				      .is_set = is_set,
				      .who = asking->words[0],
				      .by = asking->command->person->name}};
	struct mapping *mapping;

	buf_init(&order.reason, REASON_BYTES);
	if (is_set)
		read_order(asking, &order);
	else if (asking->count > 1)
		order.where = asking->words[1];
	mapping = asking_mapping(asking, order.where);
	if (mapping)
		answer(asking, mapping, &order.what,
			mapping_order(mapping, &order.what));
	buf_release(&order.reason);
}

void command_ban(struct asking *asking)
{
	if (asking->count == 0)
		asking_say(asking, "Ban whom? Say: ban WHO [#channel] [2h] "
				   "[reason]");
	else
		give_order(asking, true);
}

void command_unban(struct asking *asking)
{
	if (asking->count == 0)
		asking_say(asking, "Unban whom? Say: unban WHO [#channel]");
	else
		give_order(asking, false);
}

/* ---- confirm ---- */

void command_confirm(struct asking *asking)
{
	struct mapping *mapping =
		asking_mapping(asking, asking->count ? asking->words[0] : NULL);
	size_t count;

	if (!mapping)
		return;
	count = mapping_confirm(mapping);
	if (count == 0) {
		asking_say(asking, "Nothing is held in %s.",
			asking_label(mapping));
		return;
	}
	log_info("bridge", "mapping %s: %zu held changes are confirmed by %s",
		mapping->name, count, asking->command->person->name);
	asking_say(asking, "%zu changes are made in %s.", count,
		asking_label(mapping));
}
