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
 * The source's lines have a position too, in the source's time: the cursor of
 * such a lane is that of the newest line in the outbox, durable with it. It
 * tells the source from where on it must be asked, if it remembers at all.
 *
 * Some files share this struct: lane.c (life, readiness, cursor), intake.c
 * (events in), delivery.c (parcels out, receipts), bounds.c (what happens when
 * there is too much), aside.c (what is set aside), notice.c and outage.c (what
 * people are told), recall.c, confirmed.c. Only they touch its members. All
 * calls on the loop's thread; none frees the lane.
 */
#ifndef BRIDGE_LANE_H
#define BRIDGE_LANE_H

#include "bridge/aside.h"
#include "bridge/confirmed.h"
#include "bridge/journal.h"
#include "bridge/notice.h"
#include "bridge/outage.h"
#include "bridge/queue.h"
#include "bridge/seen.h"
#include "bridge/terms.h"
#include "bridge/unfinished.h"
#include "util/backoff.h"
#include "util/log.h"

enum {
	/* Events that may wait when their source keeps them itself. */
	LANE_QUEUE_MAX = 200,
	LANE_QUEUE_BYTES = 4 * 1024 * 1024,
	/* Lines that may wait for the disk. */
	LANE_UNSAVED_MAX = 256,
	LANE_OUTBOX_MAX = 10000,
	LANE_OUTBOX_BYTES = 32 * 1024 * 1024,
	LANE_OVERLAP_MS = 5 * 60 * 1000,
	/* A position further ahead of our clock than this moves no cursor, or
	 * one wrong date would hide all that is said until then. */
	LANE_AHEAD_MS = 2 * 60 * 1000,
	LANE_AHEAD_MAX = 256,
	/* Lines that are passed over move the cursor of a source that cannot
	 * be replayed no more often than this. */
	LANE_HEARD_MS = 10 * 1000,
	LANE_MAX_AGE_DAYS = 7,
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
	struct queue_limits queue;
	int64_t overlap_ms;
	const struct filter *filter; /* NULL: all is relayed */
	/* Wall ms when the process before this one was last seen alive, or up
	 * to which this mapping listened before a reload; 0: there was none,
	 * or nobody has to know. */
	int64_t died_ms;
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
	struct seen ahead; /* those with a date in the future: never pruned */
	struct unfinished *unfinished;
	struct queue queue;
	size_t in_state[ITEM_STATES];
	size_t bytes; /* of all that is not yet gone */
	struct aside aside;
	struct notice notice;
	struct outage outage;
	uint64_t next;      /* no item before this ticket is to be sent */
	uint64_t last_sent; /* highest ticket ever given to the end */
	uint64_t settled;   /* all before this ticket are handled */
	uint64_t next_seq;  /* in the outbox */
	struct buf scratch; /* payload of the event at hand */

	struct confirmed confirmed;
	bool has_cursor;
	bool cursor_durable; /* nothing is delivered before it is, once */
	struct store_sync *cursor_sync;
	int64_t cursor;
	int64_t floor; /* nothing before it is wanted */

	bool ready;        /* the destination can deliver */
	bool source_ready; /* the source's room can take notes */
	bool stalled;      /* the store is in trouble */
	bool waiting;      /* for the retry timer */
	bool draining;
	bool paused;
	bool starved; /* the source was told to wait */
	bool full;    /* lines are being dropped */
	struct timer *retry;
	struct backoff backoff;
	char *trouble; /* the last, for people; or NULL */
	struct log_once ready_log;
	struct log_once later_log;
	struct log_once aside_log;
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
/* Where the source is to start: -1 when it never ran. */
int64_t lane_start_position(const struct lane *lane);

/* What the sinks of the rooms lead to; lane_event() is in intake.h,
 * lane_receipt() in delivery.h. */
void lane_on_ready(struct lane *lane, bool ready, const char *why);
void lane_on_position(struct lane *lane, int64_t position);
void lane_on_source_ready(struct lane *lane, bool ready);
/* The store is in trouble, or well again. */
void lane_stall(struct lane *lane, bool stalled);

/* Gives no more parcels out, until it is told to go on; what is said waits. */
void lane_pause(struct lane *lane, bool paused);
/* Gives no more parcels out. A source that cannot be replayed is still
 * listened to: its lines go to the outbox. */
void lane_drain(struct lane *lane);
/* Nothing is with the end or on its way to the disk. */
bool lane_is_idle(const struct lane *lane);
void lane_get_stats(const struct lane *lane, struct lane_stats *ret);

/* For the files of this struct. */

/* At the tail of the queue. */
void lane_push(struct lane *lane, struct item *item, enum item_state state);
/* Takes handled ones from the head of it. */
void lane_pop_gone(struct lane *lane);
/* Those in the queue that are not handled. */
size_t lane_count(const struct lane *lane);
void lane_set_state(struct lane *lane, struct item *item, enum item_state to);
/* What a source that cannot be replayed has said up to here is journaled. */
void lane_heard(struct lane *lane, int64_t position);
/* Known from now on, as long as it may be presented again. */
void lane_see(struct lane *lane, const struct ident *ident, int64_t position);
bool lane_has_seen(const struct lane *lane, const struct ident *ident);
/* The first position from now on: journaled before anything is delivered. */
void lane_begin(struct lane *lane, int64_t position);
/* What was handled up to here without becoming an item. */
void lane_pass(struct lane *lane, int64_t position);
/* Moves the cursor over the items that are handled. */
void lane_advance(struct lane *lane);
void lane_tell_idle(struct lane *lane);
/* "Chime" or "IRC": for the log, and for people. */
const char *lane_side(const struct lane *lane);
const char *lane_source_side(const struct lane *lane);

#endif
