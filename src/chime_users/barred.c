#include "chime_users/barred.h"

#include "util/alloc.h"
#include "util/hash.h"

#include <stdlib.h>
#include <string.h>

struct barred_entry {
	UT_hash_handle hh;
	char *key;
};

static char *key_of(const char *id, const char *channel)
{
	return xasprintf("%s|%s", channel, id);
}

static struct barred_entry *find(
	const struct barred *barred, const char *id, const char *channel)
{
	char *AUTOFREE key = key_of(id, channel);
	struct barred_entry *entry;
	HASH_FIND_STR(barred->entries, key, entry);
	return entry;
}

static void drop(struct barred *barred, struct barred_entry *entry)
{
	HASH_DEL(barred->entries, entry);
	free(entry->key);
	free(entry);
}

void barred_release(struct barred *barred)
{
	struct barred_entry *entry, *tmp;
	HASH_ITER (hh, barred->entries, entry, tmp)
		drop(barred, entry);
}

bool barred_is(const struct barred *barred, const char *id, const char *channel)
{
	return find(barred, id, channel) != NULL;
}

void barred_set(struct barred *barred, const char *id, const char *channel,
	bool is_barred)
{
	struct barred_entry *entry = find(barred, id, channel);
	if ((entry != NULL) == is_barred)
		return;
	if (entry) {
		drop(barred, entry);
		return;
	}
	/* A hash table iterates in the order of adding: the first is oldest. */
	if (HASH_COUNT(barred->entries) >= BARRED_MAX)
		drop(barred, barred->entries);
	entry = xcalloc(1, sizeof(*entry));
	entry->key = key_of(id, channel);
	HASH_ADD_KEYPTR(
		hh, barred->entries, entry->key, strlen(entry->key), entry);
}
