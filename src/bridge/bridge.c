#include "bridge/bridge.h"

#include "bridge/alive.h"
#include "bridge/mapping.h"
#include "filter/filters.h"
#include "people/outcast.h"
#include "reconcile/reconcile.h"
#include "util/alloc.h"
#include "util/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* At most so many; the oldest is forgotten. */
enum { ENDED_MAX = 1000 };

/* A mapping that was taken out while the bridge runs. */
struct ended {
	char *name;
	int64_t heard_ms; /* wall; up to then it listened to IRC */
	UT_hash_handle hh;
};

struct bridge {
	struct loop *loop;
	struct store *store;
	struct ended *ended;      /* by name */
	struct mapping *mappings; /* by name, in the order they were added */
	struct alive *alive;
	struct filters filters;
	int filters_error; /* they could not be read: no mapping begins */
	bool has_begun;    /* the loop has turned since it was made */
	struct timer *begun;
	bool stalled;
	bool draining;
	struct timer *drained; /* armed for the deadline, or for now */
	loop_fn *drain_fn;
	void *drain_arg;
};

static bool bridge_is_idle(const struct bridge *bridge)
{
	struct mapping *mapping;
	struct mapping *next;

	HASH_ITER (hh, bridge->mappings, mapping, next) {
		if (!mapping_is_idle(mapping))
			return false;
	}
	return true;
}

/* Never calls the owner from here: a lane is on the stack. */
static void bridge_on_idle(void *arg)
{
	struct bridge *bridge = arg;

	struct mapping *mapping;
	struct mapping *next;

	if (bridge->draining && bridge_is_idle(bridge))
		timer_arm(bridge->drained, 0);
	HASH_ITER (hh, bridge->mappings, mapping, next) {
		if (mapping->retiring && mapping_is_idle(mapping))
			timer_arm(mapping->retiring->timer, 0);
	}
}

static void bridge_on_drained(void *arg)
{
	struct bridge *bridge = arg;

	bridge->draining = false;
	bridge->drain_fn(bridge->drain_arg);
}

void bridge_refilter(struct bridge *bridge)
{
	struct mapping *mapping;
	struct mapping *next;

	HASH_ITER (hh, bridge->mappings, mapping, next) {
		mapping_refilter(mapping);
	}
}

/* The others' people are as they were: they are not asked for. */
static void bridge_on_mute_ended(void *arg, const char *name)
{
	struct mapping *mapping = bridge_find(arg, name);

	if (mapping)
		mapping_refilter(mapping);
}

static void bridge_on_begun(void *arg)
{
	struct bridge *bridge = arg;

	bridge->has_begun = true;
}

struct bridge *bridge_new(struct loop *loop, struct store *store)
{
	struct bridge *bridge = xcalloc(1, sizeof(*bridge));

	bridge->loop = loop;
	bridge->store = store;
	bridge->alive = alive_new(loop, store);
	bridge->filters_error = filters_init(
		&bridge->filters, loop, store, bridge_on_mute_ended, bridge);
	bridge->begun = timer_new(loop, bridge_on_begun, bridge);
	timer_arm(bridge->begun, 0);
	bridge->drained = timer_new(loop, bridge_on_drained, bridge);
	return bridge;
}

/* Mappings that a reload has changed end here and begin anew. */

static struct ended *find_ended(const struct bridge *bridge, const char *name)
{
	struct ended *ended = NULL;

	HASH_FIND_STR(bridge->ended, name, ended);
	return ended;
}

static void ended_drop(struct bridge *bridge, struct ended *ended)
{
	HASH_DEL(bridge->ended, ended);
	free(ended->name);
	free(ended);
}

static void note_ended(struct bridge *bridge, const struct mapping *mapping)
{
	const struct lane *lane = mapping->to_irc; /* its way out is our ear */
	int64_t heard_ms = lane->ready ? clock_wall_ms() : lane->outage.down_ms;
	struct ended *ended;

	if (heard_ms == 0)
		return;
	if (HASH_COUNT(bridge->ended) >= ENDED_MAX)
		ended_drop(bridge, bridge->ended);
	ended = xcalloc(1, sizeof(*ended));
	ended->name = xstrdup(mapping->name);
	ended->heard_ms = heard_ms;
	HASH_ADD_KEYPTR(
		hh, bridge->ended, ended->name, strlen(ended->name), ended);
}

static int64_t take_heard_ms(struct bridge *bridge, const char *name)
{
	struct ended *ended = find_ended(bridge, name);
	int64_t heard_ms = ended ? ended->heard_ms : 0;

	if (ended)
		ended_drop(bridge, ended);
	return heard_ms;
}

void bridge_free(struct bridge *bridge)
{
	struct mapping *mapping;
	struct mapping *next;
	struct ended *ended;
	struct ended *after;

	if (!bridge)
		return;
	HASH_ITER (hh, bridge->mappings, mapping, next) {
		bridge_remove(bridge, mapping);
	}
	HASH_ITER (hh, bridge->ended, ended, after) {
		ended_drop(bridge, ended);
	}
	timer_free(bridge->drained);
	timer_free(bridge->begun);
	filters_release(&bridge->filters);
	alive_free(bridge->alive);
	free(bridge);
}

struct mapping *bridge_find(struct bridge *bridge, const char *name)
{
	struct mapping *mapping = NULL;

	HASH_FIND_STR(bridge->mappings, name, mapping);
	return mapping;
}

/* Only what is there from the beginning was down with the bridge. */
static int64_t died_ms(const struct bridge *bridge)
{
	return bridge->has_begun ? 0 : alive_died_ms(bridge->alive);
}

