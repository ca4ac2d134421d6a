/*
 * The middle: mappings, each with two rooms and two lanes. Knows neither Chime
 * nor IRC, only events, parcels and receipts. A lane is one direction of one
 * mapping: event -> seen before? -> guard -> prepare -> journal -> deliver ->
 * receipt -> journal, in order, bounded.
 *
 * What it promises, given a store that keeps what it said was durable:
 * - From a source that can be replayed (Chime): nothing is lost; a crash, or a
 *   receipt in doubt, repeats at most `window` events (or, with
 *   IN_DOUBT_SKIP, leaves at most that many out, each named in the log).
 * - From one that cannot (IRC): nothing is lost once it is journaled, and as
 *   the token is the same on every try, nothing is there twice.
 *
 * Limits per mapping: 200 events wait in memory towards IRC (then the source
 * waits), `outbox_max` lines on disk and in memory towards Chime (then lines
 * are refused, said in the log and counted), 16384 remembered ids per lane.
 *
 * All calls on the loop's thread.
 */
#ifndef BRIDGE_BRIDGE_H
#define BRIDGE_BRIDGE_H

#include "model/end.h"
#include "model/store.h"
#include "net/loop.h"

struct bridge;
struct mapping;

enum in_doubt_policy { IN_DOUBT_RESEND, IN_DOUBT_SKIP };
enum message_policy { MESSAGES_BOTH, MESSAGES_TO_IRC, MESSAGES_TO_CHIME };

/* Strings are copied. */
struct mapping_params {
	const char *name; /* unique; key of the durable state */
	enum message_policy messages;
	enum in_doubt_policy in_doubt; /* towards IRC */
	unsigned window;               /* parcels under way towards IRC, >= 1 */
	size_t outbox_max;  /* durable backlog towards Chime; 0: 10000 */
	int64_t overlap_ms; /* what the seen window covers; 0: 5 min */
};

/* The store is borrowed and must outlive the bridge. */
struct bridge *bridge_new(struct loop *loop, struct store *store) MUST_CHECK;
/* Closes all mappings. Not from inside a call of a sink. NULL is fine. */
void bridge_free(struct bridge *bridge);

/* NULL with errno-style code in *ret_error: -EEXIST name taken, -EIO state
 * unreadable. Reads the mapping's durable state (blocks for it). */
struct mapping *bridge_add(struct bridge *bridge,
	const struct mapping_params *params, int *ret_error) MUST_CHECK;
/* NULL when there is none. */
struct mapping *bridge_find(struct bridge *bridge, const char *name);
/* Closes its rooms; the durable state stays, for the same name later. Not from
 * inside a call of a sink. */
void bridge_remove(struct bridge *bridge, struct mapping *mapping);

/* What to give to the room of each side when it is opened. Until both rooms
 * are attached events are answered with END_BUSY. */
struct end_sink mapping_sink_irc(struct mapping *mapping);
struct end_sink mapping_sink_chime(struct mapping *mapping);
/* Owns both rooms from now on and starts them. Once per mapping. */
void mapping_attach(
	struct mapping *mapping, struct end_room *irc, struct end_room *chime);
const char *mapping_name(const struct mapping *mapping);

/*
 * Gives nothing more out and takes no more events from sources that can be
 * replayed; lines of others still go to their outbox. fn(arg) comes from the
 * loop, once: when nothing is under way any more, or `deadline_ms` from now.
 * There is no way back but bridge_free(), which also cancels fn.
 */
void bridge_drain(
	struct bridge *bridge, int64_t deadline_ms, loop_fn *fn, void *arg);

struct lane_stats {
	uint64_t relayed;
	uint64_t refused;
	uint64_t duplicates; /* known ones, dropped */
	uint64_t echoes;     /* own and other bridges', dropped */
	uint64_t in_doubt;
	uint64_t dropped; /* lines lost because the outbox was full */
	size_t queued;
	int64_t oldest_ms; /* age of the head, 0 when empty */
	bool ready;
};
struct bridge_stats {
	size_t mappings;
	size_t ready; /* both rooms ready */
	/* Sums; `oldest_ms` is the oldest of all, `ready` is that all are. */
	struct lane_stats to_irc, to_chime;
};
/* Visits every mapping: for when somebody asks, not for every message. */
void bridge_stats(const struct bridge *bridge, struct bridge_stats *ret);
void mapping_stats(const struct mapping *mapping, enum lane_way way,
	struct lane_stats *ret);

typedef void mapping_fn(struct mapping *mapping, void *arg);
/* In the order they were added. fn may not add or remove. */
void bridge_each(struct bridge *bridge, mapping_fn *fn, void *arg);

#endif
