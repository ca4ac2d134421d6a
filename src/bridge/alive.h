/*
 * The time when a process of this bridge was last alive, in the state, so
 * that the next one can tell people since when it was down. Written every
 * ALIVE_EVERY_MS and at the end.
 */
#ifndef BRIDGE_ALIVE_H
#define BRIDGE_ALIVE_H

#include "model/store.h"
#include "net/loop.h"

enum { ALIVE_EVERY_MS = 30 * 1000 };

struct alive;

/* Reads what the process before left. The store is borrowed. */
struct alive *alive_new(struct loop *loop, struct store *store) MUST_CHECK;
/* NULL is fine. */
void alive_free(struct alive *alive);
/* Wall ms when the process before was last alive; 0: not known. */
int64_t alive_died_ms(const struct alive *alive);
/* Writes the time, as at an orderly end. */
void alive_mark(struct alive *alive);

#endif
