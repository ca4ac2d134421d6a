/*
 * What the people are told whose messages could not be relayed: a line in the
 * room the messages come from. The first failure is told in full; what follows
 * within NOTICE_EVERY_MS is told as a number when that time is over. While the
 * room cannot be spoken to, the numbers wait. Counts are in the statistics and
 * the log in any case.
 */
#ifndef BRIDGE_NOTICE_H
#define BRIDGE_NOTICE_H

#include "bridge/item.h"
#include "net/loop.h"

enum { NOTICE_EVERY_MS = 30 * 1000, NOTICE_BYTES = 300 };

enum notice_kind {
	NOTICE_REFUSED, /* the other side will not take it */
	NOTICE_DROPPED, /* there was no room */
	NOTICE_EXPIRED, /* too old when its turn came */
	NOTICE_KINDS,
};

struct notice {
	struct timer *timer;
	int64_t next_ms; /* monotonic: not before */
	unsigned counts[NOTICE_KINDS];
};

struct lane;

void notice_init(struct lane *lane);
void notice_release(struct lane *lane);

/* One message could not be relayed. `sender` (or "") and `why` are for
 * NOTICE_REFUSED. */
void notice_add(struct lane *lane, enum notice_kind kind, const char *sender,
	const char *why);
/* The room can be spoken to (again). */
void notice_flush(struct lane *lane);

#endif
