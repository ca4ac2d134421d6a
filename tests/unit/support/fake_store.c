#include "fake_store.h"

#include "util/alloc.h"
#include "util/str.h"

#include <errno.h>
#include <stdlib.h>

static struct fake_store *fake_of(struct store *store)
{
	return (struct fake_store *)store;
}

static struct fake_fact *find(
	struct fake_store *fake, const char *space, const char *key)
{
	for (size_t i = 0; i < fake->count; i++)
		if (str_eq(fake->facts[i].space, space) &&
			str_eq(fake->facts[i].key, key))
			return &fake->facts[i];
	return NULL;
}

void fake_store_put(struct fake_store *fake, const char *space, const char *key,
	const char *value)
{
	struct fake_fact *fact = find(fake, space, key);
	if (!fact) {
		if (fake->count == FAKE_STORE_FACTS)
			abort();
		fact = &fake->facts[fake->count++];
		fact->space = xstrdup(space);
		fact->key = xstrdup(key);
	}
	free(fact->value);
	fact->value = xstrdup_null(value); /* NULL: gone */
}

static void fake_append(struct store *store, const struct store_record *record)
{
	struct fake_store *fake = fake_of(store);
	if (record->kind != STORE_FACT)
		abort();
	buf_addf(&fake->log, "%s %s", record->space, record->key);
	if (record->value)
		buf_addf(&fake->log, "=%s\n", record->value);
	else
		buf_adds(&fake->log, " gone\n");
	fake_store_put(fake, record->space, record->key, record->value);
}

static struct store_sync *fake_sync(
	struct store *store, store_fn *fn, void *arg)
{
	(void)store;
	(void)arg;
	if (fn)
		abort(); /* ends wait for nothing */
	return NULL;
}

static void fake_cancel(struct store *store, struct store_sync *sync)
{
	(void)store;
	(void)sync;
}

static int fake_each(struct store *store, const struct store_query *query,
	store_each_fn *fn, void *arg)
{
	struct fake_store *fake = fake_of(store);
	if (fake->is_broken)
		return -EIO;
	for (size_t i = 0; i < fake->count; i++) {
		const struct fake_fact *fact = &fake->facts[i];
		const struct store_record record = {
			.kind = STORE_FACT,
			.space = fact->space,
			.key = fact->key,
			.value = fact->value,
		};
		if (fact->value && str_eq(fact->space, query->space))
			fn(&record, arg);
	}
	return 0;
}

static const struct store_ops fake_ops = {
	.append = fake_append,
	.sync = fake_sync,
	.cancel = fake_cancel,
	.each = fake_each,
};

void fake_store_init(struct fake_store *fake)
{
	*fake = (struct fake_store){.base.ops = &fake_ops};
	buf_init(&fake->log, 1 << 20);
}

void fake_store_release(struct fake_store *fake)
{
	for (size_t i = 0; i < fake->count; i++) {
		free(fake->facts[i].space);
		free(fake->facts[i].key);
		free(fake->facts[i].value);
	}
	buf_release(&fake->log);
}
