#include "bridge/pause.h"

#include "util/alloc.h"
#include "util/str.h"

#include <stdlib.h>

static const char space[] = "paused";
static const char somebody[] = "somebody";

static void pause_on_fact(const struct store_record *record, void *arg)
{
	struct pause *pause = arg;

	if (str_eq(record->key, pause->name))
		set_string(&pause->who, record->value);
}

int pause_init(struct pause *pause, struct store *store, const char *name)
{
	struct store_query query = {.kind = STORE_FACT, .space = space};
	int code;

	*pause = (struct pause){.store = store, .name = name};
	code = store_each(store, &query, pause_on_fact, pause);
	if (code < 0)
		pause_release(pause);
	return code;
}

void pause_release(struct pause *pause)
{
	free(pause->who);
	pause->who = NULL;
}

bool pause_is_on(const struct pause *pause)
{
	return pause->who != NULL;
}

bool pause_set(struct pause *pause, bool is_on, const char *who)
{
	struct store_record record = {
		.kind = STORE_FACT,
		.space = space,
		.key = pause->name,
	};

	if (is_on == pause_is_on(pause))
		return false;
	set_string(&pause->who, !is_on ? NULL : who ? who : somebody);
	record.value = pause->who;
	store_append(pause->store, &record);
	return true;
}

void pause_forget(struct store *store, const char *name)
{
	struct store_record record = {
		.kind = STORE_FACT,
		.space = space,
		.key = name,
	};

	store_append(store, &record);
}
