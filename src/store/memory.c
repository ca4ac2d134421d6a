#include "store/memory.h"

#include "store/batch.h"
#include "store/syncs.h"
#include "util/alloc.h"
#include "util/hash.h"
#include "util/str.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct memory_row {
	char *key;
	struct batch *copy; /* of one record */
	UT_hash_handle hh;
};

struct memory_store {
	struct store store; /* first: the two are cast into each other */
	struct loop *loop;
	struct loop_hook *hook;
	struct timer *callbacks;
	struct memory_row *rows; /* what is durable */
	struct batch *batch;     /* what is not yet */
	struct syncs syncs;
	bool hold;
};

static struct memory_store *of(struct store *store)
{
	return (struct memory_store *)store;
}

static void row_free(struct memory_store *m, struct memory_row *row)
{
	HASH_DEL(m->rows, row);
	batch_free(row->copy);
	free(row->key);
	free(row);
}

static struct store_record row_record(const struct memory_row *row)
{
	struct store_record record = {.kind = STORE_CURSOR};
	size_t offset = 0;

	if (!batch_next(row->copy, &offset, &record))
		abort();
	return record;
}

static char *lane_key(const struct store_record *r, enum store_kind kind)
{
	const char *name = str_or_empty(r->mapping);

	switch (kind) {
	case STORE_DONE:
		return xasprintf("done\n%d\n%s\n%lld\n%s\n%zu", (int)r->way,
			name, (long long)r->position,
			str_or_empty(r->source_id), r->progress);
	case STORE_INTENT:
		return xasprintf("intent\n%d\n%s\n%s", (int)r->way, name,
			str_or_empty(r->source_id));
	case STORE_OUTBOX_ADD:
		return xasprintf("outbox\n%d\n%s\n%llu", (int)r->way, name,
			(unsigned long long)r->seq);
	case STORE_ASIDE_ADD:
		return xasprintf("aside\n%d\n%s\n%llu", (int)r->way, name,
			(unsigned long long)r->seq);
	default:
		return xasprintf("cursor\n%d\n%s", (int)r->way, name);
	}
}

static char *row_key(const struct store_record *r, enum store_kind kind)
{
	if (kind == STORE_FACT)
		return xasprintf("fact\n%s\n%s", r->space, r->key);
	return lane_key(r, kind);
}

/* Removes what has the key that the record would have as `kind`. */
static void drop(struct memory_store *m, const struct store_record *record,
	enum store_kind kind)
{
	AUTOFREE char *key = row_key(record, kind);
	struct memory_row *row = NULL;

	HASH_FIND_STR(m->rows, key, row);
	if (row)
		row_free(m, row);
}

static void put(struct memory_store *m, const struct store_record *record)
{
	struct memory_row *row = xcalloc(1, sizeof(*row));

	drop(m, record, record->kind);
	row->key = row_key(record, record->kind);
	row->copy = batch_new(0);
	batch_add(row->copy, record);
	HASH_ADD_KEYPTR(hh, m->rows, row->key, strlen(row->key), row);
}

static bool same_lane(
	const struct store_record *a, const struct store_record *b)
{
	return a->way == b->way && str_eq(a->mapping, b->mapping);
}

static bool is_forgotten(
	const struct store_record *row, const struct store_record *forget)
{
	if (!same_lane(row, forget))
		return false;
	if (row->kind == STORE_DONE)
		return row->position < forget->position;
	return row->kind == STORE_INTENT && row->at_ms < forget->position;
}

static void forget(struct memory_store *m, const struct store_record *record)
{
	struct memory_row *row;
	struct memory_row *next;

	HASH_ITER (hh, m->rows, row, next) {
		struct store_record old = row_record(row);

		if (is_forgotten(&old, record))
			row_free(m, row);
	}
}

static void apply(struct memory_store *m, const struct store_record *r)
{
	if (r->kind == STORE_FORGET)
		forget(m, r);
	else if (r->kind == STORE_OUTBOX_DROP)
		drop(m, r, STORE_OUTBOX_ADD);
	else if (r->kind == STORE_ASIDE_DROP)
		drop(m, r, STORE_ASIDE_ADD);
	else if (r->kind == STORE_INTENT && r->at_ms == 0)
		drop(m, r, STORE_INTENT);
	else if (r->kind == STORE_FACT && !r->value)
		drop(m, r, STORE_FACT);
	else
		put(m, r);
	if (r->kind == STORE_DONE && r->complete)
		drop(m, r, STORE_INTENT);
}

static void commit(struct memory_store *m)
{
	struct batch *batch = m->batch;
	struct store_record record;
	size_t offset = 0;

	if (batch->count == 0)
		return;
	m->batch = batch_new(batch->number + 1);
	while (batch_next(batch, &offset, &record))
		apply(m, &record);
	batch_free(batch);
}

