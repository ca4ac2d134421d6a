/*
 * The intents of a transaction that are no rows yet. Most are over before it
 * is committed, and then need not become rows at all.
 *
 * The texts are copied; what was put stays until it is dropped or taken.
 */
#ifndef STORE_INTENTS_H
#define STORE_INTENTS_H

#include "model/store.h"

#include <stddef.h>
#include <stdint.h>

struct intent; /* hidden: see intents_take() */

struct intents {
	struct intent *by_key;
};

/* Starts as {NULL}. */
void intents_release(struct intents *intents);

/* In place of one with the same lane and id. */
void intents_put(struct intents *intents, int64_t lane,
	const struct store_record *record);
/* One that is not there is fine. */
void intents_drop(struct intents *intents, int64_t lane, const char *source_id);
/*
 * Calls `fn` for each, oldest first, and forgets it, until one call returns
 * something other than 0: then that, and the rest is kept.
 */
typedef int intents_fn(
	int64_t lane, const struct store_record *record, void *arg);
int intents_take(struct intents *intents, intents_fn *fn, void *arg);

#endif
