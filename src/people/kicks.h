/*
 * Keeps removals that cross the bridge from becoming a war: two machines that
 * remove each other's people without end, or a moderator's script that empties
 * both channels. When one person was removed KICKS_PERSON times within
 * KICKS_PERSON_MS, or KICKS_ALL people within KICKS_ALL_MS, no removal crosses
 * for KICKS_PAUSE_MS. One per mapping, for both ways. Begins as {0}; room is
 * made for the first removal.
 */
#ifndef PEOPLE_KICKS_H
#define PEOPLE_KICKS_H

#include <stddef.h>
#include <stdint.h>

enum {
	KICKS_PERSON = 5,
	KICKS_PERSON_MS = 10 * 60 * 1000,
	KICKS_ALL = 20,
	KICKS_ALL_MS = 60 * 1000,
	KICKS_PAUSE_MS = 10 * 60 * 1000,
	KICKS_KEPT = 64,
};

struct kick {
	uint32_t person; /* a hash of the id; 0: none */
	int64_t at_ms;
};

struct kicks {
	struct kick *kept; /* a ring of KICKS_KEPT; NULL: none yet */
	size_t next;
	int64_t paused_until_ms; /* monotonic */
};

enum kicks_verdict {
	KICKS_CROSS,
	KICKS_STOP,    /* from now on, for a while: say so */
	KICKS_STOPPED, /* it was said */
};

void kicks_release(struct kicks *kicks);
/* Times are monotonic and begin after 0. What crosses is counted. */
enum kicks_verdict kicks_ask(
	struct kicks *kicks, const char *person_id, int64_t now_ms);

#endif
