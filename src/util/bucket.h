/*
 * Token bucket: holds at most `burst` tokens and gains per_second of them in
 * a second, continuously. A rate of 0 means unlimited. Plain value; the caller
 * brings the time (monotonic ms, never going back).
 */
#ifndef UTIL_BUCKET_H
#define UTIL_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

struct bucket {
	double burst;
	double per_ms; /* tokens gained per ms; 0 is unlimited */
	double tokens;
	int64_t last_ms; /* tokens are counted up to here; ahead of now: held */
};

/* Starts full. per_second 0 means unlimited; a burst below 1 becomes 1. */
void bucket_init(
	struct bucket *b, double burst, double per_second, int64_t now_ms);
/* Takes one token if there is one. */
bool bucket_take(struct bucket *b, int64_t now_ms);
/* Is there a token now? Takes nothing. */
bool bucket_has(struct bucket *b, int64_t now_ms);
/* 0 when a token is there, else the ms until one is (at least 1). */
int64_t bucket_wait_ms(struct bucket *b, int64_t now_ms);
/*
 * Empties it, and keeps it empty until now + hold_ms (an answer of 429). An
 * unlimited bucket is held as well. A shorter hold does not end a longer one.
 */
void bucket_drain(struct bucket *b, int64_t now_ms, int64_t hold_ms);

#endif
