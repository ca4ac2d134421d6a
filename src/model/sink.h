/*
 * What an end calls: the bridge's side of the door (model/end.h, whose rules of
 * calling hold here).
 */
#ifndef MODEL_SINK_H
#define MODEL_SINK_H

#include "model/event.h"
#include "model/presence.h"
#include "model/receipt.h"
#include "model/standing.h"

#include <stdbool.h>
#include <stdint.h>

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
	/* People (model/presence.h); any may be NULL. presence and roster come
	 * only while `watch` is on. */
	void (*roster)(void *arg, enum roster_state state);
	void (*presence)(void *arg, const struct presence *presence);
	void (*mirrored)(void *arg, const struct mirror_receipt *receipt);
	/* Standings and attributes (model/standing.h); any may be NULL. They
	 * come only while `moderate` is on. */
	void (*standings)(void *arg, const struct standing_list *list);
	void (*standing)(void *arg, const struct standing *standing);
	void (*stood)(void *arg, const struct standing_receipt *receipt);
	void (*attribute)(void *arg, const struct attribute_state *state);
	void (*attribute_set)(
		void *arg, const struct attribute_receipt *receipt);
	/* May we change this here? On every change, and first when it is
	 * known; `why` (for people) when not. */
	void (*right)(void *arg, enum right right, bool may, const char *why);
	/* A native of this side has read up to this moment (wall ms). */
	void (*has_read)(void *arg, const char *person_id, int64_t at_ms);
	void *arg;
};

#endif
