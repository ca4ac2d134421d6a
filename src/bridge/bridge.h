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
 * Limits per mapping
 * - Towards IRC 200 events or 4 MiB wait in memory, then the source waits.
 * - Towards Chime as many lines wait, on disk and in memory, as `queue` says;
 *   then the oldest is dropped, counted and told in the room, or (stop) the
 *   source waits.
 * - Lines that wait for the disk: 256 per lane, then the source waits; so it
 *   does as long as the store is in trouble (bridge_stall()).
 * - Either way what is older than `queue.max_age_ms` when its turn comes is
 *   set aside. So is what the other side will never take. Set aside are at
 *   most 1000 lines per lane; then the oldest is forgotten, and counted.
 * - 16384 remembered ids per lane.
 *
 * What people are told, in the room the message comes from: that one could not
 * be relayed (one such line in 30 s, the others as a number); in the room it
 * goes to: that the bridge was away for a minute or more, once.
 *
 * All calls on the loop's thread.
 */
#ifndef BRIDGE_BRIDGE_H
#define BRIDGE_BRIDGE_H

#include "bridge/terms.h"
#include "filter/filter.h"
#include "model/end.h"
#include "model/store.h"
#include "net/loop.h"
#include "people/people.h"
#include "reconcile/reconcile.h"

struct bridge;
struct mapping;

/* Which way changes go, of what is kept alike (reconcile/reconcile.h). */
struct moderation_params {
	struct reconcile_ways standings[STANDING_KINDS];
	struct reconcile_ways attributes[ATTRIBUTES];
	enum reconcile_side winner;
	size_t max_changes;
	bool unban_restores;
};

/* Strings are copied. */
struct mapping_params {
	const char *name;        /* unique; key of the durable state */
	const char *irc_label;   /* "libera/#project": for people, or NULL */
	const char *chime_label; /* the channel's name or ARN, or NULL */
	struct mirror_params mirror;
	struct moderation_params moderation;
	struct filter_params filter; /* in addition to that of all */
	enum message_policy messages;
	enum in_doubt_policy in_doubt; /* towards IRC */
	unsigned window;               /* parcels under way towards IRC, >= 1 */
	struct queue_limits queue;
	int64_t overlap_ms; /* what the seen window covers; 0: 5 min */
};

/* The store is borrowed and must outlive the bridge. */
struct bridge *bridge_new(struct loop *loop, struct store *store) MUST_CHECK;
/* Closes all mappings. Not from inside a call of a sink. NULL is fine. */
void bridge_free(struct bridge *bridge);

/* What holds for all mappings from now on. -EINVAL with `err`: a pattern that
 * cannot be read, and nothing changes. */
int bridge_set_filter(struct bridge *bridge, const struct filter_params *filter,
	struct err *err) MUST_CHECK;

/* For commands, which change them; owned by the bridge. */
struct filters *bridge_filters(struct bridge *bridge);
/* They have: people are looked at anew. */
void bridge_refilter(struct bridge *bridge);

/* NULL with errno-style code in *ret_error: -EEXIST name taken, -EIO state
 * unreadable, -EINVAL a pattern of its filter. Reads the mapping's durable
 * state (blocks for it). */
struct mapping *bridge_add(struct bridge *bridge,
	const struct mapping_params *params, int *ret_error) MUST_CHECK;
/* NULL when there is none. */
struct mapping *bridge_find(struct bridge *bridge, const char *name);
/* Closes its rooms; the durable state stays, for the same name later. Not from
 * inside a call of a sink. */
void bridge_remove(struct bridge *bridge, struct mapping *mapping);
/*
 * The same without haste: gives nothing more out, and is removed when nothing
 * is under way any more, or `deadline_ms` from now; then fn(arg), from the
 * loop. Lines of sources that cannot be replayed still go to its outbox. Once
 * for a mapping; not when the bridge is freed before.
 */
void bridge_retire(struct bridge *bridge, struct mapping *mapping,
	int64_t deadline_ms, loop_fn *fn, void *arg);
/* Nobody will want this mapping, which is not there, back as it was: what
 * people have said by command, or a moderator has done, is dropped. Reads from
 * disk. */
void bridge_forget(struct bridge *bridge, const char *name);

/* What to give to the room of each side when it is opened. Until both rooms
 * are attached events are answered with END_BUSY. */
struct end_sink mapping_sink_irc(struct mapping *mapping);
struct end_sink mapping_sink_chime(struct mapping *mapping);
/* Owns both rooms from now on and starts them. Once per mapping. */
void mapping_attach(
	struct mapping *mapping, struct end_room *irc, struct end_room *chime);
const char *mapping_name(const struct mapping *mapping);

/* The store cannot (or can again) save: no source is listened to meanwhile. */
void bridge_stall(struct bridge *bridge, bool stalled);

/*
 * Gives nothing more out and takes no more events from sources that can be
 * replayed; lines of others still go to their outbox. fn(arg) comes from the
 * loop, once: when nothing is under way any more, or `deadline_ms` from now.
 * There is no way back but bridge_free(), which also cancels fn.
 */
void bridge_drain(
	struct bridge *bridge, int64_t deadline_ms, loop_fn *fn, void *arg);

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

/*
 * What was set aside: refused by the other side, impossible to say there, or
 * too old. Each has a number (`seq`), unique in its lane. Records are
 * STORE_ASIDE_ADD; `value` says why (and, where there is no payload, who said
 * what), `at_ms` when. Reads from disk: for when somebody asks.
 */
int mapping_aside_each(struct mapping *mapping, enum lane_way way,
	store_each_fn *fn, void *arg) MUST_CHECK;
/*
 * Tries it again, behind all that waits, with the same token. It stays set
 * aside until it is confirmed. -ENOENT: no such number; -EALREADY: it is on
 * its way; -ENODATA: there is nothing that could be sent; -EAGAIN: not saved
 * yet; -ESHUTDOWN: the bridge is stopping; -EIO.
 */
int mapping_aside_retry(
	struct mapping *mapping, enum lane_way way, uint64_t seq) MUST_CHECK;
/* -ENOENT, or -EALREADY while it is being tried again. */
int mapping_aside_forget(
	struct mapping *mapping, enum lane_way way, uint64_t seq) MUST_CHECK;

/*
 * Nothing is delivered either way while a mapping is paused; what is said
 * waits, within the bounds above, and people are still mirrored. It stays
 * paused over restarts. `who` paused it, for people.
 */
void mapping_pause(struct mapping *mapping, bool is_paused, const char *who);
bool mapping_is_paused(const struct mapping *mapping);
/* Asks both sides anew who is there, and puts right what differs. */
void mapping_resync(struct mapping *mapping);

typedef void mapping_fn(struct mapping *mapping, void *arg);
/* In the order they were added. fn may not add or remove. */
void bridge_each(struct bridge *bridge, mapping_fn *fn, void *arg);

#endif
