#include "chime_moderation/pace.h"

#include "util/alloc.h"
#include "util/rand.h"

enum {
	/* Calls of a bearer for each of ours: of one asker, of all. */
	ONE_SHARE = 20,
	ALL_SHARE = 5,
	YIELD_MS = 500,
	YIELD_JITTER_MS = 2000,
};

/* True when the bearer has something else to do just now. */
static bool makes_way(struct pace *pace)
{
	const struct pace_params *p = &pace->params;
	int64_t left_ms = pace->latest_ms - loop_now_ms(p->loop);
	int64_t ms = budget_wait_ms(chime_client_budget(p->client), p->bearer);
	if (ms <= 0 || left_ms <= 0)
		return false;
	ms += YIELD_MS + rand_below(YIELD_JITTER_MS);
	timer_arm(pace->timer, ms < left_ms ? ms : left_ms);
	return true;
}

static void pace_on_timer(void *arg)
{
	struct pace *pace = arg;
	if (!makes_way(pace))
		pace->params.due(pace->params.arg);
}

static void set_load(struct pace *pace, unsigned calls)
{
	*pace->params.load += calls - pace->load;
	pace->load = calls;
}

void pace_init(struct pace *pace, const struct pace_params *params)
{
	*pace = (struct pace){.params = *params};
	pace->timer = timer_new(params->loop, pace_on_timer, pace);
	backoff_init(&pace->backoff, params->every_ms, PACE_RETRY_MAX_MS);
}

void pace_release(struct pace *pace)
{
	if (!pace->timer)
		return;
	set_load(pace, 0);
	timer_free(TAKE(pace->timer));
}

void pace_in(struct pace *pace, int64_t ms)
{
	timer_arm(pace->timer, ms);
	pace->latest_ms =
		loop_now_ms(pace->params.loop) + ms + PACE_PATIENCE_MS;
}

static int64_t interval_ms(const struct pace *pace)
{
	const struct pace_params *p = &pace->params;
	double rate = budget_rate(
		chime_client_budget(p->client), CHIME_BUDGET_BEARER);
	double ms = (double)p->every_ms;
	double one = (double)pace->load * ONE_SHARE;
	double all = (double)*p->load * ALL_SHARE;
	double calls = one > all ? one : all;
	if (rate > 0 && calls * 1000 / rate > ms)
		ms = calls * 1000 / rate;
	return (int64_t)ms;
}

void pace_next(struct pace *pace, unsigned calls)
{
	backoff_reset(&pace->backoff);
	set_load(pace, calls);
	int64_t ms = interval_ms(pace);
	pace_in(pace, ms - ms / 10 + rand_below((uint32_t)(ms / 5) + 1));
}

void pace_failed(struct pace *pace, int64_t retry_after_ms)
{
	int64_t ms = backoff_next_ms(&pace->backoff);
	pace_in(pace, retry_after_ms > ms ? retry_after_ms : ms);
}

void pace_stop(struct pace *pace)
{
	timer_cancel(pace->timer);
}
