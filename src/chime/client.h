/*
 * A client of Chime SDK messaging: give it an operation and its members, get
 * one answer. Behind it: rate budgets, credentials, signing, retries with
 * back-off, one total deadline, correction of a wrong clock.
 *
 *	json_t *members = json_pack("{s:s, s:s, ...}", "ChannelArn", arn, ...);
 *	call = chime_start(client, &(struct chime_request){
 *		.op = CHIME_SEND_CHANNEL_MESSAGE, .members = members },
 *		x_on_sent, x);
 *	json_decref(members);
 *
 * A retry sends the same bytes, so the same ClientRequestToken. Where a
 * row has a token member and `members` does not, a random one is made.
 * At most CHIME_MAX_CALLS calls exist at once; more fail as throttled.
 */
#ifndef CHIME_CLIENT_H
#define CHIME_CLIENT_H

#include "aws/creds.h"
#include "chime/budget.h"
#include "chime/error.h"
#include "chime/operations.h"
#include "net/loop.h"
#include "util/attr.h"
#include "util/err.h"

#include <jansson.h>
#include <stdint.h>

struct chime_client;
struct chime_call;

enum {
	CHIME_MAX_CALLS = 16384,
	CHIME_ANSWER_BYTES = 4 << 20,
	CHIME_DEADLINE_MS = 60 * 1000,
	CHIME_ATTEMPT_MS = 20 * 1000, /* longest single exchange */
};

struct chime_client_params {
	const char *region;
	/* NULL: https://messaging-chime.REGION.amazonaws.com and identity-… */
	const char *messaging_endpoint;
	const char *identity_endpoint;
	const char *ca_file;    /* NULL: the system's store */
	const char *user_agent; /* NULL: "belfry" */
	struct creds *creds;    /* borrowed; must outlive the client */
	const struct budget_limits *limits; /* NULL: the published quotas */
	unsigned max_connections;           /* 0: 8 */
	int64_t deadline_ms; /* default of calls; 0: CHIME_DEADLINE_MS */
};

/* NULL with `err`: an endpoint is no http(s) URL, the CA file is unusable. */
struct chime_client *chime_client_new(struct loop *loop,
	const struct chime_client_params *params, struct err *err) MUST_CHECK;
/* Cancels all calls without calling back. Not from inside a callback. */
void chime_client_free(struct chime_client *client);

struct chime_request {
	enum chime_op op;
	/* Borrowed for chime_start(), unchanged. Keys are API names; a
	 * timestamp is epoch seconds (a number) or ISO 8601; null counts as
	 * absent; unknown keys are refused. */
	json_t *members;
	int64_t deadline_ms; /* in all, waiting included; 0: the default */
	enum chime_priority priority;
	/* 0: until the deadline. Signing again, after the clock was corrected
	 * or keys were renewed, is not counted: once each. */
	unsigned max_attempts;
};

/* Borrowed: valid inside the callback only (json_incref() to keep body). */
struct chime_result {
	enum chime_error error;
	int status;          /* HTTP; 0: no answer */
	const char *code;    /* the service's word for it; "" */
	const char *message; /* one line for people; "" on success */
	json_t *body;        /* of a success, else NULL; NULL for 204 */
	unsigned attempts;
	int64_t retry_after_ms; /* that the service asked for; 0: nothing */
	const char *request_id; /* "" */
};

/*
 * Exactly one call, never from inside chime_start(); then the handle is gone.
 * Other calls may be started and cancelled inside.
 */
typedef void chime_fn(const struct chime_result *result, void *arg);

struct chime_call *chime_start(struct chime_client *client,
	const struct chime_request *request, chime_fn *fn,
	void *arg) MUST_CHECK;
/* In any state; the callback never comes. A request that is under way may
 * still have its effect. */
void chime_cancel(struct chime_call *call);
/* Somebody waits for it now: it is live from here on. */
void chime_raise(struct chime_call *call);

struct chime_stats {
	uint64_t calls;    /* started */
	uint64_t attempts; /* requests sent */
	uint64_t retries;
	uint64_t throttled;      /* answers of 429 */
	uint64_t failed;         /* calls that ended in an error */
	size_t in_flight;        /* calls that exist */
	size_t waiting;          /* of these: for the budget */
	size_t asking;           /* of these: for an answer */
	int64_t clock_offset_ms; /* service's clock minus ours, when corrected
				  */
	int64_t last_error_ms;   /* wall time; 0: never */
	char last_error[256];
};
void chime_client_stats(
	const struct chime_client *client, struct chime_stats *ret);
/* For metrics by operation: calls ended, and of these with this error. */
uint64_t chime_client_count(const struct chime_client *client, enum chime_op op,
	enum chime_error error);
/* Lets limits change on reload, and pollers see how long they would wait. */
struct budget *chime_client_budget(struct chime_client *client);

#endif
