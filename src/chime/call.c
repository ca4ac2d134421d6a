#include "chime/call.h"

#include "chime/client_private.h"
#include "chime/encode.h"
#include "chime/outcome.h"
#include "util/alloc.h"
#include "util/backoff.h"
#include "util/clock.h"
#include "util/json.h"
#include "util/log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

enum {
	MAX_LINES = 8,
	MAX_SIGNED = 4,
};

enum state {
	CALL_NEW,
	CALL_REFUSED, /* before anything was sent; says so next turn */
	CALL_BUDGET,
	CALL_CREDS,
	CALL_SENDING,
	CALL_BACKOFF,
	CALL_DONE,
	CALL_STATES,
};

#define TO(state) (1u << (state))

static const struct {
	const char *name;
	unsigned next; /* states that may follow */
} states[CALL_STATES] = {
	[CALL_NEW] = {"new",
		TO(CALL_REFUSED) | TO(CALL_BUDGET) | TO(CALL_DONE)},
	[CALL_REFUSED] = {"refused", TO(CALL_DONE)},
	[CALL_BUDGET] = {"budget", TO(CALL_CREDS) | TO(CALL_SENDING) |
					   TO(CALL_REFUSED) | TO(CALL_DONE)},
	[CALL_CREDS] = {"creds",
		TO(CALL_SENDING) | TO(CALL_REFUSED) | TO(CALL_DONE)},
	[CALL_SENDING] = {"sending",
		TO(CALL_BUDGET) | TO(CALL_BACKOFF) | TO(CALL_DONE)},
	[CALL_BACKOFF] = {"backoff", TO(CALL_BUDGET) | TO(CALL_DONE)},
	[CALL_DONE] = {"done", 0},
};

struct chime_call {
	struct chime_client *client;
	enum state state;
	chime_fn *fn;
	void *arg;
	const struct chime_operation *operation;
	struct chime_encoded encoded;
	enum chime_priority priority;
	int64_t deadline_ms; /* mono */
	unsigned attempts;
	unsigned max_attempts; /* 0: no limit */
	unsigned malformed;    /* answers that made no sense */
	bool resigned;         /* after the clock was corrected */
	bool refreshed;        /* after credentials were refused */
	struct backoff backoff;
	struct budget_claim claim;     /* BUDGET */
	struct creds_wait *creds_wait; /* CREDS */
	struct http_call *http_call;   /* SENDING */
	struct timer *timer; /* BUDGET, CREDS: deadline; BACKOFF; REFUSED */
	char access_key[SIGV4_ACCESS_KEY_BYTES]; /* of the last signature, */
	int64_t signed_offset_ms;                /* and of its time */
	struct outcome last;                     /* of the attempt before */
	struct chime_call *prev, *next;
};

static void enter_budget(struct chime_call *call);
static void send_signed(struct chime_call *call, struct sigv4_key *key);

/* ---- states ---- */

const char *chime_call_state(const struct chime_call *call)
{
	return states[call->state].name;
}

static void leave(struct chime_call *call)
{
	if (call->timer)
		timer_cancel(call->timer);
	if (call->state == CALL_BUDGET)
		budget_drop(&call->claim);
	if (call->creds_wait)
		creds_cancel(TAKE(call->creds_wait));
	if (call->http_call)
		http_cancel(TAKE(call->http_call));
}

static void set_state(struct chime_call *call, enum state state)
{
	if (!(states[call->state].next & TO(state)))
		abort();
	log_debug("chime", "%s: %s -> %s", call->operation->name,
		states[call->state].name, states[state].name);
	leave(call);
	if (call->state == CALL_SENDING)
		call->client->stats.asking--;
	if (state == CALL_SENDING)
		call->client->stats.asking++;
	call->state = state;
}

static int64_t remaining_ms(const struct chime_call *call)
{
	return call->deadline_ms - loop_now_ms(call->client->loop);
}

static void call_on_timer(void *arg);

static void arm(struct chime_call *call, int64_t ms)
{
	if (!call->timer)
		call->timer =
			timer_new(call->client->loop, call_on_timer, call);
	timer_arm(call->timer, ms > 0 ? ms : 0);
}

/* ---- the end ---- */

static void call_free(struct chime_call *call)
{
	timer_free(call->timer);
	chime_encoded_release(&call->encoded);
	free(call);
}

