/*
 * One event on its way through a lane: the parcel, and how far it is. One
 * block of memory.
 */
#ifndef BRIDGE_ITEM_H
#define BRIDGE_ITEM_H

#include "model/end.h"
#include "model/store.h"
#include "util/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 *            SAVING ──► QUEUED ──► SENT ──► SETTLED ──► GONE
 *                        ▲  ▲│ ▲     │
 *   (skip policy) INTENDING◄─┘ └─────┘ later, in doubt
 */
enum item_state {
	ITEM_SAVING,    /* its outbox record waits for the disk */
	ITEM_QUEUED,    /* may be delivered when its turn comes */
	ITEM_INTENDING, /* its intent waits for the disk */
	ITEM_SENT,      /* with the end, receipts follow */
	ITEM_SETTLED,   /* handled; the record of it waits for the disk */
	ITEM_GONE,      /* leaves the queue when all before it have */
	ITEM_STATES,
};

struct lane;

struct item {
	enum item_state state;
	/* The strings and the payload of it lie behind the item. */
	struct parcel parcel;
	const char *sender; /* as people see them; "" after a restart */
	uint64_t seq;       /* in the outbox */
	uint64_t aside_seq; /* tried again: its number there; 0: not */
	int64_t said_ms;    /* monotonic: what its age is counted from */
	int64_t sent_ms;    /* wall: its last try in this process */
	/* Wall: the first try of which it is not known what became of it; 0:
	 * there is none. */
	int64_t doubt_ms;
	/* Highest position that is handled when this item and all before it
	 * are: its own, and those of events after it that were passed over. */
	int64_t through;
	bool intent;         /* an intent is journaled */
	bool intent_durable; /* and was waited for */
	struct store_sync
		*sync; /* of the state, when that waits for the disk */
	struct lane *lane;
};

/* Copies what the parcel borrows, and the sender's name (NULL: ""). */
struct item *item_new(struct lane *lane, const struct parcel *parcel,
	const char *sender) MUST_CHECK;
/* What it takes of memory, about. */
size_t item_bytes(const struct item *item);
/* NULL is fine. `sync` must be cancelled before. */
void item_free(struct item *item);

#endif
