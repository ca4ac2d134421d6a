#include "bridge/alive.h"

#include "util/alloc.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/str.h"

#include <stdio.h>
#include <stdlib.h>

/* A fact. */
static const char space[] = "bridge";
static const char key[] = "alive";

struct alive {
	struct store *store;
	struct timer *timer;
	int64_t died_ms;
};

static void alive_on_fact(const struct store_record *record, void *arg)
{
	struct alive *alive = arg;

	if (str_eq(record->key, key) &&
		parse_i64(record->value, 0, INT64_MAX, &alive->died_ms) < 0)
		log_warn("state", "when it was last used is unreadable");
}

static void alive_on_timer(void *arg)
{
	struct alive *alive = arg;

	alive_mark(alive);
	timer_arm(alive->timer, ALIVE_EVERY_MS);
}

struct alive *alive_new(struct loop *loop, struct store *store)
{
	struct alive *alive = xcalloc(1, sizeof(*alive));
	struct store_query query = {.kind = STORE_FACT, .space = space};

	alive->store = store;
	alive->timer = timer_new(loop, alive_on_timer, alive);
	if (store_each(store, &query, alive_on_fact, alive) < 0)
		log_warn("state", "when it was last used cannot be read");
	timer_arm(alive->timer, ALIVE_EVERY_MS);
	return alive;
}

void alive_free(struct alive *alive)
{
	if (!alive)
		return;
	timer_free(alive->timer);
	free(alive);
}

int64_t alive_died_ms(const struct alive *alive)
{
	return alive->died_ms;
}

void alive_mark(struct alive *alive)
{
	char value[24];
	struct store_record record = {
		.kind = STORE_FACT,
		.space = space,
		.key = key,
		.value = value,
	};

	snprintf(value, sizeof(value), "%lld", (long long)clock_wall_ms());
	store_append(alive->store, &record);
}
