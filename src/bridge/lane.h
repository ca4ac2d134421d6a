/*
 * One direction of one mapping. Takes events from its source room, keeps them
 * in order, delivers them to its destination room, and writes the journal so
 * that a crash at any moment loses nothing and repeats at most `window`
 * events (none where the destination knows our tokens).
 *
 * - A source that can be replayed (Chime) keeps its own messages: the lane
 *   remembers what is done and a cursor, which moves only over what is done.
 *   An event leaves the window when the record of it is durable, so that no
 *   more than `window` events can be in doubt at any moment.
 * - A source that cannot (IRC): the event with its payload and token is
 *   durable in the outbox before it is delivered, and leaves it when done.
 *
 * Three files share this struct: lane.c (life, readiness, cursor), intake.c
 * (events in), delivery.c (parcels out, receipts). Only they touch its
 * members. All calls on the loop's thread; none frees the lane.
 */
#ifndef BRIDGE_LANE_H
#define BRIDGE_LANE_H

#include "bridge/bridge.h"
#include "bridge/journal.h"
#include "bridge/queue.h"
#include "bridge/seen.h"
#include "bridge/unfinished.h"
#include "util/backoff.h"
#include "util/log.h"

enum {
	/* Events that may wait when their source keeps them itself. */
	LANE_QUEUE_MAX = 200,
	LANE_OUTBOX_MAX = 10000,
	LANE_OVERLAP_MS = 5 * 60 * 1000,
	LANE_PAYLOAD_MAX = 256 * 1024,
	LANE_RETRY_MIN_MS = 1000,
	LANE_RETRY_MAX_MS = 60 * 1000,
};

/* Strings are copied, the rest is borrowed. */
struct lane_params {
	struct loop *loop;
	struct store *store;
	const char *mapping;
	enum lane_way way;
	enum message_policy messages;
	enum in_doubt_policy in_doubt;
	unsigned window;
	size_t outbox_max;
	int64_t overlap_ms;
	/* Called when lane_is_idle() became true while draining. Or NULL. */
	loop_fn *on_idle;
	void *arg;
};

struct lane {
	struct lane_params params;
	char *mapping;
	char *object; /* for the log */
	struct journal journal;
	struct end_room *source; /* NULL until attached; borrowed */
	struct end_room *dest;
	bool replayable; /* the source is */

	struct seen seen;
	struct unfinished *unfinished;
	struct queue queue;
	size_t in_state[ITEM_STATES];
	uint64_t next;      /* no item before this ticket is to be sent */
	uint64_t last_sent; /* highest ticket ever given to the end */
	uint64_t settled;   /* all before this ticket are handled */
	uint64_t next_seq;  /* in the outbox */
	struct buf scratch; /* payload of the event at hand */

	bool has_cursor;
	bool cursor_durable; /* nothing is delivered before it is, once */
	struct store_sync *cursor_sync;
	int64_t cursor;
	int64_t floor; /* nothing before it is wanted */

	bool ready;   /* the destination can deliver */
	bool waiting; /* for the retry timer */
	bool draining;
	bool starved; /* the source was told to wait */
	bool full;    /* the outbox refuses lines */
	struct timer *retry;
	struct backoff backoff;
	struct log_once ready_log;
	struct log_once later_log;
	int64_t forget_due_ms;   /* monotonic */
	struct lane_stats stats; /* counters only */
};

/* Reads the durable state. NULL with -EIO when it cannot be read. */
struct lane *lane_new(
	const struct lane_params *params, int *ret_error) MUST_CHECK;
/* The rooms must be closed. NULL is fine. */
void lane_free(struct lane *lane);
/* Both are borrowed until lane_free(). */
void lane_attach(
	struct lane *lane, struct end_room *source, struct end_room *dest);
/* Where the source is to start: -1 when it never ran or cannot be replayed. */
int64_t lane_start_position(const struct lane *lane);

/* What the sinks of the rooms lead to; lane_event() is in intake.h,
 * lane_receipt() in delivery.h. */
void lane_on_ready(struct lane *lane, bool ready, const char *why);
void lane_on_position(struct lane *lane, int64_t position);

/* Gives no more parcels out. A source that cannot be replayed is still
 * listened to: its lines go to the outbox. */
void lane_drain(struct lane *lane);
/* Nothing is with the end or on its way to the disk. */
bool lane_is_idle(const struct lane *lane);
void lane_get_stats(const struct lane *lane, struct lane_stats *ret);

/* For the three files of this struct. */
void lane_set_state(struct lane *lane, struct item *item, enum item_state to);
/* The first position from now on: journaled before anything is delivered. */
void lane_begin(struct lane *lane, int64_t position);
/* What was handled up to here without becoming an item. */
void lane_pass(struct lane *lane, int64_t position);
/* Moves the cursor over the items that are handled. */
void lane_advance(struct lane *lane);
void lane_tell_idle(struct lane *lane);
/* "Chime" or "IRC": for the log. */
const char *lane_side(const struct lane *lane);

#endif
