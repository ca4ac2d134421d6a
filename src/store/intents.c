#include "store/intents.h"

#include "util/alloc.h"
#include "util/str.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

struct intent {
	size_t progress;
	int64_t at_ms;
	UT_hash_handle hh;
	char key[]; /* the lane's bytes, then the id */
};

enum { LANE_BYTES = sizeof(int64_t) };

static void intent_forget(struct intents *intents, struct intent *intent)
{
	HASH_DEL(intents->by_key, intent);
	free(intent);
}

void intents_release(struct intents *intents)
{
	while (intents->by_key)
		intent_forget(intents, intents->by_key);
}

void intents_put(struct intents *intents, int64_t lane,
	const struct store_record *record)
{
	const char *id = str_or_empty(record->source_id);
	size_t id_len = strlen(id);
	struct intent *intent =
		xcalloc(1, sizeof(*intent) + LANE_BYTES + id_len + 1);

	intents_drop(intents, lane, id);
	intent->progress = record->progress;
	intent->at_ms = record->at_ms;
	memcpy(intent->key, &lane, LANE_BYTES);
	memcpy(intent->key + LANE_BYTES, id, id_len + 1);
	HASH_ADD(hh, intents->by_key, key, LANE_BYTES + id_len, intent);
}

static struct intent *find(
	const struct intents *intents, int64_t lane, const char *id)
{
	size_t id_len = strlen(id);
	AUTOFREE char *key = xcalloc(1, LANE_BYTES + id_len);
	struct intent *intent;

	memcpy(key, &lane, LANE_BYTES);
	memcpy(key + LANE_BYTES, id, id_len);
	HASH_FIND(hh, intents->by_key, key, LANE_BYTES + id_len, intent);
	return intent;
}

void intents_drop(struct intents *intents, int64_t lane, const char *source_id)
{
	struct intent *intent =
		intents->by_key ? find(intents, lane, str_or_empty(source_id))
				: NULL;

	if (intent)
		intent_forget(intents, intent);
}

int intents_take(struct intents *intents, intents_fn *fn, void *arg)
{
	while (intents->by_key) {
		struct intent *intent = intents->by_key;
		struct store_record record = {
			.kind = STORE_INTENT,
			.source_id = intent->key + LANE_BYTES,
			.progress = intent->progress,
			.at_ms = intent->at_ms,
		};
		int64_t lane;
		int code;

		memcpy(&lane, intent->key, LANE_BYTES);
		code = fn(lane, &record, arg);
		if (code != 0)
			return code;
		intent_forget(intents, intent);
	}
	return 0;
}
