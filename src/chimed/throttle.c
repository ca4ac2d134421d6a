#include "chimed/throttle.h"

#include "aws/arn.h"
#include "chime/rates.h"
#include "util/alloc.h"
#include "util/bucket.h"
#include "util/hash.h"

#include <stdlib.h>
#include <string.h>

struct throttle_bucket {
	enum chime_budget budget;
	char *key;
	struct bucket bucket;
	UT_hash_handle hh; /* those asked last stand last */
};

struct throttle {
	char *region;
	struct throttle_bucket *buckets;
};

/* The buckets of one call, each only once. */
enum { CLAIMS_MAX = 3 };
struct claims {
	struct throttle_bucket *list[CLAIMS_MAX];
	size_t count;
};

struct throttle *throttle_new(const char *region)
{
	struct throttle *throttle = xcalloc(1, sizeof(*throttle));

	throttle->region = xstrdup(region);
	return throttle;
}

static void forget(struct throttle *throttle, struct throttle_bucket *entry)
{
	HASH_DEL(throttle->buckets, entry);
	free(entry->key);
	free(entry);
}

void throttle_free(struct throttle *throttle)
{
	if (throttle == NULL)
		return;
	while (throttle->buckets != NULL)
		forget(throttle, throttle->buckets);
	free(throttle->region);
	free(throttle);
}

size_t throttle_count(const struct throttle *throttle)
{
	return HASH_COUNT(throttle->buckets);
}

/* ---- buckets ---- */

static bool is_full(struct bucket *bucket, int64_t now_ms)
{
	return bucket_has(bucket, now_ms) && bucket->tokens >= bucket->burst;
}

/* For all that one call may need. The head was asked longest ago. */
static void make_room(struct throttle *throttle, int64_t now_ms)
{
	while (throttle->buckets != NULL &&
		(is_full(&throttle->buckets->bucket, now_ms) ||
			throttle_count(throttle) >
				THROTTLE_BUCKETS - CLAIMS_MAX))
		forget(throttle, throttle->buckets);
}

static struct throttle_bucket *make_bucket(struct throttle *throttle,
	enum chime_budget budget, char *key, int64_t now_ms)
{
	struct throttle_bucket *entry = xcalloc(1, sizeof(*entry));
	double rate = chime_rate_in(budget, throttle->region);

	entry->budget = budget;
	entry->key = key;
	bucket_init(&entry->bucket, rate * THROTTLE_BURST_S, rate, now_ms);
	return entry;
}

static struct throttle_bucket *find_bucket(struct throttle *throttle,
	enum chime_budget budget, struct span id, int64_t now_ms)
{
	char *key = xasprintf(
		"%d %.*s", (int)budget, (int)id.len, id.len == 0 ? "" : id.p);
	size_t len = strlen(key);
	struct throttle_bucket *entry;

	HASH_FIND(hh, throttle->buckets, key, len, entry);
	if (entry != NULL) {
		HASH_DEL(throttle->buckets, entry);
		free(key);
	} else {
		entry = make_bucket(throttle, budget, key, now_ms);
	}
	HASH_ADD_KEYPTR(hh, throttle->buckets, entry->key, len, entry);
	return entry;
}

/* ---- whose calls count together ---- */

static const char *of_bearer(const struct call *call)
{
	return str_or_empty(call->bearer.arn);
}

static const char *argument_or_bearer(const struct call *call, const char *name)
{
	const char *arn = args_text(&call->args, name, NULL);

	return arn == NULL ? of_bearer(call) : arn;
}

/* Named itself, or by what belongs to it. */
static struct span app_instance_of(const struct call *call)
{
	static const char *const members[] = {
		"AppInstanceArn", "ChannelArn", "AppInstanceUserArn"};

	for (size_t i = 0; i < ARRAY_LEN(members); i++) {
		const char *arn = args_text(&call->args, members[i], NULL);

		if (arn != NULL)
			return arn_app_instance(arn);
	}
	return arn_app_instance(of_bearer(call));
}

static struct span scope_id(const struct call *call, enum chime_scope scope)
{
	switch (scope) {
	case CHIME_PER_ACCOUNT:
		return span_of("");
	case CHIME_PER_APP_INSTANCE:
		return app_instance_of(call);
	case CHIME_PER_CHANNEL:
		return span_of(argument_or_bearer(call, "ChannelArn"));
	case CHIME_PER_USER:
		return span_of(argument_or_bearer(call, "AppInstanceUserArn"));
	case CHIME_PER_BEARER:
		return span_of(of_bearer(call));
	}
	abort();
}

/* ---- calls ---- */

static void claim(struct throttle *throttle, const struct call *call,
	enum chime_budget budget, struct claims *claims, int64_t now_ms)
{
	struct span id = scope_id(call, chime_rate(budget)->scope);

	claims->list[claims->count++] =
		find_bucket(throttle, budget, id, now_ms);
}

static void claim_all(struct throttle *throttle, const struct call *call,
	struct claims *claims, int64_t now_ms)
{
	const struct chime_operation *operation = call->operation;

	/* Not later: what is claimed must not be forgotten. */
	make_room(throttle, now_ms);
	if (operation->plane == CHIME_IDENTITY)
		claim(throttle, call, CHIME_BUDGET_IDENTITY, claims, now_ms);
	if (operation->budget != CHIME_BUDGET_BEARER)
		claim(throttle, call, operation->budget, claims, now_ms);
	if (operation->bearer)
		claim(throttle, call, CHIME_BUDGET_BEARER, claims, now_ms);
}

static void refuse(const struct throttle *throttle, struct call *call,
	enum chime_budget budget)
{
	answer_fault(call->answer, FAULT_THROTTLED,
		"Rate exceeded: %s, %g calls per second",
		chime_rate(budget)->name,
		chime_rate_in(budget, throttle->region));
}

bool throttle_pass(struct throttle *throttle, struct call *call, int64_t now_ms)
{
	struct claims claims = {.count = 0};

	if (throttle == NULL)
		return true;
	claim_all(throttle, call, &claims, now_ms);
	for (size_t i = 0; i < claims.count; i++) {
		struct throttle_bucket *entry = claims.list[i];

		if (!bucket_has(&entry->bucket, now_ms)) {
			refuse(throttle, call, entry->budget);
			return false;
		}
	}
	for (size_t i = 0; i < claims.count; i++)
		(void)bucket_take(&claims.list[i]->bucket, now_ms);
	return true;
}
