/*
 * Masks of people who are not relayed, added by operators while the bridge
 * runs: by mapping, for a time or for good. They are durable (facts of space
 * "mute", key MAPPING/MASK) and at most MUTES_MAX.
 */
#ifndef FILTER_MUTES_H
#define FILTER_MUTES_H

#include "model/person.h"
#include "model/store.h"
#include "net/loop.h"
#include "util/attr.h"

#include <stdbool.h>
#include <stdint.h>

enum { MUTES_MAX = 5000, MUTE_MASK_BYTES_MAX = 200 };

struct mutes;

/* From the loop: the time of some of this mapping is over. Changes no mutes. */
typedef void mutes_ended_fn(void *arg, const char *mapping);

/* Borrowed for the call. */
struct mute {
	const char *mapping;
	const char *mask;
	const char *by;   /* who added it, for people */
	int64_t until_ms; /* wall; 0: for good */
};

/* The store is borrowed. Reads what is durable: blocks. NULL: it cannot be
 * read. */
struct mutes *mutes_new(struct loop *loop, struct store *store,
	mutes_ended_fn *ended, void *arg) MUST_CHECK;
void mutes_free(struct mutes *mutes); /* NULL is fine */

/* One of the same mask and mapping is replaced. -EINVAL: the mask is empty, or
 * too long; -ENOSPC: there are too many. */
int mutes_add(struct mutes *mutes, const struct mute *mute) MUST_CHECK;
/* -ENOENT */
int mutes_remove(
	struct mutes *mutes, const char *mapping, const char *mask) MUST_CHECK;
/* The mapping is no more: nor are its mutes. */
void mutes_forget(struct mutes *mutes, const char *mapping);

bool mutes_fit(const struct mutes *mutes, const char *mapping,
	const struct person *person);

typedef void mute_fn(void *arg, const struct mute *mute);
void mutes_each(
	const struct mutes *mutes, const char *mapping, mute_fn *fn, void *arg);

#endif
