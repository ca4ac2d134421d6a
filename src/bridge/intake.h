/*
 * The way into a lane: is an event known, wanted, and can it be said on the
 * other side? Then it becomes an item of the queue.
 */
#ifndef BRIDGE_INTAKE_H
#define BRIDGE_INTAKE_H

#include "bridge/lane.h"
#include "model/end.h"

/* sink.event of the source room. */
enum end_answer lane_event(struct lane *lane, const struct event *event);

#endif
