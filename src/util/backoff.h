/*
 * Capped exponential delay with full jitter on the upper half: the n-th delay
 * is uniform in [d/2, d], d = min(cap, base * 2^n). Plain value, no I/O.
 */
#ifndef UTIL_BACKOFF_H
#define UTIL_BACKOFF_H

#include <stdint.h>

struct backoff {
	int64_t base_ms;
	int64_t cap_ms;
	unsigned failures; /* in a row */
};

void backoff_init(struct backoff *b, int64_t base_ms, int64_t cap_ms);
/* Counts one failure and returns the delay before the next try. */
int64_t backoff_next_ms(struct backoff *b);
void backoff_reset(struct backoff *b);

#endif
