#include "filter/mutes.h"

#include "filter/rules.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/hash.h"
#include "util/log.h"
#include "util/str.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

static const char space[] = "mute";

/* The wall clock may jump: it is looked at again. */
enum { TIMER_MAX_MS = 60 * 1000 };

struct entry {
	char *mask;
	char *by;
	int64_t until_ms;
	struct entry *prev, *next;
};

struct muted_mapping {
	char *name;
	struct entry *entries; /* in the order they were added */
	UT_hash_handle hh;
};

struct mutes {
	struct store *store;
	struct muted_mapping *mappings;
	size_t count;
	struct timer *timer;
	mutes_ended_fn *ended;
	void *arg;
};

static void entry_free(struct entry *entry)
{
	free(entry->mask);
	free(entry->by);
	free(entry);
}

static struct muted_mapping *find(const struct mutes *mutes, const char *name)
{
	struct muted_mapping *mapping = NULL;

	HASH_FIND_STR(mutes->mappings, name, mapping);
	return mapping;
}

static struct muted_mapping *find_or_add(struct mutes *mutes, const char *name)
{
	struct muted_mapping *mapping = find(mutes, name);

	if (mapping)
		return mapping;
	mapping = xcalloc(1, sizeof(*mapping));
	mapping->name = xstrdup(name);
	HASH_ADD_KEYPTR(
		hh, mutes->mappings, mapping->name, strlen(name), mapping);
	return mapping;
}

static struct entry *entry_find(
	const struct muted_mapping *mapping, const char *mask)
{
	struct entry *entry;

	if (!mapping)
		return NULL;
	DL_FOREACH (mapping->entries, entry) {
		if (str_eq(entry->mask, mask))
			return entry;
	}
	return NULL;
}

static void entry_drop(
	struct mutes *mutes, struct muted_mapping *mapping, struct entry *entry)
{
	DL_DELETE(mapping->entries, entry);
	entry_free(entry);
	mutes->count--;
	if (mapping->entries)
		return;
	HASH_DEL(mutes->mappings, mapping);
	free(mapping->name);
	free(mapping);
}

static void put(struct mutes *mutes, const struct mute *mute)
{
	struct muted_mapping *mapping = find_or_add(mutes, mute->mapping);
	struct entry *entry = entry_find(mapping, mute->mask);

	if (!entry) {
		entry = xcalloc(1, sizeof(*entry));
		entry->mask = xstrdup(mute->mask);
		DL_APPEND(mapping->entries, entry);
		mutes->count++;
	}
	set_string(&entry->by, mute->by);
	entry->until_ms = mute->until_ms;
}

/* ---- what is durable ---- */

static void save(struct mutes *mutes, const char *mapping, const char *mask,
	const char *value)
{
	char AUTOFREE *key = xasprintf("%s/%s", mapping, mask);

	store_append(mutes->store, &(struct store_record){
					   .kind = STORE_FACT,
					   .space = space,
					   .key = key,
					   .value = value,
				   });
}

/* "UNTIL BY" */
static void mutes_on_fact(const struct store_record *record, void *arg)
{
	struct mutes *mutes = arg;
	const char *slash = strchr(record->key, '/');
	struct span rest = span_of(record->value);
	struct span until = span_cut(&rest, ' ');
	char AUTOFREE *mapping = NULL;
	char AUTOFREE *number = xstrndup(until.p, until.len);
	struct mute mute;

	mute.mask = slash ? slash + 1 : "";
	if (!slash || !slash[1] ||
		parse_i64(number, 0, INT64_MAX, &mute.until_ms) < 0) {
		log_warn("state", "a mute is unreadable: %s", record->key);
		return;
	}
	mapping = xstrndup(record->key, (size_t)(slash - record->key));
	mute.mapping = mapping;
	mute.by = rest.p;
	put(mutes, &mute);
}

/* ---- their time ---- */

static void arm(struct mutes *mutes)
{
	int64_t now_ms = clock_wall_ms();
	int64_t next_ms = INT64_MAX;
	struct muted_mapping *mapping, *tmp;
	struct entry *entry;

	HASH_ITER (hh, mutes->mappings, mapping, tmp) {
		DL_FOREACH (mapping->entries, entry) {
			if (entry->until_ms && entry->until_ms < next_ms)
				next_ms = entry->until_ms;
		}
	}
	if (next_ms == INT64_MAX)
		timer_cancel(mutes->timer);
	else if (next_ms - now_ms > TIMER_MAX_MS)
		timer_arm(mutes->timer, TIMER_MAX_MS);
	else
		timer_arm(
			mutes->timer, next_ms > now_ms ? next_ms - now_ms : 0);
}

