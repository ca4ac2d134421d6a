/*
 * What people are told when the bridge was away: one line in the room of the
 * destination before what waited goes out, when that took OUTAGE_MIN_MS or
 * more, and nothing when nothing waited. Two kinds:
 *
 * - The way to the destination was closed, or the whole bridge was down:
 *   "bridge was down 14:02-14:09 UTC, 12 messages follow".
 * - The source could not be heard (end_sink.gap).
 *
 * After a restart what waited is known only when the source has presented it:
 * the lane then holds its first message for OUTAGE_GATHER_MS and counts.
 */
#ifndef BRIDGE_OUTAGE_H
#define BRIDGE_OUTAGE_H

#include "net/loop.h"
#include "util/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	OUTAGE_MIN_MS = 60 * 1000,
	OUTAGE_LOG_MS = 5 * 1000, /* shorter gaps are nobody's news */
	OUTAGE_GATHER_MS = 1000,
	OUTAGE_TEXT_BYTES = 300,
};

struct outage {
	struct timer *timer;
	/* Wall ms when the way was closed; 0: it was not yet open in this
	 * process. */
	int64_t down_ms;
	/* Of what is to be told; `is_due` until it was. */
	int64_t from_ms, to_ms;
	bool is_due;
	bool is_gathering;
	/* A gap of the source that waits for the way to open; NULL: none. */
	char *gap;
	int64_t told_ms;   /* up to here people know */
	size_t backfilled; /* late events since the last gap */
};

struct lane;

void outage_init(struct lane *lane);
void outage_release(struct lane *lane);

/* The way was closed; it opens (nothing was sent yet). */
void outage_on_down(struct lane *lane);
void outage_on_up(struct lane *lane);
/* An event of this position is about to be queued. */
void outage_on_event(struct lane *lane, int64_t position);
/* end_sink.gap of the source. */
void outage_on_gap(
	struct lane *lane, int64_t from_ms, int64_t to_ms, bool is_recovered);
/* Nothing is to be sent now. */
bool outage_holds(const struct lane *lane);

/* "14:02–14:09 UTC", with dates when they are of different days. Exposed
 * for its test. */
enum { OUTAGE_SPAN_BYTES = 64 };
void outage_span(int64_t from_ms, int64_t to_ms, char out[OUTAGE_SPAN_BYTES]);

#endif