static void count_end(struct chime_call *call)
{
	struct chime_client *client = call->client;
	const struct outcome *last = &call->last;
	client->counts[call->operation->op][last->error]++;
	if (last->error == CHIME_OK)
		return;
	client->stats.failed++;
	client->stats.last_error_ms = clock_wall_ms();
	snprintf(client->stats.last_error, sizeof(client->stats.last_error),
		"%.255s", last->message);
}

static void detach(struct chime_call *call)
{
	set_state(call, CALL_DONE);
	DL_DELETE(call->client->calls, call);
	call->client->call_count--;
}

/* Answers and is gone. `body` is NULL or what a success brought. */
static void finish(struct chime_call *call, json_t *body)
{
	const struct outcome *last = &call->last;
	const struct chime_result result = {
		.error = last->error,
		.status = last->status,
		.code = last->code,
		.message = last->message,
		.body = body,
		.attempts = call->attempts,
		.retry_after_ms = last->retry_after_ms,
		.request_id = last->request_id,
	};
	detach(call);
	count_end(call);
	call->fn(&result, call->arg);
	call_free(call);
}

void chime_cancel(struct chime_call *call)
{
	detach(call);
	call_free(call);
}

void chime_raise(struct chime_call *call)
{
	call->priority = CHIME_LIVE;
	if (call->state == CALL_BUDGET)
		budget_raise(&call->claim);
}

static bool was_tried(const struct chime_call *call)
{
	return call->attempts > 0 && call->last.error != CHIME_OK;
}

/* Time is up: what went wrong last is worth more than that. */
static void expire(struct chime_call *call)
{
	if (!was_tried(call)) {
		call->last.error = CHIME_TIMEOUT;
		snprintf(call->last.message, OUTCOME_MESSAGE_BYTES,
			"%s: not sent in time, it waited for its %s",
			call->operation->name,
			call->state == CALL_CREDS ? "credentials"
						  : "rate budget");
	}
	finish(call, NULL);
}

/* The answer must not come from inside chime_start(). */
static void refuse(
	struct chime_call *call, enum chime_error error, const char *why)
{
	call->last.error = error;
	snprintf(call->last.message, OUTCOME_MESSAGE_BYTES, "%s", why);
	set_state(call, CALL_REFUSED);
	arm(call, 0);
}

static void call_on_timer(void *arg)
{
	struct chime_call *call = arg;
	if (call->state == CALL_REFUSED)
		finish(call, NULL);
	else if (call->state == CALL_BACKOFF)
		enter_budget(call);
	else
		expire(call);
}

/* ---- waiting for budget and credentials ---- */

static void call_on_key(struct sigv4_key *key, const struct err *err, void *arg)
{
	struct chime_call *call = arg;
	call->creds_wait = NULL;
	if (key) {
		send_signed(call, key);
		return;
	}
	call->last.error = CHIME_CREDENTIALS;
	snprintf(call->last.message, OUTCOME_MESSAGE_BYTES, "%s: %.400s",
		call->operation->name, err->text);
	finish(call, NULL);
}

static void enter_creds(struct chime_call *call)
{
	struct sigv4_key *key = creds_now(call->client->creds);
	if (key) {
		send_signed(call, key);
		return;
	}
	set_state(call, CALL_CREDS);
	call->creds_wait = creds_get(call->client->creds, call_on_key, call);
	arm(call, remaining_ms(call));
}

static void call_on_budget(void *arg)
{
	enter_creds(arg);
}

static void enter_budget(struct chime_call *call)
{
	const struct budget_request request = {
		.operation = call->operation,
		.priority = call->priority,
		.bearer = call->encoded.bearer,
		.channel = call->encoded.channel,
		.app_instance = call->encoded.app_instance,
		.user = call->encoded.user,
	};
	set_state(call, CALL_BUDGET);
	if (budget_take(call->client->budget, &request, &call->claim,
		    call_on_budget, call))
		enter_creds(call);
	else
		arm(call, remaining_ms(call));
}

/* ---- what to do about it ---- */

static bool may_repeat(const struct chime_call *call, enum chime_remedy remedy)
{
	const struct outcome *last = &call->last;
	bool has_left =
		!call->max_attempts || call->attempts < call->max_attempts;
	bool is_safe = remedy == CHIME_RETRY || last->status == 503 ||
		       call->operation->retry == CHIME_RETRY_SAFE;
	bool is_hopeless =
		last->is_final || call->malformed > CALL_MALFORMED_RETRIES;
	return has_left && is_safe && !is_hopeless;
}

