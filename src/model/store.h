/*
 * Durable state behind one interface: an append-only stream of small records
 * that become durable together (group commit), and their present sum, read
 * at start. Implementations: SQLite (the state file), memory (tests).
 *
 * append() never waits and never fails: records are queued and written by
 * another thread; sync() tells when all that was appended before it is
 * durable. Records that nobody waits for may stay in memory for a quarter of a
 * second, to share the commit of others. Whoever appends bounds what he has
 * under way: the queue itself has no ceiling. When the disk refuses (full,
 * read-only) the store keeps the batch, tries again, and says so through
 * `trouble`; callbacks of sync() simply come later, so nobody ever acts on
 * state that is not saved. An I/O error in a sync is final (what the kernel
 * dropped cannot be synced again): `trouble` is called with fatal = true and
 * the process must end.
 *
 * All calls on the loop's thread.
 */
#ifndef MODEL_STORE_H
#define MODEL_STORE_H

#include "util/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Which way a lane goes. */
enum lane_way { LANE_TO_IRC, LANE_TO_CHIME };

enum store_kind {
	/* (mapping, way) -> position. Replaces. */
	STORE_CURSOR,
	/*
	 * One part of an event is confirmed: (mapping, way, position,
	 * source_id, progress) -> dest_id, complete. Several parts: several
	 * records. Both the seen window and the message map (source id <->
	 * dest id). Clears the INTENT of the same source_id when complete.
	 */
	STORE_DONE,
	/* About to be sent: (mapping, way, source_id) -> progress, at_ms.
	 * Replaces; at_ms 0 takes it back (for certain not sent). */
	STORE_INTENT,
	/* Outbox of a source that cannot be replayed: (mapping, way, seq) ->
	 * source_id, token, payload, position, at_ms (accepted). */
	STORE_OUTBOX_ADD,
	STORE_OUTBOX_DROP, /* (mapping, way, seq) */
	/* Forgets DONE records of (mapping, way) with position < `position`,
	 * and INTENT records made (at_ms) before it. */
	STORE_FORGET,
	/* (space, key) -> value; value NULL deletes. For what ends remember:
	 * puppets, memberships, created channels. */
	STORE_FACT,
	/* What will never be delivered, kept for the operator: (mapping, way,
	 * seq) -> source_id, token, payload, position, at_ms, value (why). */
	STORE_ASIDE_ADD,
	STORE_ASIDE_DROP, /* (mapping, way, seq) */
};

/* Fields that the kind does not name are ignored; strings may be NULL then.
 * All borrowed: append() copies. */
struct store_record {
	enum store_kind kind;
	enum lane_way way;
	bool complete;
	const char *mapping;
	const char *source_id;
	const char *dest_id;
	const char *token;
	const void *payload;
	size_t payload_len;
	uint64_t seq;
	size_t progress;
	int64_t position;
	int64_t at_ms; /* wall */
	const char *space;
	const char *key;
	const char *value;
};

struct store;
struct store_sync;

typedef void store_fn(void *arg);
typedef void store_each_fn(const struct store_record *record, void *arg);

struct store_query {
	/* CURSOR, DONE, INTENT, OUTBOX_ADD, FACT, ASIDE_ADD */
	enum store_kind kind;
	enum lane_way way;
	const char *mapping; /* for all but FACT */
	int64_t since;       /* DONE: position >= since */
	const char *space;   /* FACT */
};

struct store_ops {
	/* Queues a record, in order. */
	void (*append)(struct store *store, const struct store_record *record);
	/*
	 * fn(arg) once everything appended so far is durable; never from
	 * inside this call, in the order of the calls. NULL fn is a plain
	 * flush and returns NULL. The handle may be cancelled until fn ran.
	 */
	struct store_sync *(*sync)(
		struct store *store, store_fn *fn, void *arg);
	void (*cancel)(struct store *store, struct store_sync *sync);
	/*
	 * Reads what is durable now, oldest first (by position, seq or key);
	 * blocks for a read from disk: for start and reload only.
	 */
	int (*each)(struct store *store, const struct store_query *query,
		store_each_fn *fn, void *arg) MUST_CHECK;
	/* Flushes, waits for the disk (but not for one that refuses), closes,
	 * frees. Callbacks that still wait do not come. */
	void (*close)(struct store *store);
};

/* First member of every implementation. */
struct store {
	const struct store_ops *ops;
	/* Set by the owner; called on a change: why is NULL when all is well
	 * again. May be NULL. */
	void (*trouble)(void *arg, const char *why, bool fatal);
	void *trouble_arg;
};

static inline void store_append(
	struct store *store, const struct store_record *record)
{
	store->ops->append(store, record);
}

static inline struct store_sync *store_sync(
	struct store *store, store_fn *fn, void *arg)
{
	return store->ops->sync(store, fn, arg);
}

static inline void store_cancel(struct store *store, struct store_sync *sync)
{
	store->ops->cancel(store, sync);
}

MUST_CHECK static inline int store_each(struct store *store,
	const struct store_query *query, store_each_fn *fn, void *arg)
{
	return store->ops->each(store, query, fn, arg);
}

static inline void store_close(struct store *store)
{
	if (store)
		store->ops->close(store);
}

#endif
