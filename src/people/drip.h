/*
 * The way out of a mirror: what is to be done waits in three queues, and at
 * most DRIP_MAX of it is with the end at a time. First what presses (who has
 * spoken, who has another identity now), then those who leave, then those who
 * come, oldest first. Nothing is given out while the end is not ready, or the
 * store is in trouble. When DRIP_STORM in a row come to nothing it goes slowly:
 * one every DRIP_SLOW_MS until one is done.
 */
#ifndef PEOPLE_DRIP_H
#define PEOPLE_DRIP_H

#include "model/presence.h"
#include "net/loop.h"
#include "people/roster.h"

enum {
	DRIP_MAX = 6,
	DRIP_STORM = 20,
	DRIP_SLOW_MS = 30 * 1000,
	DRIP_RETRY_MIN_MS = 2000,
	DRIP_RETRY_MAX_MS = 10 * 60 * 1000,
};

struct drip {
	struct member *queues[QUEUE_NONE];
	size_t under_way;
	unsigned failures; /* in a row, of the whole mirror */
	int64_t slow_until_ms;
	struct timer *timer; /* until then */
	bool is_ready;
	bool is_stalled;
	bool is_stopped;
};

struct mirror;

void drip_init(struct mirror *mirror);
void drip_release(struct mirror *mirror);
/* The end can act; the store cannot; nothing more is to be begun. */
void drip_set_ready(struct mirror *mirror, bool is_ready);
void drip_stall(struct mirror *mirror, bool is_stalled);
void drip_stop(struct mirror *mirror);

/* This is to be done about a member: WORK_NONE takes it back. */
void drip_want(
	struct mirror *mirror, struct member *member, enum member_work work);
/* Gives out what may be given out. */
void drip_pump(struct mirror *mirror);
/* What became of it; the member is planned anew by the caller. */
void drip_receipt(struct mirror *mirror, struct member *member,
	const struct mirror_receipt *receipt);
/* Who was shown is not any more, though nobody wanted it: the end may bring
 * them back by itself, so it is not tried at once. */
void drip_lost(struct mirror *mirror, struct member *member);

#endif
