#include "bridge/unfinished.h"

#include "util/alloc.h"
#include "util/hash.h"

#include <stdlib.h>
#include <string.h>

struct unfinished {
	char *source_id;
	struct unfinished_state state;
	UT_hash_handle hh;
};

static struct unfinished *unfinished_get(
	struct unfinished **set, const char *source_id)
{
	struct unfinished *entry = NULL;

	HASH_FIND_STR(*set, source_id, entry);
	if (entry)
		return entry;
	entry = xcalloc(1, sizeof(*entry));
	entry->source_id = xstrdup(source_id);
	HASH_ADD_KEYPTR(
		hh, *set, entry->source_id, strlen(entry->source_id), entry);
	return entry;
}

static void unfinished_drop(struct unfinished **set, struct unfinished *entry)
{
	HASH_DEL(*set, entry);
	free(entry->source_id);
	free(entry);
}

void unfinished_part(
	struct unfinished **set, const char *source_id, size_t progress)
{
	struct unfinished *entry = unfinished_get(set, source_id);

	if (progress > entry->state.progress)
		entry->state.progress = progress;
}

void unfinished_sent(
	struct unfinished **set, const char *source_id, int64_t at_ms)
{
	unfinished_get(set, source_id)->state.at_ms = at_ms;
}

struct unfinished_state unfinished_take(
	struct unfinished **set, const char *source_id)
{
	struct unfinished_state state = {.progress = 0};
	struct unfinished *entry = NULL;

	HASH_FIND_STR(*set, source_id, entry);
	if (!entry)
		return state;
	state = entry->state;
	unfinished_drop(set, entry);
	return state;
}

void unfinished_free(struct unfinished **set)
{
	while (*set)
		unfinished_drop(set, *set);
}
