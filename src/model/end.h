/*
 * The door between an end and the bridge. An end speaks for one side of a
 * mapping ("room"): it turns what its wire says into events, and delivers what
 * the other side said. It knows nothing of the other side. Three
 * implementations: Chime, IRC, and the fake end of the bridge's tests.
 *
 * Rules of calling
 * - All calls are made on the loop's thread.
 * - An end calls its sink only from callbacks of the loop, never from inside
 *   one of the verbs below (except `prepare`, which calls nothing at all).
 * - The bridge may call any verb from inside a sink call, `close` included.
 * - After `close` the sink is not called any more.
 *
 * A message's way: source end -> sink.event -> dest.prepare (pure) -> journal
 * -> dest.deliver -> sink.receipt (of the dest end) -> journal.
 */
#ifndef MODEL_END_H
#define MODEL_END_H

#include "model/event.h"
#include "model/receipt.h"
#include "util/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One prepared event, ready to be delivered, maybe again. Borrowed for the
 * call of deliver(); an end that needs it longer copies it. */
struct parcel {
	uint64_t ticket;       /* unique within the room and the process */
	const char *source_id; /* the event's, for tags, metadata and logs */
	/* Idempotency token, 2..64 of [-_A-Za-z0-9]: the same on every retry
	 * and after every restart. */
	const char *token;
	const char *payload; /* what prepare() wrote, byte for byte */
	size_t payload_len;
	/* Bytes of the payload confirmed before, maybe by an earlier process:
	 * towards IRC the payload is prepared anew after a restart, and the
	 * event may have been edited in between. */
	size_t progress;
	int64_t position; /* the event's */
	/* Wall ms of the first attempt, of this or an earlier process; 0 when
	 * it was never sent. For an end that settles_doubt: of the first one
	 * of which it is not known what became of it. */
	int64_t first_sent_ms;
	/* Wall ms when the bridge accepted the event. */
	int64_t accepted_ms;
	/*
	 * Only for an end that settles_doubt: what was sent before
	 * (first_sent_ms) and cannot be looked for is not sent again, but
	 * ended with RECEIPT_IN_DOUBT, `is_final`.
	 */
	bool skip_doubt;
	/* Ms when its turn first came in this process: what is late by
	 * then carries its time. On the source's clock, like `position`. The
	 * same on every try, so that all tries say the same. */
	int64_t turn_ms;
};

struct end_room;

struct end_ops {
	/* Does the source keep what it said, to be listed again after a crash?
	 * (Chime does, IRC does not: its lines are journaled with content.) */
	bool is_replayable;

	/*
	 * Does the end look for a parcel that was sent before (first_sent_ms)
	 * where it can, before it sends it again? What it finds is confirmed,
	 * what is for certain not there is sent. Where it cannot tell it sends
	 * again, or obeys skip_doubt.
	 */
	bool settles_doubt;

	/*
	 * Pure translation: the event in the end's own durable form. The same
	 * payload is given to deliver() now and after restarts of later
	 * versions, so the form carries a version. -ENODATA: nothing to say
	 * on this side (empty text); other negative errno: cannot be said,
	 * with the reason in `why` (an owned static or borrowed string).
	 */
	int (*prepare)(struct end_room *room, const struct event *event,
		struct buf *ret_payload, const char **ret_why);

	/*
	 * Begins to deliver from `progress` on. Receipts follow: any number of
	 * incomplete RECEIPT_DONE with growing progress, then exactly one last
	 * receipt (complete, refused, later, in doubt). Parcels of a room are
	 * delivered in the order of the calls. When one ends with later or in
	 * doubt, the end ends all younger ones it holds with RECEIPT_LATER (or
	 * IN_DOUBT if already on the wire), in order, before it takes new ones.
	 */
	void (*deliver)(struct end_room *room, const struct parcel *parcel);

	/* There is room again after END_BUSY was answered. */
	void (*resume)(struct end_room *room);

	/*
	 * Starts reading the source. `position`: the durable cursor; events at
	 * or after it minus the overlap are presented again; -1: never ran
	 * before, begin with what is said from now on (call sink.position).
	 * Where the source is not replayable it is the position of the last
	 * event that is durable, and what was said since is presented as far as
	 * the source can tell; what is presented twice is known by its id.
	 */
	void (*start)(struct end_room *room, int64_t position);

	/* Stops reading, drops what is under way, frees the room. */
	void (*close)(struct end_room *room);

	/*
	 * Of a replayable source: is all that it presented to be relayed
	 * handled, and the record of that durable? False from inside the
	 * sink.event that takes a new one, true once none is left; it begins
	 * as true. Called on changes only, which may be often. May be NULL.
	 */
	void (*confirmed)(struct end_room *room, bool all);

	/* A line by the bridge itself, to the people in this room: best
	 * effort, not confirmed, not relayed back; it stands before what is
	 * delivered after it. NULL: the end cannot. */
	void (*note)(struct end_room *room, const char *text);
};

/* First member of every end's own room struct. */
struct end_room {
	const struct end_ops *ops;
};

enum end_answer {
	END_TAKEN, /* journaled, already seen, or dropped by policy: go on */
	/* The lane or the disk is full: stop reading the source, present it
	 * again after resume(), and nothing that was said later before it. */
	END_BUSY,
};

/* What the bridge gives to each room. `arg` comes back in every call. */
struct end_sink {
	/* Events are presented in source order. Those of a replayable source
	 * all carry an id, or they are refused. */
	enum end_answer (*event)(void *arg, const struct event *event);
	void (*receipt)(void *arg, const struct receipt *receipt);
	/* Can the room deliver now? `why` (for people) when not. Called on
	 * every change; a room begins as not ready. */
	void (*ready)(void *arg, bool ready, const char *why);
	/*
	 * The source stands here: nothing before it is wanted, what lies at
	 * it is. A later call moves the cursor over a silence, once all that
	 * was taken before is done.
	 */
	void (*position)(void *arg, int64_t position);
	/*
	 * The source was not listened to from one moment to another (wall ms);
	 * comes before the events that were said after it. `is_recovered`:
	 * what was said in between has been presented nevertheless; else some
	 * or all of it is missing. May be NULL.
	 */
	void (*gap)(
		void *arg, int64_t from_ms, int64_t to_ms, bool is_recovered);
	void *arg;
};

#endif
