#include "chime/budget.h"

#include "aws/arn.h"
#include "chime/rates.h"
#include "util/alloc.h"
#include "util/bucket.h"
#include "util/hash.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

enum {
	KEY_BYTES = ARN_MAX_BYTES + 2, /* kind, ARN, NUL */
	SWEEP_BUCKETS = 4,             /* looked at for each new one */
};

struct budget_bucket {
	struct budget *budget;
	char *key; /* a letter for the kind, then the ARN */
	enum chime_budget kind;
	struct bucket bucket;
	struct timer *timer; /* armed while someone waits; made at need */
	struct budget_claim *queues[CHIME_PRIORITY_COUNT];
	unsigned users; /* claims that still need it, and its own loop */
	UT_hash_handle hh;
	struct budget_bucket *prev, *next; /* the sweep's list */
};

struct budget {
	struct loop *loop;
	struct budget_limits limits;
	struct budget_bucket *by_key;
	struct budget_bucket *sweep; /* looked at longest ago first */
	size_t waiting;
};

/* ---- limits ---- */

void budget_limits_default(struct budget_limits *limits, const char *region)
{
	for (int i = 0; i < CHIME_BUDGET_COUNT; i++)
		limits->per_second[i] =
			chime_rate_in((enum chime_budget)i, region);
}

struct budget *budget_new(struct loop *loop, const struct budget_limits *limits)
{
	struct budget *budget = xcalloc(1, sizeof(*budget));
	budget->loop = loop;
	budget->limits = *limits;
	return budget;
}

/* ---- buckets ---- */

static int64_t now_ms(const struct budget *budget)
{
	return loop_now_ms(budget->loop);
}

static double rate_of(const struct budget *budget, enum chime_budget kind)
{
	return budget->limits.per_second[kind];
}

/* A second's worth may go at once: burst sizes are not published. */
static void set_rate(struct bucket *bucket, double per_second, int64_t now)
{
	struct bucket fresh;
	bucket_init(&fresh, per_second, per_second, now);
	bucket->burst = fresh.burst;
	bucket->per_ms = fresh.per_ms;
	if (bucket->tokens > bucket->burst)
		bucket->tokens = bucket->burst;
}

static void bucket_forget(struct budget_bucket *b)
{
	HASH_DEL(b->budget->by_key, b);
	DL_DELETE(b->budget->sweep, b);
	timer_free(b->timer);
	free(b->key);
	free(b);
}

/* Nobody needs it, and a new one would be no fuller. */
static bool is_idle(struct budget_bucket *b)
{
	int64_t now = now_ms(b->budget);
	return b->users == 0 && bucket_has(&b->bucket, now) &&
	       (b->bucket.per_ms <= 0 || b->bucket.tokens >= b->bucket.burst);
}

/* Each new bucket pays for looking at a few old ones. */
static void sweep(struct budget *budget)
{
	for (int i = 0; i < SWEEP_BUCKETS && budget->sweep; i++) {
		struct budget_bucket *b = budget->sweep;
		if (is_idle(b)) {
			bucket_forget(b);
			continue;
		}
		DL_DELETE(budget->sweep, b);
		DL_APPEND(budget->sweep, b);
	}
}

/* At the ceiling a bucket that is not full is forgotten as well. There is
 * one without users: claims are far fewer than buckets. */
static void make_room(struct budget *budget)
{
	struct budget_bucket *b, *after;
	if (HASH_COUNT(budget->by_key) < BUDGET_MAX_BUCKETS)
		return;
	DL_FOREACH_SAFE (budget->sweep, b, after) {
		if (b->users > 0)
			continue;
		bucket_forget(b);
		return;
	}
}

static size_t make_key(
	char key[KEY_BYTES], enum chime_budget kind, struct span id)
{
	size_t len = id.len < ARN_MAX_BYTES ? id.len : ARN_MAX_BYTES;
	key[0] = (char)('a' + kind);
	if (len > 0)
		memcpy(key + 1, id.p, len);
	key[len + 1] = '\0';
	return len + 1;
}