static void drop_ended(struct mutes *mutes, struct muted_mapping *mapping)
{
	int64_t now_ms = clock_wall_ms();
	struct entry *entry, *next;
	size_t before = mutes->count;
	char AUTOFREE *name = xstrdup(mapping->name);

	/* The mapping goes with its last entry. */
	for (entry = mapping->entries; entry; entry = next) {
		next = entry->next;
		if (entry->until_ms == 0 || entry->until_ms > now_ms)
			continue;
		save(mutes, name, entry->mask, NULL);
		entry_drop(mutes, mapping, entry);
	}
	if (mutes->count != before)
		mutes->ended(mutes->arg, name);
}

static void mutes_on_timer(void *arg)
{
	struct mutes *mutes = arg;
	struct muted_mapping *mapping, *next;

	HASH_ITER (hh, mutes->mappings, mapping, next) {
		drop_ended(mutes, mapping);
	}
	arm(mutes);
}

/* ---- life ---- */

struct mutes *mutes_new(struct loop *loop, struct store *store,
	mutes_ended_fn *ended, void *arg)
{
	struct mutes *mutes = xcalloc(1, sizeof(*mutes));
	struct store_query query = {.kind = STORE_FACT, .space = space};

	mutes->store = store;
	mutes->timer = timer_new(loop, mutes_on_timer, mutes);
	mutes->ended = ended;
	mutes->arg = arg;
	if (store_each(store, &query, mutes_on_fact, mutes) < 0) {
		mutes_free(mutes);
		return NULL;
	}
	arm(mutes);
	return mutes;
}

void mutes_free(struct mutes *mutes)
{
	struct muted_mapping *mapping, *next;
	struct entry *entry, *after;

	if (!mutes)
		return;
	HASH_ITER (hh, mutes->mappings, mapping, next) {
		for (entry = mapping->entries; entry; entry = after) {
			after = entry->next;
			entry_free(entry);
		}
		HASH_DEL(mutes->mappings, mapping);
		free(mapping->name);
		free(mapping);
	}
	timer_free(mutes->timer);
	free(mutes);
}

int mutes_add(struct mutes *mutes, const struct mute *mute)
{
	char AUTOFREE *value = NULL;
	size_t len = strlen(mute->mask);

	if (len == 0 || len > MUTE_MASK_BYTES_MAX)
		return -EINVAL;
	if (mutes->count >= MUTES_MAX &&
		!entry_find(find(mutes, mute->mapping), mute->mask))
		return -ENOSPC;
	put(mutes, mute);
	value = xasprintf(
		"%lld %s", (long long)mute->until_ms, str_or_empty(mute->by));
	save(mutes, mute->mapping, mute->mask, value);
	arm(mutes);
	return 0;
}

int mutes_remove(struct mutes *mutes, const char *mapping, const char *mask)
{
	struct muted_mapping *in = find(mutes, mapping);
	struct entry *entry = entry_find(in, mask);

	if (!entry)
		return -ENOENT;
	save(mutes, mapping, mask, NULL);
	entry_drop(mutes, in, entry);
	arm(mutes);
	return 0;
}

void mutes_forget(struct mutes *mutes, const char *mapping)
{
	struct muted_mapping *in = find(mutes, mapping);
	struct entry *entry, *next;

	/* The mapping goes with its last entry. */
	for (entry = in ? in->entries : NULL; entry; entry = next) {
		next = entry->next;
		save(mutes, mapping, entry->mask, NULL);
		entry_drop(mutes, in, entry);
	}
	arm(mutes);
}

bool mutes_fit(const struct mutes *mutes, const char *mapping,
	const struct person *person)
{
	const struct muted_mapping *in = find(mutes, mapping);
	const struct entry *entry;

	if (!in)
		return false;
	DL_FOREACH (in->entries, entry) {
		if (rules_mask_fits(entry->mask, person))
			return true;
	}
	return false;
}

void mutes_each(
	const struct mutes *mutes, const char *mapping, mute_fn *fn, void *arg)
{
	const struct muted_mapping *in = find(mutes, mapping);
	const struct entry *entry;

	if (!in)
		return;
	DL_FOREACH (in->entries, entry) {
		struct mute mute = {
			.mapping = mapping,
			.mask = entry->mask,
			.by = entry->by,
			.until_ms = entry->until_ms,
		};

		fn(arg, &mute);
	}
}
