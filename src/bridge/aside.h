/*
 * What a lane has set aside: events that the other side will never take, that
 * cannot be said there, or that were too old. They are durable, block nobody,
 * and wait for an operator, who has them tried again or forgotten.
 *
 * In memory are only their numbers; at most ASIDE_MAX, then the oldest that is
 * not being tried again is forgotten, said in the log and counted.
 */
#ifndef BRIDGE_ASIDE_H
#define BRIDGE_ASIDE_H

#include "model/end.h"
#include "model/store.h"
#include "util/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ASIDE_MAX = 1000 };

struct aside_entry {
	uint64_t seq;
	bool retrying;
};

struct aside {
	struct aside_entry *entries; /* ascending */
	size_t count;
	size_t size;
	uint64_t next_seq;
};

struct lane;

void aside_init(struct aside *aside);
void aside_release(struct aside *aside);
/* From the journal, ascending. */
void aside_recall(struct aside *aside, uint64_t seq);

/* In the journal too. `seq`: its number if it was there before, else 0. */
void lane_put_aside(struct lane *lane, const struct parcel *parcel,
	uint64_t seq, const char *why);
/* It was tried again, and arrived. */
void lane_aside_done(struct lane *lane, uint64_t seq);

/* See mapping_aside_each() and its neighbours in bridge.h. */
int lane_aside_each(struct lane *lane, store_each_fn *fn, void *arg) MUST_CHECK;
int lane_aside_retry(struct lane *lane, uint64_t seq) MUST_CHECK;
int lane_aside_forget(struct lane *lane, uint64_t seq) MUST_CHECK;

#endif
