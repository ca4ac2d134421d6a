#include "reconcile/attributes.h"

#include "reconcile/form.h"
#include "reconcile/merge.h"
#include "reconcile/pass.h"
#include "reconcile/reconcile_private.h"
#include "reconcile/work.h"
#include "util/alloc.h"
#include "util/log.h"
#include "util/str.h"

#include <errno.h>
#include <stdlib.h>

static const char *const names[] = {
	[ATTRIBUTE_TOPIC] = "topic",
	[ATTRIBUTE_NAME] = "name",
	[ATTRIBUTE_RESTRICTED] = "restricted",
};

const char *attribute_name(enum attribute attribute)
{
	return names[attribute];
}

static enum attribute which(
	const struct reconcile *reconcile, const struct attribute_entry *entry)
{
	return (enum attribute)(entry - reconcile->attributes.all);
}

static const struct reconcile_ways *ways_of(
	const struct reconcile *reconcile, const struct attribute_entry *entry)
{
	return &reconcile->params.attributes[which(reconcile, entry)];
}

static char *form_of(const char *value)
{
	return value ? xstrndup(value, ATTRIBUTE_BYTES_MAX) : NULL;
}

/* --- what is durable --------------------------------------------------------
 */

static char *key_of(const struct reconcile *reconcile, enum attribute attribute)
{
	return xasprintf("%s|%s|", reconcile->mapping, names[attribute]);
}

static void on_fact(const struct store_record *record, void *arg)
{
	struct reconcile *reconcile = arg;

	for (size_t i = 0; i < ATTRIBUTES; i++) {
		char *AUTOFREE key = key_of(reconcile, (enum attribute)i);
		struct attribute_entry *entry = &reconcile->attributes.all[i];

		if (!str_eq(key, record->key))
			continue;
		if (attribute_base_decode(record->value, &entry->base) < 0)
			log_warn(reconcile->object,
				"what was agreed on about the %s cannot be "
				"read and is forgotten",
				names[i]);
		else
			set_string(&entry->noted, record->value);
	}
}

static void note(struct reconcile *reconcile, struct attribute_entry *entry)
{
	char *AUTOFREE text = attribute_base_encode(&entry->base);
	char *AUTOFREE key = key_of(reconcile, which(reconcile, entry));

	if (str_eq(text, entry->noted))
		return;
	base_write(reconcile->params.store, key, text);
	free(entry->noted);
	entry->noted = TAKE(text);
}

static void attributes_on_timer(void *arg)
{
	struct reconcile *reconcile = arg;

	attributes_look(reconcile);
	work_pump(reconcile);
}

int attributes_init(struct reconcile *reconcile)
{
	struct store_query query = {.kind = STORE_FACT, .space = "base"};
	struct attributes *attributes = &reconcile->attributes;

	attributes->timer = timer_new(
		reconcile->params.loop, attributes_on_timer, reconcile);
	for (size_t i = 0; i < ATTRIBUTES; i++)
		backoff_init(&attributes->all[i].backoff, ENTRY_RETRY_MIN_MS,
			ENTRY_RETRY_MAX_MS);
	if (store_each(reconcile->params.store, &query, on_fact, reconcile) < 0)
		return -EIO;
	return 0;
}

void attributes_release(struct reconcile *reconcile)
{
	timer_free(reconcile->attributes.timer);
	for (size_t i = 0; i < ATTRIBUTES; i++) {
		struct attribute_entry *entry = &reconcile->attributes.all[i];

		attribute_base_release(&entry->base);
		for (size_t j = 0; j < SIDES; j++)
			free(entry->on[j]);
		free(entry->by);
		free(entry->noted);
		free(entry->why);
	}
}

static void is_begun(struct attribute_entry *entry)
{
	entry->base.is_doing = true;
	entry->base.doing_to = entry->to;
	set_string(&entry->base.doing, entry->on[side_other(entry->to)]);
}

static void is_done(struct attribute_entry *entry)
{
	entry->base.is_doing = false;
	set_string(&entry->base.doing, NULL);
}

/* --- what is to be done ----------------------------------------------------
 */

static bool irc_wins(
	const struct reconcile *reconcile, const struct attribute_entry *entry)
{
	const struct reconcile_ways *ways = ways_of(reconcile, entry);
	bool wins = reconcile->params.winner == SIDE_IRC;
	const char *winner = entry->on[wins ? SIDE_IRC : SIDE_CHIME];

	if (ways->to_irc != ways->to_chime)
		return ways->to_chime;
	if (!entry->base.forms[SIDE_IRC] && winner && !*winner)
		return !wins;
	return wins;
}

