/*
 * The same interface in memory: for tests and benchmarks. Nothing survives
 * store_close(), but store_memory_crash() keeps what was synced, to play a
 * crash: see there.
 *
 * What was appended in a turn of the loop is durable at the end of the turn;
 * callbacks of sync() come in the next.
 */
#ifndef STORE_MEMORY_H
#define STORE_MEMORY_H

#include "model/store.h"
#include "net/loop.h"

struct store *store_memory_new(struct loop *loop) MUST_CHECK;

/* Drops what was appended but not yet synced and every waiting callback, as
 * a crash would; the store can then be used as if opened again. */
void store_memory_crash(struct store *store);
/* While true, nothing becomes durable and syncs do not complete (a slow or
 * full disk). */
void store_memory_hold(struct store *store, bool hold);

#endif
