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
#include "model/presence.h"
#include "model/receipt.h"
#include "model/sink.h"
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

	/*
	 * People (model/presence.h). Any of these may be NULL: the end cannot.
	 *
	 * watch: tell who is in the room (sink.roster, sink.presence), or no
	 * more of it. Said again while on, it asks for a fresh list.
	 */
	void (*watch)(struct end_room *room, bool on);
	/*
	 * Show this person of the other side here, under this name; said again
	 * with another name it renames. Exactly one sink.mirrored answers,
	 * from the loop, for each call. How many are under way is bounded by
	 * the caller; the end paces what it does, live messages first. Who is
	 * shown is remembered durably, and who speaks here is shown from then
	 * on without being asked for (sink.mirrored tells, with is_here).
	 */
	void (*admit)(struct end_room *room, const struct person *person);
	/* Do not show this person any more. Answered as admit() is. Who is not
	 * shown is not touched: MIRROR_DONE. */
	void (*dismiss)(struct end_room *room, const struct removal *removal);
	/* Who is shown here, as it is remembered; not from inside the sink. */
	void (*shown)(struct end_room *room,
		void (*fn)(void *arg, const struct shown *shown), void *arg);
	/*
	 * A native of this side is to leave the room, as who is shown for them
	 * on the other side was removed there. Best effort; sink.presence
	 * tells when it has happened. -EPERM: we have no right to, and `note`
	 * is all that is left.
	 */
	int (*expel)(struct end_room *room, const struct removal *removal);
	/*
	 * Standings and attributes (model/standing.h); NULL: the end cannot.
	 *
	 * moderate: tell of them, or no more. Said again while on, it asks for
	 * fresh lists of all.
	 */
	void (*moderate)(struct end_room *room, bool on);
	/* Answered by sink.stood, exactly once for each call, from the loop.
	 * Banning removes the person from the room too. */
	void (*stand)(
		struct end_room *room, const struct standing_change *change);
	/*
	 * Where bans are rules: the rule that stand() would set for this
	 * person now, owned by the caller; NULL: none. Whoever writes it down
	 * first and hands it to stand() knows it again after a crash. Changes
	 * nothing. May be NULL.
	 */
	char *(*rule_for)(
		struct end_room *room, const struct standing_change *change);
	/* Answered by sink.attribute_set. */
	void (*set_attribute)(struct end_room *room, enum attribute attribute,
		const char *value, const char *by);
	/* This person of the other side has read all that was said up to this
	 * moment (wall ms); moves only forward. */
	void (*has_read)(
		struct end_room *room, const char *person_id, int64_t at_ms);
};

/* First member of every end's own room struct. */
struct end_room {
	const struct end_ops *ops;
};

#endif
