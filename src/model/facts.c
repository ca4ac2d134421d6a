#include "model/facts.h"

#include "util/alloc.h"
#include "util/str.h"

#include <stdlib.h>

struct found {
	const char *prefix;
	char **keys;
	size_t count, size;
};

static void facts_on_fact(const struct store_record *record, void *arg)
{
	struct found *found = arg;

	if (!str_starts(record->key, found->prefix))
		return;
	if (found->count == found->size) {
		found->size = found->size ? 2 * found->size : 16;
		found->keys = xreallocarray(
			found->keys, found->size, sizeof(*found->keys));
	}
	found->keys[found->count++] = xstrdup(record->key);
}

static void found_release(struct found *found)
{
	for (size_t i = 0; i < found->count; i++)
		free(found->keys[i]);
	free(found->keys);
}

int facts_forget(struct store *store, const char *space, const char *prefix)
{
	const struct store_query query = {.kind = STORE_FACT, .space = space};
	struct found found = {.prefix = prefix};
	int error = store_each(store, &query, facts_on_fact, &found);

	for (size_t i = 0; error == 0 && i < found.count; i++) {
		const struct store_record record = {
			.kind = STORE_FACT,
			.space = space,
			.key = found.keys[i],
		};

		store_append(store, &record);
	}
	found_release(&found);
	return error;
}
