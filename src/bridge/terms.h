/*
 * What the settings say about a lane (bridge/lane.h), and what it tells of
 * itself.
 */
#ifndef BRIDGE_TERMS_H
#define BRIDGE_TERMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum in_doubt_policy { IN_DOUBT_RESEND, IN_DOUBT_SKIP };
enum message_policy { MESSAGES_BOTH, MESSAGES_TO_IRC, MESSAGES_TO_CHIME };

enum when_full { WHEN_FULL_DROP_OLDEST, WHEN_FULL_STOP };

/* Zero is the default of each. */
struct queue_limits {
	size_t max_lines;   /* 10000 */
	size_t max_bytes;   /* of payload; 32 MiB */
	int64_t max_age_ms; /* 7 days */
	enum when_full when_full;
};

struct lane_stats {
	uint64_t relayed;
	uint64_t refused;
	uint64_t duplicates; /* known ones, dropped */
	uint64_t echoes;     /* own and other bridges', dropped */
	uint64_t filtered;   /* not relayed because the settings say so */
	uint64_t in_doubt;
	uint64_t dropped;    /* lines lost because the queue was full */
	uint64_t expired;    /* too old when their turn came: set aside */
	uint64_t aside_lost; /* forgotten, because too many were set aside */
	size_t queued;
	size_t bytes;      /* of these, about */
	size_t aside;      /* set aside now */
	bool is_waiting;   /* the source was told to wait */
	int64_t oldest_ms; /* age of the head, 0 when empty */
	bool ready;
	/* The last thing that kept it from delivering, for people; why it is
	 * down when it is. Borrowed until the next turn; NULL: none yet. */
	const char *trouble;
};

#endif
