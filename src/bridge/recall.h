/*
 * Puts a new lane into the state that the journal tells: cursor and floor,
 * the seen window, what was unfinished, and the outbox as its queue.
 */
#ifndef BRIDGE_RECALL_H
#define BRIDGE_RECALL_H

#include "bridge/lane.h"

/* 0, or -EIO when the state cannot be read. */
int recall(struct lane *lane) MUST_CHECK;

#endif
