/*
 * A run of numbered batches over a store, made so that after each of them the
 * whole content is known: batch n writes every kind of record, some of them
 * over or away from earlier ones.
 */
#ifndef CRASH_SCENARIO_H
#define CRASH_SCENARIO_H

#include "model/store.h"
#include "net/loop.h"

#include <stdint.h>

struct scenario;

/* Knows what is there after batches 0 .. count. */
struct scenario *scenario_new(struct loop *loop, int64_t count);
void scenario_free(struct scenario *scenario);

/* Batch n, from 1. */
void scenario_append(struct store *store, int64_t n);
/*
 * The number of the batch after which the store's content is what it is;
 * negative when it never was, or cannot be read.
 */
int64_t scenario_find(const struct scenario *scenario, struct store *store);

#endif