static struct budget_bucket *find_bucket(
	struct budget *budget, enum chime_budget kind, struct span id)
{
	char key[KEY_BYTES];
	struct budget_bucket *b;
	size_t len = make_key(key, kind, id);
	HASH_FIND(hh, budget->by_key, key, len, b);
	return b;
}

static struct budget_bucket *get_bucket(
	struct budget *budget, enum chime_budget kind, struct span id)
{
	char key[KEY_BYTES];
	struct budget_bucket *b;
	size_t len = make_key(key, kind, id);
	double rate = rate_of(budget, kind);
	HASH_FIND(hh, budget->by_key, key, len, b);
	if (b)
		return b;
	sweep(budget);
	make_room(budget);
	b = xcalloc(1, sizeof(*b));
	b->budget = budget;
	b->kind = kind;
	b->key = xmemdup(key, len + 1);
	bucket_init(&b->bucket, rate, rate, now_ms(budget));
	HASH_ADD_KEYPTR(hh, budget->by_key, b->key, len, b);
	DL_APPEND(budget->sweep, b);
	return b;
}

void budget_free(struct budget *budget)
{
	if (!budget)
		return;
	while (budget->sweep)
		bucket_forget(budget->sweep);
	free(budget);
}

/* ---- waiting ---- */

static bool is_someone_before(
	const struct budget_bucket *b, enum chime_priority priority)
{
	for (int i = 0; i <= (int)priority; i++) {
		if (b->queues[i])
			return true;
	}
	return false;
}

static struct budget_claim *first_waiter(const struct budget_bucket *b)
{
	return b->queues[CHIME_LIVE] ? b->queues[CHIME_LIVE]
				     : b->queues[CHIME_BACKGROUND];
}

static void bucket_on_due(void *arg);

static void arm(struct budget_bucket *b)
{
	if (!first_waiter(b)) {
		if (b->timer)
			timer_cancel(b->timer);
		return;
	}
	if (!b->timer)
		b->timer = timer_new(b->budget->loop, bucket_on_due, b);
	timer_arm(b->timer, bucket_wait_ms(&b->bucket, now_ms(b->budget)));
}

static void enqueue(struct budget_bucket *b, struct budget_claim *claim)
{
	DL_APPEND(b->queues[claim->priority], claim);
	claim->waiting = true;
	b->budget->waiting++;
	if (!b->timer || !timer_is_armed(b->timer))
		arm(b);
}

static void dequeue(struct budget_bucket *b, struct budget_claim *claim)
{
	DL_DELETE(b->queues[claim->priority], claim);
	claim->waiting = false;
	b->budget->waiting--;
}

static void let_go(struct budget_claim *claim)
{
	for (unsigned i = 0; i < claim->step_count; i++)
		claim->steps[i]->users--;
	claim->step_count = 0;
}

/* Pays at one bucket after the other. False: it waits at one now. */
static bool advance(struct budget_claim *claim)
{
	int64_t now = now_ms(claim->budget);
	for (; claim->step < claim->step_count; claim->step++) {
		struct budget_bucket *b = claim->steps[claim->step];
		if (is_someone_before(b, claim->priority) ||
			!bucket_take(&b->bucket, now)) {
			enqueue(b, claim);
			return false;
		}
	}
	let_go(claim);
	return true;
}

static void bucket_on_due(void *arg)
{
	struct budget_bucket *b = arg;
	struct budget_claim *claim;
	b->users++; /* callbacks may start and drop other claims */
	while ((claim = first_waiter(b)) &&
		bucket_take(&b->bucket, now_ms(b->budget))) {
		dequeue(b, claim);
		claim->step++;
		if (advance(claim))
			claim->fn(claim->arg);
	}
	b->users--;
	arm(b);
}

/* ---- claims ---- */

static struct span app_instance_of(const struct budget_request *request)
{
	const char *const arns[] = {
		request->app_instance, request->channel, request->bearer};

	for (size_t i = 0; i < ARRAY_LEN(arns); i++) {
		if (arns[i] && arns[i][0])
			return arn_app_instance(arns[i]);
	}
	return arn_app_instance(str_or_empty(request->user));
}

