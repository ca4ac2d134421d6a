/*
 * Whether all that a source presented for relaying is handled, and the records
 * of that are durable: what end_ops.confirmed tells the source. Only for
 * sources that can be replayed, and only for those that want to know.
 *
 * The lane is open from the push of an item until a sync that was asked for
 * with an empty queue is over; whatever comes in between begins anew.
 */
#ifndef BRIDGE_CONFIRMED_H
#define BRIDGE_CONFIRMED_H

#include <stdbool.h>

struct lane;
struct store_sync;

struct confirmed {
	bool is_open; /* zeroed: nothing was presented yet */
	struct store_sync *sync;
};

void confirmed_release(struct lane *lane);
/* An item is there. */
void confirmed_open(struct lane *lane);
/* The queue may be empty by now; cheap when it is not. */
void confirmed_seek(struct lane *lane);

#endif
