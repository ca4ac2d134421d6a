/*
 * Rates: keeps the client below the published quotas of the service. Token
 * buckets per bearer, per channel, per app instance and per account. A call
 * passes its buckets from the widest to the bearer's, takes a token of each,
 * and waits in a bucket's queue where there is none: live calls before
 * background ones, in order of arrival within each.
 *
 * A call never visits a bucket twice, a timer exists only for a bucket in
 * which someone waits, so work per call does not depend on how many wait.
 * Full idle buckets are forgotten.
 */
#ifndef CHIME_BUDGET_H
#define CHIME_BUDGET_H

#include "chime/operations.h"
#include "net/loop.h"
#include "util/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct budget;
struct budget_bucket;

enum { BUDGET_MAX_BUCKETS = 65536, BUDGET_STEPS = 3 };

enum chime_priority { CHIME_LIVE, CHIME_BACKGROUND, CHIME_PRIORITY_COUNT };

/* Calls per second; 0: unlimited. */
struct budget_limits {
	double per_second[CHIME_BUDGET_COUNT];
};

/* The published quotas of that region. */
void budget_limits_default(struct budget_limits *limits, const char *region);

struct budget *budget_new(
	struct loop *loop, const struct budget_limits *limits) MUST_CHECK;
/* Nobody may wait any more. */
void budget_free(struct budget *budget);
/* Takes effect at once, also for those who wait. */
void budget_set_limits(
	struct budget *budget, const struct budget_limits *limits);

typedef void budget_fn(void *arg);

/* What a call wants; lives in the call. Zeroed by budget_take(). */
struct budget_claim {
	struct budget *budget;
	struct budget_bucket *steps[BUDGET_STEPS]; /* widest first */
	unsigned step_count;
	unsigned step; /* where it waits; those before are paid */
	bool waiting;
	enum chime_priority priority;
	budget_fn *fn;
	void *arg;
	struct budget_claim *prev, *next; /* in the bucket's queue */
};

struct budget_request {
	const struct chime_operation *operation;
	enum chime_priority priority;
	const char *bearer;       /* NULL: none */
	const char *channel;      /* ARN of the channel, or NULL */
	const char *app_instance; /* ARN, or NULL: taken from the others */
	const char *user; /* whom a listing is about; NULL: the bearer */
};

/*
 * True: all tokens were there and are taken. False: fn(arg) comes when they
 * are, never from inside this function, unless budget_drop() comes first.
 */
bool budget_take(struct budget *budget, const struct budget_request *request,
	struct budget_claim *claim, budget_fn *fn, void *arg) MUST_CHECK;
/* Gives up waiting; tokens taken so far go back. Fine when not waiting. */
void budget_drop(struct budget_claim *claim);
/* It is live from now on: goes before those of the background that wait where
 * it waits, and further on. Fine when not waiting. */
void budget_raise(struct budget_claim *claim);

/* The service answered 429: this bearer's bucket stays empty for hold_ms. */
void budget_throttled(
	struct budget *budget, const char *bearer, int64_t hold_ms);
/*
 * How long a call by this bearer would wait now, in ms (0: not at all), by
 * its bucket alone: lets pollers slow down before they queue.
 */
int64_t budget_wait_ms(struct budget *budget, const char *bearer);
/* The limit in force, calls per second; 0: unlimited. */
double budget_rate(const struct budget *budget, enum chime_budget kind);
/* For status: calls that wait, buckets that exist. */
size_t budget_waiting(const struct budget *budget);
size_t budget_buckets(const struct budget *budget);

#endif