static uint64_t durable(const struct memory_store *m)
{
	return m->batch->number - 1;
}

static void memory_on_turn_end(void *arg)
{
	struct memory_store *m = arg;

	if (m->hold)
		return;
	commit(m);
	if (syncs_due(&m->syncs, durable(m)))
		timer_arm(m->callbacks, 0);
}

static void memory_on_callbacks(void *arg)
{
	struct memory_store *m = arg;

	if (!m->hold)
		syncs_run(&m->syncs, durable(m));
}

static void memory_append(
	struct store *store, const struct store_record *record)
{
	batch_add(of(store)->batch, record);
}

static struct store_sync *memory_sync(
	struct store *store, store_fn *fn, void *arg)
{
	struct memory_store *m = of(store);
	uint64_t number = m->batch->count > 0 ? m->batch->number : durable(m);

	/* A turn must come, even when the present one has ended. */
	timer_arm(m->callbacks, 0);
	return fn ? syncs_add(&m->syncs, number, fn, arg) : NULL;
}

static void memory_cancel(struct store *store, struct store_sync *sync)
{
	syncs_cancel(&of(store)->syncs, sync);
}

static bool is_asked_for(
	const struct store_record *row, const struct store_query *query)
{
	if (row->kind != query->kind)
		return false;
	if (row->kind == STORE_FACT)
		return str_eq(row->space, query->space);
	if (row->way != query->way || !str_eq(row->mapping, query->mapping))
		return false;
	return row->kind != STORE_DONE || row->position >= query->since;
}

static int compare_number(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int compare_rows(const void *a, const void *b)
{
	struct store_record x = row_record(*(struct memory_row *const *)a);
	struct store_record y = row_record(*(struct memory_row *const *)b);
	int order = 0;

	if (x.kind == STORE_DONE)
		order = compare_number(x.position, y.position);
	if (order == 0)
		order = compare_number((int64_t)x.seq, (int64_t)y.seq);
	if (order == 0)
		order = strcmp(
			str_or_empty(x.source_id), str_or_empty(y.source_id));
	if (order == 0)
		order = compare_number(
			(int64_t)x.progress, (int64_t)y.progress);
	return order != 0 ? order
			  : strcmp(str_or_empty(x.key), str_or_empty(y.key));
}

static int memory_each(struct store *store, const struct store_query *query,
	store_each_fn *fn, void *arg)
{
	struct memory_store *m = of(store);
	AUTOFREE struct memory_row **found = NULL;
	struct memory_row *row;
	struct memory_row *next;
	size_t count = 0;

	if (query->kind == STORE_OUTBOX_DROP || query->kind == STORE_FORGET ||
		query->kind == STORE_ASIDE_DROP)
		return -EINVAL;
	found = xcalloc(HASH_COUNT(m->rows) + 1, sizeof(struct memory_row *));
	HASH_ITER (hh, m->rows, row, next) {
		struct store_record record = row_record(row);

		if (is_asked_for(&record, query))
			found[count++] = row;
	}
	qsort(found, count, sizeof(struct memory_row *), compare_rows);
	for (size_t i = 0; i < count; i++) {
		struct store_record record = row_record(found[i]);

		fn(&record, arg);
	}
	return 0;
}

static void memory_close(struct store *store)
{
	struct memory_store *m = of(store);
	struct memory_row *row;
	struct memory_row *next;

	HASH_ITER (hh, m->rows, row, next)
		row_free(m, row);
	timer_free(m->callbacks);
	loop_hook_free(m->hook);
	syncs_release(&m->syncs);
	batch_free(m->batch);
	free(m);
}

static const struct store_ops memory_ops = {
	.append = memory_append,
	.sync = memory_sync,
	.cancel = memory_cancel,
	.each = memory_each,
	.close = memory_close,
};

struct store *store_memory_new(struct loop *loop)
{
	struct memory_store *m = xcalloc(1, sizeof(*m));

	m->store.ops = &memory_ops;
	m->loop = loop;
	m->batch = batch_new(1);
	m->hook = loop_hook_new(loop, memory_on_turn_end, m);
	m->callbacks = timer_new(loop, memory_on_callbacks, m);
	return &m->store;
}

void store_memory_crash(struct store *store)
{
	struct memory_store *m = of(store);
	uint64_t number = m->batch->number;

	batch_free(m->batch);
	m->batch = batch_new(number);
	syncs_release(&m->syncs);
	timer_cancel(m->callbacks);
}

void store_memory_hold(struct store *store, bool hold)
{
	struct memory_store *m = of(store);

	m->hold = hold;
	timer_arm(m->callbacks, 0);
}
