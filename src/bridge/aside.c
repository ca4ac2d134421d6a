#include "bridge/aside.h"

#include "bridge/delivery.h"
#include "bridge/lane.h"
#include "util/alloc.h"
#include "util/str.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_SIZE = 4, LOST_LOG_MS = 60 * 60 * 1000 };

void aside_init(struct aside *aside)
{
	*aside = (struct aside){.next_seq = 1};
}

void aside_release(struct aside *aside)
{
	free(aside->entries);
	aside->entries = NULL;
	aside->count = 0;
	aside->size = 0;
}

static struct aside_entry *aside_find(struct aside *aside, uint64_t seq)
{
	for (size_t i = 0; i < aside->count; i++)
		if (aside->entries[i].seq == seq)
			return &aside->entries[i];
	return NULL;
}

static void aside_remove(struct aside *aside, struct aside_entry *entry)
{
	size_t after = aside->count - (size_t)(entry - aside->entries) - 1;

	memmove(entry, entry + 1, after * sizeof(*entry));
	aside->count--;
}

void aside_recall(struct aside *aside, uint64_t seq)
{
	if (aside->count == aside->size) {
		aside->size = aside->size ? aside->size * 2 : FIRST_SIZE;
		aside->entries = xreallocarray(
			aside->entries, aside->size, sizeof(*aside->entries));
	}
	aside->entries[aside->count++] = (struct aside_entry){.seq = seq};
	aside->next_seq = seq + 1;
}

static struct aside_entry *oldest_idle(struct aside *aside)
{
	for (size_t i = 0; i < aside->count; i++)
		if (!aside->entries[i].retrying)
			return &aside->entries[i];
	return NULL;
}

static void make_room(struct lane *lane)
{
	struct aside *aside = &lane->aside;
	struct aside_entry *oldest;

	if (aside->count < ASIDE_MAX)
		return;
	oldest = oldest_idle(aside);
	if (!oldest)
		return;
	lane->stats.aside_lost++;
	if (log_once_is_news(&lane->aside_log, "full", LOST_LOG_MS))
		log_error(lane->object,
			"towards %s: %d messages are set aside, the most there "
			"may be; the oldest are forgotten",
			lane_side(lane), ASIDE_MAX);
	journal_aside_drop(&lane->journal, oldest->seq);
	aside_remove(aside, oldest);
}

void lane_put_aside(struct lane *lane, const struct parcel *parcel,
	uint64_t seq, const char *why)
{
	struct aside_entry *entry = aside_find(&lane->aside, seq);

	if (entry) {
		entry->retrying = false;
	} else {
		make_room(lane);
		seq = lane->aside.next_seq;
		aside_recall(&lane->aside, seq);
	}
	journal_aside_add(&lane->journal, parcel, seq, why);
}

void lane_aside_done(struct lane *lane, uint64_t seq)
{
	struct aside_entry *entry = aside_find(&lane->aside, seq);

	if (!entry)
		return;
	journal_aside_drop(&lane->journal, seq);
	aside_remove(&lane->aside, entry);
}

int lane_aside_each(struct lane *lane, store_each_fn *fn, void *arg)
{
	return journal_each(&lane->journal, STORE_ASIDE_ADD, 0, fn, arg);
}

struct revival {
	struct lane *lane;
	uint64_t seq;
	struct item *item;
	int code;
};

/* The first attempt may have been any time since it was set aside. */
static void revive_on_record(const struct store_record *record, void *arg)
{
	struct revival *revival = arg;
	struct parcel parcel = {
		.source_id = str_or_empty(record->source_id),
		.token = str_or_empty(record->token),
		.payload = record->payload,
		.payload_len = record->payload_len,
		.position = record->position,
		.first_sent_ms = record->at_ms,
		.accepted_ms = record->at_ms,
	};

	if (record->seq != revival->seq || revival->item)
		return;
	revival->code = record->payload_len > 0 ? 0 : -ENODATA;
	if (revival->code == 0)
		revival->item = item_new(revival->lane, &parcel, NULL);
}

int lane_aside_retry(struct lane *lane, uint64_t seq)
{
	struct revival revival = {.lane = lane, .seq = seq, .code = -EAGAIN};
	struct aside_entry *entry = aside_find(&lane->aside, seq);
	int code;

	if (!entry)
		return -ENOENT;
	if (entry->retrying)
		return -EALREADY;
	if (lane->draining || !lane->dest)
		return -ESHUTDOWN;
	code = lane_aside_each(lane, revive_on_record, &revival);
	if (code == 0)
		code = revival.code;
	if (code < 0) {
		item_free(revival.item);
		return code;
	}
	entry->retrying = true;
	revival.item->aside_seq = seq;
	revival.item->said_ms = loop_now_ms(lane->params.loop);
	lane_push(lane, revival.item, ITEM_QUEUED);
	lane_pump(lane);
	return 0;
}

int lane_aside_forget(struct lane *lane, uint64_t seq)
{
	struct aside_entry *entry = aside_find(&lane->aside, seq);

	if (!entry)
		return -ENOENT;
	if (entry->retrying)
		return -EALREADY;
	journal_aside_drop(&lane->journal, seq);
	aside_remove(&lane->aside, entry);
	return 0;
}
