/*
 * The middle: mappings, each with two rooms and two lanes. Knows neither Chime nor
 * IRC, only events, parcels and receipts. A lane is one direction of one
 * mapping: event -> seen before? -> guard -> prepare -> journal -> deliver -> receipt -> journal,
 * in order, bounded.
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

struct mapping_params {
	const char *name;              /* unique; key of the durable state */
	enum message_policy messages;
	enum in_doubt_policy in_doubt; /* towards IRC */
	unsigned window;               /* parcels under way towards IRC, >= 1 */
	size_t outbox_max;             /* durable backlog towards Chime; 0: 10000 */
	int64_t overlap_ms;            /* what the seen window covers; 0: 5 min */
};

/* The store is borrowed and must outlive the bridge. */
struct bridge *bridge_new(struct loop *loop, struct store *store) MUST_CHECK;
/* Closes all mappings. */
void bridge_free(struct bridge *bridge);

/* NULL with errno-style code in *ret_error: -EEXIST name taken, -EIO state
 * unreadable. Reads the mapping's durable state (blocks for it). */
struct mapping *bridge_add(struct bridge *bridge,
	const struct mapping_params *params, int *ret_error) MUST_CHECK;
struct mapping *bridge_find(struct bridge *bridge, const char *name);
void bridge_remove(struct bridge *bridge, struct mapping *mapping);

/* What to give to the room of each side when it is opened. */
struct end_sink mapping_sink_irc(struct mapping *mapping);
struct end_sink mapping_sink_chime(struct mapping *mapping);
/* Owns both rooms from now on and starts them. */
void mapping_attach(struct mapping *mapping, struct end_room *irc,
	struct end_room *chime);

/* Stops taking events, tells when nothing is under way any more or the
 * deadline passed. */
void bridge_drain(struct bridge *bridge, int64_t deadline_ms, loop_fn *fn,
	void *arg);

struct lane_stats {
	uint64_t relayed;
	uint64_t refused;
	uint64_t duplicates; /* known ones, dropped */
	uint64_t echoes;     /* own and other bridges', dropped */
	uint64_t in_doubt;
	size_t queued;
	int64_t oldest_ms;   /* age of the head, 0 when empty */
	bool ready;
};
struct bridge_stats {
	size_t mappings;
	size_t ready;        /* both rooms ready */
	struct lane_stats to_irc, to_chime; /* sums */
};
void bridge_stats(const struct bridge *bridge, struct bridge_stats *ret);

#endif
