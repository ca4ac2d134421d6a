/*
 * What happens when there is too much: the bounds of a lane by count, bytes
 * and age, and the disk that cannot follow. bridge.h has the figures.
 */
#ifndef BRIDGE_BOUNDS_H
#define BRIDGE_BOUNDS_H

#include "bridge/lane.h"

/* False: the source has to wait (it is then called back). May drop the oldest
 * line to make room, where that is the policy. */
bool bounds_admit(struct lane *lane);
/* Calls the source back when there is room again. Cheap when nobody waits. */
void bounds_feed(struct lane *lane);
/* Has it waited for longer than anybody wants to wait? */
bool bounds_is_old(const struct lane *lane, const struct item *item);

#endif
