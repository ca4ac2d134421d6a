/*
 * The third implementation of model/end.h, for the bridge's tests. Two parts:
 *
 * - A world is one side's service: what was said there and what arrived
 *   there. It outlives crashes of the bridge.
 * - A fake end is a room on it, as long as a process lives. Nothing happens by
 *   itself: the test takes one step after the other, as the callbacks of a
 *   real end would, and may stop ("crash") after any of them.
 *
 * A message is text of one or more parts separated by '|'; each part arrives
 * and is confirmed by itself. The end checks the contract as it goes: that it
 * is given parcels only while it is ready, within the window, in order, and
 * with the same token and (for a source that cannot be replayed) the same
 * payload as before.
 */
#ifndef SUPPORT_FAKE_END_H
#define SUPPORT_FAKE_END_H

#include "fake_people.h"
#include "fake_stands.h"
#include "model/end.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FAKE_TEXT_MAX = 96, FAKE_MESSAGES_MAX = 512, FAKE_PARTS_MAX = 4 };
enum { FAKE_NOTES_BYTES = 2048 };

struct fake_message {
	char id[24];
	char text[FAKE_TEXT_MAX];
	int64_t position;
	enum event_origin origin;
	bool taken; /* the bridge answered END_TAKEN at least once */
	/* As the other side saw it. */
	char token[65];
	char payload[FAKE_TEXT_MAX + 8];
	unsigned arrived[FAKE_PARTS_MAX]; /* how often each part came */
	bool refused;
};

struct fake_world {
	const char *name; /* begins every id */
	bool is_replayable;
	bool is_idempotent; /* a part of the same token arrives once */
	bool nameless;      /* messages carry no id; the text is unique then */
	/* It remembers: what was said is presented again after a restart, and
	 * what was sent before is found. */
	bool has_history;
	int64_t overlap_ms;
	int64_t clock_off_ms; /* told with every event */
	int64_t step_ms;      /* between the positions of two messages */
	struct fake_message messages[FAKE_MESSAGES_MAX];
	size_t count;
	size_t begun; /* messages there were when a position was last told:
		       * before it nothing is promised */
	size_t read;  /* not replayable: what was presented is gone */
	/* Messages of the other world in the order they first arrived here. */
	size_t order[FAKE_MESSAGES_MAX];
	size_t order_count;
	/* What the bridge itself said here, a line each. */
	char notes[FAKE_NOTES_BYTES];
	bool has_people;    /* it can tell of people, and show them */
	bool has_standings; /* and of bans, moderators and attributes */
	struct fake_people people;
	struct fake_world *other;
};

/* Aborts with the words: the fuzz target has no test to fail. */
void fake_must(bool ok, const char *what);

/* Both empty, each the other's other. */
void fake_worlds_init(struct fake_world *a, struct fake_world *b);
/* The id is "NAME-INDEX", the position grows by step_ms. */
struct fake_message *fake_say(struct fake_world *world, const char *text);
/* How many parts a text has. */
size_t fake_parts(const char *text);

enum { FAKE_HELD_MAX = 64 };

struct fake_held {
	uint64_t ticket;
	struct fake_message *message;
	size_t progress; /* confirmed */
	bool on_wire;    /* the next part was sent, and arrived */
	bool in_doubt;   /* it may have been sent before */
};

struct fake_end {
	struct end_room room;
	struct end_ops ops;
	struct end_sink sink;
	struct fake_world *world;
	size_t window; /* most parcels it may be given */
	bool started;
	bool must_position; /* start(-1): tell where it stands first */
	bool is_ready;
	bool is_busy;
	unsigned resumed;
	bool is_unconfirmed; /* as the bridge has told it */
	unsigned confirmed;  /* how often it was told that all is */
	int64_t from; /* not replayable: the position it was started with */
	size_t next;  /* message to be presented */
	struct fake_held held[FAKE_HELD_MAX];
	size_t held_count;
	/* Called in deliver(), when not NULL. */
	void (*on_deliver)(void *arg, const struct parcel *parcel);
	void *on_deliver_arg;
	struct fake_calls calls; /* of people */
	struct fake_stands stands;
	/* When set, prepare() fails with it. */
	int prepare_code;
};

/* The room's close frees it. */
struct fake_end *fake_end_new(
	struct fake_world *world, const struct end_sink *sink, size_t window);

/* The steps. Each returns false when there was nothing to do. */
bool fake_present(struct fake_end *end);
/* The next part of the oldest parcel that has none on the wire arrives. */
bool fake_arrive(struct fake_end *end);
/* The oldest parcel's part, which arrived, is confirmed. */
bool fake_confirm(struct fake_end *end);
bool fake_refuse(struct fake_end *end);
/* All that it holds ends with RECEIPT_LATER. */
bool fake_later(struct fake_end *end, int64_t retry_ms);
/* Only the oldest does; the end still holds the younger ones. */
bool fake_later_one(struct fake_end *end);
/* The link dies: what is on the wire is in doubt, the rest is for later;
 * then it is not ready. */
bool fake_cut(struct fake_end *end);
bool fake_ready(struct fake_end *end, bool ready);

#endif