static enum merge_text_step step_of_text(
	const struct reconcile *reconcile, const struct attribute_entry *entry)
{
	const struct reconcile_ways *ways = ways_of(reconcile, entry);
	const struct attribute_base *base = &entry->base;
	struct merge_text text = {
		.base_a = base->forms[SIDE_IRC],
		.base_b = base->forms[SIDE_CHIME],
		.a = entry->on[SIDE_IRC],
		.b = entry->on[SIDE_CHIME],
		.a_wins = irc_wins(reconcile, entry),
	};
	struct merge_ways allowed = {
		.to_a = ways->to_irc,
		.to_b = ways->to_chime,
	};

	return merge_text(&text, allowed);
}

static void settle(struct reconcile *reconcile, struct attribute_entry *entry)
{
	for (size_t i = 0; i < SIDES; i++)
		set_string(&entry->base.forms[i], entry->on[i]);
	is_done(entry);
	note(reconcile, entry);
}

/* A change was begun, and what became of it was not told: it was made, it was
 * not, or somebody has come before it, and then nothing is agreed on. */
static void find_out(struct reconcile *reconcile, struct attribute_entry *entry)
{
	struct attribute_base *base = &entry->base;
	enum reconcile_side to = base->doing_to;
	bool is_made = form_is_of(entry->on[to], base->doing);

	if (!base->is_doing || !entry->on[SIDE_IRC] || !entry->on[SIDE_CHIME])
		return;
	if (is_made) {
		set_string(&base->forms[to], entry->on[to]);
		set_string(&base->forms[side_other(to)], base->doing);
	} else if (!str_eq(entry->on[to], base->forms[to])) {
		set_string(&base->forms[SIDE_IRC], NULL);
		set_string(&base->forms[SIDE_CHIME], NULL);
	}
	is_done(entry);
	note(reconcile, entry);
}

static void wait_until(
	struct reconcile *reconcile, struct attribute_entry *entry, int64_t ms)
{
	struct timer *timer = reconcile->attributes.timer;
	int64_t wait_ms = ms - reconcile_now_ms(reconcile);

	entry->due_ms = ms;
	/* Whatever comes first looks at all of them. */
	if (!timer_is_armed(timer) || wait_ms < ENTRY_RETRY_MIN_MS)
		timer_arm(timer, wait_ms > 0 ? wait_ms : 0);
}

static bool is_barred(
	struct reconcile *reconcile, struct attribute_entry *entry)
{
	int64_t now_ms = reconcile_now_ms(reconcile);

	if (entry->bar == BAR_LATER && now_ms >= entry->due_ms)
		entry->bar = BAR_NONE;
	if (entry->bar == BAR_LATER)
		wait_until(reconcile, entry, entry->due_ms);
	if (entry->bar != BAR_NONE)
		return true;
	if (!war_is_resting(&entry->war, now_ms))
		return false;
	wait_until(reconcile, entry, entry->war.rest_until_ms);
	return true;
}

static void look(struct reconcile *reconcile, struct attribute_entry *entry)
{
	enum merge_text_step step;

	if (entry->work >= ENTRY_NOTING)
		return;
	entry->work = ENTRY_IDLE;
	find_out(reconcile, entry);
	step = step_of_text(reconcile, entry);
	if (step == MERGE_SETTLE)
		settle(reconcile, entry);
	if (step != MERGE_TO_A && step != MERGE_TO_B)
		return;
	entry->to = step == MERGE_TO_A ? SIDE_IRC : SIDE_CHIME;
	if (!is_barred(reconcile, entry))
		entry->work = ENTRY_QUEUED;
}

void attributes_look(struct reconcile *reconcile)
{
	for (size_t i = 0; i < ATTRIBUTES; i++) {
		struct attribute_entry *entry = &reconcile->attributes.all[i];
		const struct reconcile_ways *ways = ways_of(reconcile, entry);

		if (ways->to_irc || ways->to_chime)
			look(reconcile, entry);
	}
}

/* --- doing it --------------------------------------------------------------
 */

static bool may_give(
	struct reconcile *reconcile, const struct attribute_entry *entry)
{
	const struct end_room *room = reconcile->rooms[entry->to];
	enum right right = right_of_attribute(which(reconcile, entry));

	return !reconcile->is_stopped && room && room->ops->set_attribute &&
	       reconcile_may(reconcile, entry->to, right);
}

void attributes_pump(struct reconcile *reconcile)
{
	for (size_t i = 0; i < ATTRIBUTES; i++) {
		struct attribute_entry *entry = &reconcile->attributes.all[i];

		if (entry->work != ENTRY_QUEUED || !may_give(reconcile, entry))
			continue;
		is_begun(entry);
		note(reconcile, entry);
		entry->is_written = false;
		entry->work = ENTRY_NOTING;
	}
}

bool attributes_noted(struct reconcile *reconcile)
{
	bool has_any = false;

	for (size_t i = 0; i < ATTRIBUTES; i++) {
		struct attribute_entry *entry = &reconcile->attributes.all[i];

		entry->is_written = entry->work == ENTRY_NOTING;
		has_any = has_any || entry->is_written;
	}
	return has_any;
}