struct mapping *bridge_add(struct bridge *bridge,
	const struct mapping_params *params, int *ret_error)
{
	struct mapping_env env = {
		.loop = bridge->loop,
		.store = bridge->store,
		.filters = &bridge->filters,
		.died_ms = died_ms(bridge),
		.on_idle = bridge_on_idle,
		.arg = bridge,
	};
	struct mapping *mapping;

	if (bridge_find(bridge, params->name)) {
		*ret_error = -EEXIST;
		return NULL;
	}
	*ret_error = bridge->filters_error;
	env.heard_ms = take_heard_ms(bridge, params->name);
	mapping = bridge->filters_error ? NULL
					: mapping_new(&env, params, ret_error);
	if (!mapping)
		return NULL;
	mapping_stall(mapping, bridge->stalled);
	HASH_ADD_KEYPTR(hh, bridge->mappings, mapping->name,
		strlen(mapping->name), mapping);
	return mapping;
}

void bridge_remove(struct bridge *bridge, struct mapping *mapping)
{
	HASH_DEL(bridge->mappings, mapping);
	note_ended(bridge, mapping);
	mapping_free(mapping);
}

/* --- without haste ---------------------------------------------------------
 */

static void retiring_on_timer(void *arg)
{
	struct retiring *retiring = arg;
	loop_fn *fn = retiring->fn;
	void *fn_arg = retiring->arg;

	bridge_remove(retiring->bridge, retiring->mapping);
	fn(fn_arg);
}

void bridge_retire(struct bridge *bridge, struct mapping *mapping,
	int64_t deadline_ms, loop_fn *fn, void *arg)
{
	struct retiring *retiring = xcalloc(1, sizeof(*retiring));

	retiring->bridge = bridge;
	retiring->mapping = mapping;
	retiring->fn = fn;
	retiring->arg = arg;
	retiring->timer = timer_new(bridge->loop, retiring_on_timer, retiring);
	mapping->retiring = retiring;
	mapping_drain(mapping);
	timer_arm(retiring->timer, mapping_is_idle(mapping) ? 0 : deadline_ms);
}

void bridge_forget(struct bridge *bridge, const char *name)
{
	if (bridge_find(bridge, name))
		return;
	(void)take_heard_ms(bridge, name);
	pause_forget(bridge->store, name);
	outcast_forget(bridge->store, name);
	reconcile_forget(bridge->store, name);
	if (bridge->filters.mutes)
		mutes_forget(bridge->filters.mutes, name);
}

void bridge_stall(struct bridge *bridge, bool stalled)
{
	struct mapping *mapping;
	struct mapping *next;

	bridge->stalled = stalled;
	HASH_ITER (hh, bridge->mappings, mapping, next) {
		mapping_stall(mapping, stalled);
	}
}

void bridge_drain(
	struct bridge *bridge, int64_t deadline_ms, loop_fn *fn, void *arg)
{
	struct mapping *mapping;
	struct mapping *next;

	alive_mark(bridge->alive);
	bridge->draining = true;
	bridge->drain_fn = fn;
	bridge->drain_arg = arg;
	HASH_ITER (hh, bridge->mappings, mapping, next) {
		mapping_drain(mapping);
	}
	timer_arm(bridge->drained, bridge_is_idle(bridge) ? 0 : deadline_ms);
}

static void add_stats(struct lane_stats *sum, const struct lane_stats *one)
{
	sum->relayed += one->relayed;
	sum->refused += one->refused;
	sum->duplicates += one->duplicates;
	sum->echoes += one->echoes;
	sum->filtered += one->filtered;
	sum->in_doubt += one->in_doubt;
	sum->dropped += one->dropped;
	sum->expired += one->expired;
	sum->aside_lost += one->aside_lost;
	sum->queued += one->queued;
	sum->bytes += one->bytes;
	sum->aside += one->aside;
	sum->is_waiting = sum->is_waiting || one->is_waiting;
	if (one->oldest_ms > sum->oldest_ms)
		sum->oldest_ms = one->oldest_ms;
	sum->ready = sum->ready && one->ready;
}

void bridge_stats(const struct bridge *bridge, struct bridge_stats *ret)
{
	struct bridge_stats sum = {
		.to_irc = {.ready = true},
		.to_chime = {.ready = true},
	};
	struct mapping *mapping;
	struct mapping *next;

	HASH_ITER (hh, bridge->mappings, mapping, next) {
		struct lane_stats irc;
		struct lane_stats chime;

		mapping_stats(mapping, LANE_TO_IRC, &irc);
		mapping_stats(mapping, LANE_TO_CHIME, &chime);
		add_stats(&sum.to_irc, &irc);
		add_stats(&sum.to_chime, &chime);
		sum.mappings++;
		sum.ready += irc.ready && chime.ready;
	}
	*ret = sum;
}

int bridge_set_filter(struct bridge *bridge, const struct filter_params *filter,
	struct err *err)
{
	bool changed = false;
	int error = filters_set(&bridge->filters, filter, &changed, err);

	if (changed)
		bridge_refilter(bridge);
	return error;
}

struct filters *bridge_filters(struct bridge *bridge)
{
	return &bridge->filters;
}

void bridge_each(struct bridge *bridge, mapping_fn *fn, void *arg)
{
	struct mapping *mapping;
	struct mapping *next;

	HASH_ITER (hh, bridge->mappings, mapping, next) {
		fn(mapping, arg);
	}
}