/* Whose rate counts, by kind. */
static struct span scope_of(
	const struct budget_request *request, enum chime_budget kind)
{
	const char *bearer = str_or_empty(request->bearer);
	switch (chime_rate(kind)->scope) {
	case CHIME_PER_CHANNEL:
		return span_of(str_or_empty(request->channel));
	case CHIME_PER_USER:
		return span_of(request->user ? request->user : bearer);
	case CHIME_PER_BEARER:
		return span_of(bearer);
	case CHIME_PER_APP_INSTANCE:
		return app_instance_of(request);
	case CHIME_PER_ACCOUNT:
		break;
	}
	return span_of("");
}

static void add_step(struct budget_claim *claim, struct budget_bucket *b)
{
	if (!b)
		return;
	b->users++;
	claim->steps[claim->step_count++] = b;
}

static void add_class(struct budget_claim *claim,
	const struct budget_request *request, enum chime_budget kind)
{
	struct budget *budget = claim->budget;
	if (rate_of(budget, kind) > 0)
		add_step(claim,
			get_bucket(budget, kind, scope_of(request, kind)));
}

/* An unlimited bearer has a bucket only after a 429, to be held by it. */
static void add_bearer(struct budget_claim *claim, const char *bearer)
{
	struct budget *budget = claim->budget;
	struct span id = span_of(bearer);
	if (rate_of(budget, CHIME_BUDGET_BEARER) > 0)
		add_step(claim, get_bucket(budget, CHIME_BUDGET_BEARER, id));
	else
		add_step(claim, find_bucket(budget, CHIME_BUDGET_BEARER, id));
}

bool budget_take(struct budget *budget, const struct budget_request *request,
	struct budget_claim *claim, budget_fn *fn, void *arg)
{
	const struct chime_operation *operation = request->operation;
	*claim = (struct budget_claim){
		.budget = budget,
		.priority = request->priority,
		.fn = fn,
		.arg = arg,
	};
	if (operation->plane == CHIME_IDENTITY)
		add_class(claim, request, CHIME_BUDGET_IDENTITY);
	if (operation->budget != CHIME_BUDGET_BEARER)
		add_class(claim, request, operation->budget);
	if (request->bearer)
		add_bearer(claim, request->bearer);
	return advance(claim);
}

void budget_drop(struct budget_claim *claim)
{
	if (!claim->waiting)
		return;
	struct budget_bucket *b = claim->steps[claim->step];
	dequeue(b, claim);
	for (unsigned i = 0; i < claim->step; i++) {
		struct bucket *paid = &claim->steps[i]->bucket;
		if (paid->tokens + 1 <= paid->burst)
			paid->tokens += 1;
	}
	let_go(claim);
	if (!first_waiter(b))
		arm(b);
}

void budget_raise(struct budget_claim *claim)
{
	if (!claim->waiting || claim->priority == CHIME_LIVE)
		return;
	struct budget_bucket *b = claim->steps[claim->step];
	dequeue(b, claim);
	claim->priority = CHIME_LIVE;
	enqueue(b, claim);
}

void budget_throttled(
	struct budget *budget, const char *bearer, int64_t hold_ms)
{
	struct budget_bucket *b =
		get_bucket(budget, CHIME_BUDGET_BEARER, span_of(bearer));
	bucket_drain(&b->bucket, now_ms(budget), hold_ms);
	arm(b);
}

void budget_set_limits(
	struct budget *budget, const struct budget_limits *limits)
{
	struct budget_bucket *b;
	int64_t now = now_ms(budget);
	budget->limits = *limits;
	DL_FOREACH (budget->sweep, b) {
		set_rate(&b->bucket, rate_of(budget, b->kind), now);
		arm(b);
	}
}

int64_t budget_wait_ms(struct budget *budget, const char *bearer)
{
	struct budget_bucket *b =
		find_bucket(budget, CHIME_BUDGET_BEARER, span_of(bearer));
	return b ? bucket_wait_ms(&b->bucket, now_ms(budget)) : 0;
}

double budget_rate(const struct budget *budget, enum chime_budget kind)
{
	return rate_of(budget, kind);
}

size_t budget_waiting(const struct budget *budget)
{
	return budget->waiting;
}

size_t budget_buckets(const struct budget *budget)
{
	return HASH_COUNT(budget->by_key);
}
