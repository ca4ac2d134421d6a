#include "bridge/journal.h"

#include "util/alloc.h"
#include "util/clock.h"
#include "util/str.h"

#include <errno.h>
#include <stdio.h>

/* Facts in the space "mapping NAME": keys of the floor of each direction. */
static const char *const floor_keys[] = {
	[LANE_TO_IRC] = "floor to_irc",
	[LANE_TO_CHIME] = "floor to_chime",
};

static struct store_record record_of(
	const struct journal *journal, enum store_kind kind)
{
	return (struct store_record){
		.kind = kind,
		.way = journal->way,
		.mapping = journal->mapping,
	};
}

void journal_cursor(const struct journal *journal, int64_t position)
{
	struct store_record record = record_of(journal, STORE_CURSOR);

	record.position = position;
	store_append(journal->store, &record);
}

void journal_floor(const struct journal *journal, int64_t position)
{
	struct store_record record = record_of(journal, STORE_FACT);
	AUTOFREE char *space = xasprintf("mapping %s", journal->mapping);
	char value[24];

	snprintf(value, sizeof(value), "%lld", (long long)position);
	record.space = space;
	record.key = floor_keys[journal->way];
	record.value = value;
	store_append(journal->store, &record);
}

void journal_done(
	const struct journal *journal, const struct journal_done *done)
{
	struct store_record record = record_of(journal, STORE_DONE);

	if (done->source_id[0] == '\0')
		return;
	record.source_id = done->source_id;
	record.dest_id = str_or_empty(done->dest_id);
	record.position = done->position;
	record.progress = done->progress;
	record.complete = done->complete;
	store_append(journal->store, &record);
}

void journal_intent(
	const struct journal *journal, const struct item *item, int64_t at_ms)
{
	struct store_record record = record_of(journal, STORE_INTENT);

	record.source_id = item->parcel.source_id;
	record.progress = item->parcel.progress;
	record.at_ms = at_ms;
	store_append(journal->store, &record);
}

void journal_intent_back(const struct journal *journal, const struct item *item)
{
	journal_intent(journal, item, 0);
}

void journal_outbox_add(const struct journal *journal, const struct item *item)
{
	struct store_record record = record_of(journal, STORE_OUTBOX_ADD);

	record.seq = item->seq;
	record.source_id = item->parcel.source_id;
	record.token = item->parcel.token;
	record.payload = item->parcel.payload;
	record.payload_len = item->parcel.payload_len;
	record.position = item->parcel.position;
	record.at_ms = item->parcel.accepted_ms;
	store_append(journal->store, &record);
}

void journal_outbox_drop(const struct journal *journal, const struct item *item)
{
	struct store_record record = record_of(journal, STORE_OUTBOX_DROP);

	record.seq = item->seq;
	store_append(journal->store, &record);
}

void journal_aside_add(const struct journal *journal,
	const struct parcel *parcel, uint64_t seq, const char *why)
{
	struct store_record record = record_of(journal, STORE_ASIDE_ADD);

	record.seq = seq;
	record.source_id = parcel->source_id;
	record.token = parcel->token;
	record.payload = parcel->payload;
	record.payload_len = parcel->payload_len;
	record.position = parcel->position;
	record.at_ms = clock_wall_ms();
	record.value = why;
	store_append(journal->store, &record);
}

void journal_aside_drop(const struct journal *journal, uint64_t seq)
{
	struct store_record record = record_of(journal, STORE_ASIDE_DROP);

	record.seq = seq;
	store_append(journal->store, &record);
}

void journal_forget(const struct journal *journal, int64_t before)
{
	struct store_record record = record_of(journal, STORE_FORGET);

	record.position = before;
	store_append(journal->store, &record);
}

int journal_each(const struct journal *journal, enum store_kind kind,
	int64_t since, store_each_fn *fn, void *arg)
{
	struct store_query query = {
		.kind = kind,
		.way = journal->way,
		.mapping = journal->mapping,
		.since = since,
	};

	return store_each(journal->store, &query, fn, arg) == 0 ? 0 : -EIO;
}

struct floor_search {
	const char *key;
	int64_t *ret;
	int code;
};

static void floor_on_fact(const struct store_record *record, void *arg)
{
	struct floor_search *search = arg;

	if (!str_eq(record->key, search->key))
		return;
	if (parse_i64(record->value, INT64_MIN, INT64_MAX, search->ret) < 0)
		search->code = -EIO;
}

int journal_read_floor(const struct journal *journal, int64_t *ret)
{
	AUTOFREE char *space = xasprintf("mapping %s", journal->mapping);
	struct floor_search search = {
		.key = floor_keys[journal->way], .ret = ret};
	struct store_query query = {.kind = STORE_FACT, .space = space};

	if (store_each(journal->store, &query, floor_on_fact, &search) < 0)
		return -EIO;
	return search.code;
}
