#include "filter/optouts.h"

#include "util/alloc.h"
#include "util/hash.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char space[] = "optout";

struct entry {
	char *person_id;
	UT_hash_handle hh;
};

struct optouts {
	struct store *store;
	struct entry *entries;
};

static struct entry *find(const struct optouts *optouts, const char *person_id)
{
	struct entry *entry = NULL;

	HASH_FIND_STR(optouts->entries, person_id, entry);
	return entry;
}

static void put(struct optouts *optouts, const char *person_id)
{
	struct entry *entry = xcalloc(1, sizeof(*entry));

	entry->person_id = xstrdup(person_id);
	HASH_ADD_KEYPTR(hh, optouts->entries, entry->person_id,
		strlen(person_id), entry);
}

static void drop(struct optouts *optouts, struct entry *entry)
{
	HASH_DEL(optouts->entries, entry);
	free(entry->person_id);
	free(entry);
}

static void optouts_on_fact(const struct store_record *record, void *arg)
{
	struct optouts *optouts = arg;

	if (!find(optouts, record->key))
		put(optouts, record->key);
}

struct optouts *optouts_new(struct store *store)
{
	struct optouts *optouts = xcalloc(1, sizeof(*optouts));
	struct store_query query = {.kind = STORE_FACT, .space = space};

	optouts->store = store;
	if (store_each(store, &query, optouts_on_fact, optouts) == 0)
		return optouts;
	optouts_free(optouts);
	return NULL;
}

void optouts_free(struct optouts *optouts)
{
	struct entry *entry, *next;

	if (!optouts)
		return;
	HASH_ITER (hh, optouts->entries, entry, next) {
		drop(optouts, entry);
	}
	free(optouts);
}

static void save(struct optouts *optouts, const char *key, const char *value)
{
	store_append(optouts->store, &(struct store_record){
					     .kind = STORE_FACT,
					     .space = space,
					     .key = key,
					     .value = value,
				     });
}

int optouts_add(
	struct optouts *optouts, const char *person_id, const char *name)
{
	if (find(optouts, person_id))
		return -EALREADY;
	if (HASH_COUNT(optouts->entries) >= OPTOUTS_MAX)
		return -ENOSPC;
	put(optouts, person_id);
	save(optouts, person_id, name);
	return 0;
}

int optouts_remove(struct optouts *optouts, const char *person_id)
{
	struct entry *entry = find(optouts, person_id);

	if (!entry)
		return -ENOENT;
	save(optouts, person_id, NULL);
	drop(optouts, entry);
	return 0;
}

bool optouts_has(const struct optouts *optouts, const char *person_id)
{
	return find(optouts, person_id) != NULL;
}
