/*
 * How far back a listing of a channel begins. A cursor is not a timestamp: a
 * message may surface late, behind others that were listed already. So most
 * passes begin a little before the cursor, and some, the deep ones, far before
 * it; both no further than `overlap_ms`, and not so far that they list more
 * than is worth it.
 *
 * Positions are in ms, by the service's clock; `now_ms` is the loop's. Every
 * table here has its size in this header.
 */
#ifndef END_CHIME_LOOKBACK_H
#define END_CHIME_LOOKBACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	LOOKBACK_RECENT = 20, /* positions remembered */
	/* A deep pass goes back no further than so many messages, but for the
	 * first: the mark of every LOOKBACK_MARK_EVERYth is remembered. */
	LOOKBACK_MARKS = 20,
	LOOKBACK_MARK_EVERY = 100,
};

/* Begins as {0}, with the first two members filled in. */
struct lookback {
	int64_t overlap_ms;
	int64_t newest;    /* the latest date that counts as talk */
	bool is_back;      /* this pass looks back */
	bool is_deep;      /* and far */
	bool was_deep;     /* one came to its end */
	int64_t deep_ms;   /* now_ms from which on the next one may */
	int64_t back_ms;   /* now_ms when it last looked back */
	size_t since_back; /* new ones since */
	int64_t new_ms;    /* now_ms of the last new one; 0: never */
	int64_t recent[LOOKBACK_RECENT];
	size_t recent_at;
	int64_t marks[LOOKBACK_MARKS];
	size_t marks_at;
	size_t unmarked; /* new ones since the last mark */
};

/* A pass begins: from which position? */
int64_t lookback_begin(struct lookback *back, int64_t cursor, int64_t now_ms);
/* It came to its end. One that failed half-way is still owed. */
void lookback_end(struct lookback *back, int64_t now_ms);

/* Something new, of this date, was presented. */
void lookback_note(struct lookback *back, int64_t position, int64_t now_ms);

#endif