static void back_off(struct chime_call *call)
{
	struct chime_client *client = call->client;
	int64_t pause_ms = backoff_next_ms(&call->backoff);
	if (pause_ms < call->last.retry_after_ms)
		pause_ms = call->last.retry_after_ms;
	if (call->last.error == CHIME_THROTTLED && call->encoded.bearer)
		budget_throttled(
			client->budget, call->encoded.bearer, pause_ms);
	/* A pause that ends too late is not worth waiting for. */
	if (pause_ms >= remaining_ms(call)) {
		finish(call, NULL);
		return;
	}
	client->stats.retries++;
	set_state(call, CALL_BACKOFF);
	arm(call, pause_ms);
}

/* The same request with another signature, at once, but within its rate. */
static void sign_again(struct chime_call *call)
{
	call->client->stats.retries++;
	enter_budget(call);
}

/* Learns the service's time from its Date header when that of the signature
 * was far off. Another call may have learnt it meanwhile. */
static bool correct_clock(
	struct chime_call *call, const struct http_answer *answer)
{
	const char *date = http_header(answer, "date");
	int64_t wall_ms;
	if (!date || clock_parse_http_date(date, &wall_ms) != 0)
		return false;
	int64_t offset_ms = wall_ms - clock_wall_ms();
	int64_t change_ms = offset_ms - call->signed_offset_ms;
	if (change_ms > -CALL_SKEW_MS && change_ms < CALL_SKEW_MS)
		return false;
	call->client->clock_offset_ms = offset_ms;
	return true;
}

/* Was the signature refused for a reason that can be repaired, once each? */
static bool repair(struct chime_call *call, const struct http_answer *answer)
{
	struct outcome *last = &call->last;
	if (answer->failure != HTTP_OK)
		return false;
	if (!call->resigned &&
		chime_error_may_be_clock(last->error, last->code) &&
		correct_clock(call, answer)) {
		call->resigned = true;
		return true;
	}
	if (!call->refreshed && last->error == CHIME_CREDENTIALS) {
		creds_invalidate(call->client->creds, call->access_key);
		call->refreshed = true;
		return true;
	}
	return false;
}

static void decide(struct chime_call *call, const struct http_answer *answer)
{
	enum chime_remedy remedy = chime_error_remedy(call->last.error);
	call->malformed += call->last.error == CHIME_MALFORMED;
	if (call->last.error == CHIME_THROTTLED)
		call->client->stats.throttled++;
	bool can_wait = remedy == CHIME_RETRY || remedy == CHIME_RETRY_DOUBT;
	if (can_wait && may_repeat(call, remedy))
		back_off(call);
	else if (repair(call, answer)) /* once each, so not an attempt more */
		sign_again(call);
	else
		finish(call, NULL);
}

static void call_on_answer(const struct http_answer *answer, void *arg)
{
	struct chime_call *call = arg;
	call->http_call = NULL;
	json_t AUTOJSON *body =
		outcome_of_answer(&call->last, call->operation, answer);
	if (call->last.error == CHIME_OK)
		finish(call, body);
	else
		decide(call, answer);
}

/* ---- sending ---- */

static void build_url(struct chime_call *call, const struct endpoint *endpoint)
{
	struct buf *url = &call->client->url;
	const struct buf *target = &call->encoded.target;
	buf_clear(url);
	buf_adds(url, endpoint->url);
	buf_add(url, target->data, target->len);
}

static int sign(struct chime_call *call, const struct endpoint *endpoint,
	struct sigv4_key *key)
{
	struct chime_client *client = call->client;
	const struct chime_encoded *encoded = &call->encoded;
	const char *path = client->url.data + endpoint->origin_len;
	const char *query = strchr(path, '?');
	struct sigv4_header headers[MAX_SIGNED];
	size_t n = 0;
	headers[n++] = (struct sigv4_header){"host", endpoint->host};
	if (encoded->body)
		headers[n++] = (struct sigv4_header){
			"content-type", "application/json"};
	if (encoded->bearer)
		headers[n++] = (struct sigv4_header){
			"x-amz-chime-bearer", encoded->bearer};
	const struct sigv4_request request = {
		.method = encoded->operation->method,
		.path = query ? (struct span){path, (size_t)(query - path)}
			      : span_of(path),
		.query = query ? span_of(query + 1) : (struct span){NULL, 0},
		.headers = headers,
		.header_count = n,
		.body_sha256 = encoded->body_sha256,
	};
	const struct sigv4_params params = {
		.region = client->region,
		.service = "chime",
		.wall_ms = clock_wall_ms() + client->clock_offset_ms,
	};
	return sigv4_sign(key, &params, &request, &client->out);
}

