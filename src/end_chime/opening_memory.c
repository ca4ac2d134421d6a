#include "end_chime/opening_memory.h"

#include "model/facts.h"
#include "util/alloc.h"
#include "util/log.h"
#include "util/str.h"

#include <stdlib.h>
#include <string.h>

static char *space_of(const char *mapping)
{
	return xasprintf("room %s", mapping);
}

static void memory_on_fact(const struct store_record *record, void *arg)
{
	struct opening_memory *memory = arg;
	const struct {
		const char *key;
		char **value;
	} fields[] = {
		{OPENING_CHANNEL, &memory->channel},
		{OPENING_NAME, &memory->name},
		{OPENING_JOINED, &memory->joined},
		{OPENING_CREATED, &memory->created},
		{OPENING_MADE, &memory->made},
		{OPENING_FOUND, &memory->found},
	};
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (str_eq(record->key, fields[i].key))
			set_string(fields[i].value, record->value);
}

int opening_recall(
	struct store *store, const char *mapping, struct opening_memory *ret)
{
	char *AUTOFREE space = space_of(mapping);
	const struct store_query query = {.kind = STORE_FACT, .space = space};
	*ret = (struct opening_memory){0};
	return store_each(store, &query, memory_on_fact, ret);
}

void opening_memory_release(struct opening_memory *memory)
{
	free(memory->channel);
	free(memory->name);
	free(memory->joined);
	free(memory->created);
	free(memory->made);
	free(memory->found);
	*memory = (struct opening_memory){0};
}

const char *opening_memory_channel(
	const struct opening_memory *memory, const char *name)
{
	bool is_other = name && memory->name && !str_eq(name, memory->name);
	return is_other ? NULL : memory->channel;
}

void opening_remember(struct store *store, const char *mapping, const char *key,
	const char *value)
{
	char *AUTOFREE space = space_of(mapping);
	const struct store_record record = {
		.kind = STORE_FACT,
		.space = space,
		.key = key,
		.value = value,
	};
	store_append(store, &record);
}

void opening_forget_all(struct store *store, const char *mapping)
{
	char *AUTOFREE space = space_of(mapping);
	if (facts_forget(store, space, "") < 0)
		log_warn("chime",
			"what is remembered of the mapping %s cannot "
			"be read",
			mapping);
}
