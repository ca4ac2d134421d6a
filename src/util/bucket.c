#include "util/bucket.h"

#include <math.h>

/* Sums of fractions may fall short of a whole token by this much. */
static const double rounding = 1e-9;

void bucket_init(
	struct bucket *b, double burst, double per_second, int64_t now_ms)
{
	/* Less than one would never hold a whole token. */
	if (burst < 1)
		burst = 1;
	*b = (struct bucket){
		.burst = burst,
		.per_ms = per_second > 0 ? per_second / 1000 : 0,
		.tokens = burst,
		.last_ms = now_ms,
	};
}

/* last_ms is ahead of the time while a drained bucket is held empty. */
static void refill(struct bucket *b, int64_t now_ms)
{
	if (now_ms <= b->last_ms)
		return;
	b->tokens += (double)(now_ms - b->last_ms) * b->per_ms;
	if (b->tokens > b->burst)
		b->tokens = b->burst;
	b->last_ms = now_ms;
}

bool bucket_has(struct bucket *b, int64_t now_ms)
{
	if (b->per_ms <= 0)
		return now_ms >= b->last_ms;
	refill(b, now_ms);
	return b->tokens >= 1 - rounding;
}

bool bucket_take(struct bucket *b, int64_t now_ms)
{
	if (!bucket_has(b, now_ms))
		return false;
	if (b->per_ms > 0)
		b->tokens = fmax(b->tokens - 1, 0);
	return true;
}

int64_t bucket_wait_ms(struct bucket *b, int64_t now_ms)
{
	if (bucket_has(b, now_ms))
		return 0;
	int64_t held_ms = b->last_ms > now_ms ? b->last_ms - now_ms : 0;
	if (b->per_ms <= 0)
		return held_ms;
	double gain_ms = ceil((1 - rounding - b->tokens) / b->per_ms);
	/* Far beyond any timer, and safe to add to a clock. */
	if (gain_ms > 1e15)
		gain_ms = 1e15;
	if (gain_ms < 1)
		gain_ms = 1;
	return held_ms + (int64_t)gain_ms;
}

void bucket_drain(struct bucket *b, int64_t now_ms, int64_t hold_ms)
{
	int64_t until_ms = now_ms + (hold_ms > 0 ? hold_ms : 0);
	b->tokens = 0;
	if (until_ms > b->last_ms)
		b->last_ms = until_ms;
}