static void add_line(struct buf *lines, const char *name, const char *value)
{
	buf_adds(lines, name);
	buf_adds(lines, value);
	buf_addc(lines, '\0');
}

static void build_lines(struct chime_call *call, const struct sigv4_key *key,
	const char *lines[MAX_LINES])
{
	struct chime_client *client = call->client;
	struct buf *text = &client->lines;
	buf_clear(text);
	if (call->encoded.body)
		add_line(text, "Content-Type: ", "application/json");
	if (call->encoded.bearer)
		add_line(text, "x-amz-chime-bearer: ", call->encoded.bearer);
	if (key->token)
		add_line(text, "x-amz-security-token: ", key->token);
	add_line(text, "x-amz-date: ", client->out.date);
	add_line(text, "Authorization: ", client->out.authorization.data);
	size_t n = 0;
	for (size_t at = 0; at < text->len && n + 1 < MAX_LINES;
		at += strlen(lines[n - 1]) + 1)
		lines[n++] = text->data + at;
	lines[n] = NULL;
}

static void start_exchange(struct chime_call *call, const char *const *lines)
{
	struct chime_client *client = call->client;
	int64_t left_ms = remaining_ms(call);
	const struct http_request request = {
		.method = call->operation->method,
		.url = client->url.data,
		.headers = lines,
		.body = call->encoded.body,
		.body_len = call->encoded.body_len,
		.timeout_ms =
			left_ms < CHIME_ATTEMPT_MS ? left_ms : CHIME_ATTEMPT_MS,
		.max_body_bytes = CHIME_ANSWER_BYTES,
	};
	call->attempts++;
	client->stats.attempts++;
	call->http_call =
		http_start(client->http, &request, call_on_answer, call);
}

static void send_signed(struct chime_call *call, struct sigv4_key *key)
{
	const char *lines[MAX_LINES];
	struct chime_client *client = call->client;
	const struct endpoint *endpoint =
		&client->endpoints[call->operation->plane];
	build_url(call, endpoint);
	if (sign(call, endpoint, key) != 0 || client->url.overflow) {
		refuse(call, CHIME_BAD_REQUEST,
			"the request is too large to be signed");
		return;
	}
	snprintf(call->access_key, sizeof(call->access_key), "%s",
		key->access_key);
	call->signed_offset_ms = client->clock_offset_ms;
	build_lines(call, key, lines);
	set_state(call, CALL_SENDING);
	start_exchange(call, lines);
}

/* ---- the beginning ---- */

static struct chime_call *call_new(struct chime_client *client,
	const struct chime_request *request, chime_fn *fn, void *arg)
{
	struct chime_call *call = xcalloc(1, sizeof(*call));
	int64_t allowed_ms = request->deadline_ms ? request->deadline_ms
						  : client->deadline_ms;
	call->client = client;
	call->fn = fn;
	call->arg = arg;
	call->operation = chime_operation(request->op);
	call->priority = request->priority;
	call->max_attempts = request->max_attempts;
	call->deadline_ms = loop_now_ms(client->loop) + allowed_ms;
	backoff_init(&call->backoff, CALL_BACKOFF_MS, CALL_BACKOFF_CAP_MS);
	DL_APPEND(client->calls, call);
	client->call_count++;
	client->stats.calls++;
	return call;
}

struct chime_call *chime_start(struct chime_client *client,
	const struct chime_request *request, chime_fn *fn, void *arg)
{
	struct err err;
	struct chime_call *call = call_new(client, request, fn, arg);
	if (client->call_count > CHIME_MAX_CALLS)
		refuse(call, CHIME_THROTTLED, "too many calls are waiting");
	else if (chime_encode(&call->encoded, call->operation, request->members,
			 &err) != 0)
		refuse(call, CHIME_BAD_REQUEST, err.text);
	else
		enter_budget(call);
	return call;
}