static void send(struct reconcile *reconcile, struct attribute_entry *entry)
{
	struct end_room *room = reconcile->rooms[entry->to];

	/* It may have become unknown meanwhile. */
	if (!entry->on[SIDE_IRC] || !entry->on[SIDE_CHIME]) {
		entry->work = ENTRY_IDLE;
		return;
	}
	entry->work = ENTRY_SENT;
	room->ops->set_attribute(
		room, which(reconcile, entry), entry->base.doing, entry->by);
}

void attributes_send(struct reconcile *reconcile)
{
	for (size_t i = 0; i < ATTRIBUTES; i++) {
		struct attribute_entry *entry = &reconcile->attributes.all[i];

		if (entry->work == ENTRY_NOTING && entry->is_written)
			send(reconcile, entry);
	}
}

/* --- what the ends tell -----------------------------------------------------
 */

void attributes_on_state(struct reconcile *reconcile, enum reconcile_side side,
	const struct attribute_state *state)
{
	struct attribute_entry *entry =
		&reconcile->attributes.all[state->attribute];
	char *AUTOFREE value = form_of(state->value);

	if (str_eq(value, entry->on[side]))
		return;
	free(entry->on[side]);
	entry->on[side] = TAKE(value);
	if (state->by)
		set_string(&entry->by, state->by);
	if (entry->bar == BAR_REFUSED || entry->bar == BAR_NOT_SHOWN)
		entry->bar = BAR_NONE;
	pass_soon(reconcile);
}

static void count_bounce(
	struct reconcile *reconcile, struct attribute_entry *entry)
{
	char *AUTOFREE text = NULL;

	if (!war_count(&entry->war, RECONCILE_BOUNCES,
		    reconcile_now_ms(reconcile)))
		return;
	reconcile->wars++;
	text = xasprintf("The %s goes to and fro between IRC and Chime: it is "
			 "left alone for ten minutes.",
		names[which(reconcile, entry)]);
	log_warn(reconcile->object, "%s", text);
	reconcile_say(reconcile, text);
}

static void on_done(struct reconcile *reconcile, struct attribute_entry *entry,
	const struct attribute_receipt *receipt)
{
	enum reconcile_side from = side_other(entry->to);
	char *AUTOFREE value =
		form_of(receipt->value ? receipt->value : entry->base.doing);

	set_string(&entry->base.forms[entry->to], value);
	set_string(&entry->base.forms[from], entry->base.doing);
	free(entry->on[entry->to]);
	entry->on[entry->to] = TAKE(value);
	is_done(entry);
	backoff_reset(&entry->backoff);
	reconcile->changed++;
	count_bounce(reconcile, entry);
}

static void bar(struct reconcile *reconcile, struct attribute_entry *entry,
	const struct attribute_receipt *receipt)
{
	int64_t wait_ms = backoff_next_ms(&entry->backoff);

	set_string(
		&entry->why, receipt->why ? receipt->why : "no reason given");
	if (receipt->outcome == MIRROR_LATER) {
		entry->bar = BAR_LATER;
		if (receipt->retry_ms > wait_ms)
			wait_ms = receipt->retry_ms;
		wait_until(reconcile, entry,
			reconcile_now_ms(reconcile) + wait_ms);
		return;
	}
	entry->bar = BAR_REFUSED;
	is_done(entry);
	reconcile->refused += receipt->outcome == MIRROR_REFUSED;
	log_warn(reconcile->object, "the %s cannot be set %s %s: %s",
		names[receipt->attribute], entry->to == SIDE_IRC ? "on" : "in",
		side_name(entry->to), entry->why);
}

void attributes_on_receipt(struct reconcile *reconcile,
	enum reconcile_side side, const struct attribute_receipt *receipt)
{
	struct attribute_entry *entry =
		&reconcile->attributes.all[receipt->attribute];

	if (entry->work != ENTRY_SENT || entry->to != side)
		return;
	entry->work = ENTRY_IDLE;
	if (receipt->outcome == MIRROR_DONE)
		on_done(reconcile, entry, receipt);
	else
		bar(reconcile, entry, receipt);
	note(reconcile, entry);
	attributes_look(reconcile);
	work_pump(reconcile);
}

void attributes_forgive(struct reconcile *reconcile)
{
	for (size_t i = 0; i < ATTRIBUTES; i++)
		reconcile->attributes.all[i].bar = BAR_NONE;
}

size_t attributes_pending(const struct reconcile *reconcile)
{
	size_t count = 0;

	for (size_t i = 0; i < ATTRIBUTES; i++) {
		const struct attribute_entry *entry =
			&reconcile->attributes.all[i];

		count += entry->work != ENTRY_IDLE || entry->bar == BAR_LATER;
	}
	return count;
}
