#include "util/backoff.h"

#include "util/rand.h"

void backoff_init(struct backoff *b, int64_t base_ms, int64_t cap_ms)
{
	*b = (struct backoff){.base_ms = base_ms, .cap_ms = cap_ms};
}

/* min(cap, base * 2^failures), without overflow. */
static int64_t ceiling_ms(const struct backoff *b)
{
	int64_t delay_ms = b->base_ms;
	for (unsigned i = 0; i < b->failures && delay_ms < b->cap_ms; i++)
		if (__builtin_mul_overflow(delay_ms, 2, &delay_ms))
			return b->cap_ms;
	return delay_ms < b->cap_ms ? delay_ms : b->cap_ms;
}

int64_t backoff_next_ms(struct backoff *b)
{
	int64_t most_ms = ceiling_ms(b);
	int64_t least_ms = most_ms / 2;
	/* Doubling stops long before this many. */
	if (b->failures < 64)
		b->failures++;
	int64_t choices = most_ms - least_ms + 1;
	if (choices > UINT32_MAX)
		choices = UINT32_MAX;
	return least_ms + (choices > 1 ? rand_below((uint32_t)choices) : 0);
}

void backoff_reset(struct backoff *b)
{
	b->failures = 0;
}
