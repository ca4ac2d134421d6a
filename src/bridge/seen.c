#include "bridge/seen.h"

#include "util/alloc.h"
#include "util/hash.h"

#include <stdlib.h>
#include <string.h>

/* Half of a SHA-256: nobody finds two alike by chance. */
enum { KEY_BYTES = 16 };

struct seen_entry {
	uint8_t key[KEY_BYTES];
	int64_t position;
	UT_hash_handle hh;
};

void seen_init(struct seen *seen, size_t ceiling)
{
	*seen = (struct seen){.ceiling = ceiling, .forgotten = INT64_MIN};
}

/* The table's head is its oldest entry. */
static void seen_drop_oldest(struct seen *seen)
{
	struct seen_entry *oldest = seen->entries;

	HASH_DEL(seen->entries, oldest);
	free(oldest);
}

void seen_release(struct seen *seen)
{
	while (seen->entries)
		seen_drop_oldest(seen);
}

static struct seen_entry *seen_find(
	const struct seen *seen, const struct ident *ident)
{
	struct seen_entry *entry = NULL;

	HASH_FIND(hh, seen->entries, ident->bytes, KEY_BYTES, entry);
	return entry;
}

bool seen_has(const struct seen *seen, const struct ident *ident)
{
	return seen_find(seen, ident) != NULL;
}

size_t seen_count(const struct seen *seen)
{
	return HASH_COUNT(seen->entries);
}

static void seen_make_room(struct seen *seen)
{
	if (seen_count(seen) < seen->ceiling)
		return;
	if (seen->entries->position > seen->forgotten)
		seen->forgotten = seen->entries->position;
	seen_drop_oldest(seen);
}

void seen_add(struct seen *seen, const struct ident *ident, int64_t position)
{
	struct seen_entry *entry;

	if (seen_find(seen, ident))
		return;
	seen_make_room(seen);
	entry = xcalloc(1, sizeof(*entry));
	memcpy(entry->key, ident->bytes, KEY_BYTES);
	entry->position = position;
	HASH_ADD(hh, seen->entries, key, KEY_BYTES, entry);
}

void seen_prune(struct seen *seen, int64_t before)
{
	while (seen->entries && seen->entries->position < before)
		seen_drop_oldest(seen);
}
