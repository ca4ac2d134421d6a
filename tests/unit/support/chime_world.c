#include "chime_world.h"

#include "aws/sigv4.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/json.h"
#include "util/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	PATIENCE_TURNS = 20000,
	IDLE_TURNS = 20,
	START_MS = 1000000,
	SKEW_S = 300,
	BODY_BYTES = 8 << 20,
};

static const int64_t wall_ms = INT64_C(1611079200000);

/* ---- the service ---- */

static struct sigv4_key *lookup(const char *access_key, void *arg)
{
	struct world *w = arg;
	return strcmp(access_key, w->key.access_key) == 0 ? &w->key : NULL;
}

struct collected {
	struct sigv4_header list[SIGV4_MAX_HEADERS];
	size_t count;
};

static void collect(const char *name, const char *value, void *arg)
{
	struct collected *headers = arg;
	if (headers->count < SIGV4_MAX_HEADERS)
		headers->list[headers->count++] =
			(struct sigv4_header){name, value};
}

static bool is_signed_well(struct world *w, struct httpd_request *request)
{
	struct collected headers = {.count = 0};
	size_t len;
	const char *body = httpd_body(request, &len);
	struct span query = span_of(httpd_target(request));
	struct span path = span_cut(&query, '?');
	httpd_each_header(request, collect, &headers);
	const struct sigv4_request signed_request = {
		.method = httpd_method(request),
		.path = path,
		.query = query,
		.headers = headers.list,
		.header_count = headers.count,
		.body = body,
		.body_len = len,
	};
	const struct sigv4_check check = {
		.region = "us-east-1",
		.service = "chime",
		.wall_ms = clock_wall_ms() + w->server_offset_ms,
		.skew_s = SKEW_S,
		.lookup = lookup,
		.arg = w,
	};
	return sigv4_verify(&check, &signed_request, NULL) == SIGV4_OK;
}

static void keep(struct world *w, struct httpd_request *request)
{
	size_t len;
	if (w->request_count == WORLD_REQUESTS)
		abort();
	w->requests[w->request_count++] = (struct world_request){
		.method = xstrdup(httpd_method(request)),
		.target = xstrdup(httpd_target(request)),
		.body = xstrdup(httpd_body(request, &len)),
		.date = xstrdup_null(httpd_header(request, "x-amz-date")),
		.authorization =
			xstrdup_null(httpd_header(request, "authorization")),
		.bearer = xstrdup_null(
			httpd_header(request, "x-amz-chime-bearer")),
		.signed_well = is_signed_well(w, request),
		.at_ms = clock_mono_ms(),
	};
}

static void add_date(struct world *w, struct httpd_request *request)
{
	time_t seconds =
		(time_t)((clock_wall_ms() + w->server_offset_ms) / 1000);
	struct tm tm;
	char text[64];
	gmtime_r(&seconds, &tm);
	strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &tm);
	httpd_add_header(request, "Date", text);
}

static void answer(struct world *w, struct httpd_request *request,
	const struct world_step *step)
{
	const char *body = str_or_empty(step->body);
	add_date(w, request);
	httpd_add_header(request, "x-amzn-RequestId", "req-1");
	if (step->type)
		httpd_add_header(request, "x-amzn-ErrorType", step->type);
	if (step->retry_after)
		httpd_add_header(request, "Retry-After", step->retry_after);
	httpd_reply(
		request, step->status, "application/json", body, strlen(body));
}

static void serve(struct httpd_request *request, void *arg)
{
	struct world *w = arg;
	size_t n = w->request_count;
	const struct world_step *step =
		&w->steps[n < w->step_count ? n : w->step_count - 1];
	keep(w, request);
	if (step->deed == WORLD_CUT)
		httpd_drop(request);
	else if (step->deed == WORLD_HOLD && w->held_count < WORLD_HELD)
		w->held[w->held_count++] = request;
	else
		answer(w, request, step);
}

/* ---- the world ---- */

static void start_service(struct world *w)
{
	struct err err;
	const struct httpd_params params = {
		.address = "127.0.0.1:0",
		.max_header_bytes = 32 << 10,
		.max_body_bytes = BODY_BYTES,
		.idle_timeout_s = 3600,
	};
	w->httpd = httpd_new(w->loop, &params, serve, w, &err);
	if (!w->httpd)
		abort();
	snprintf(w->endpoint, sizeof(w->endpoint), "http://127.0.0.1:%u",
		httpd_port(w->httpd));
}

static void start_client(struct world *w, const struct budget_limits *limits)
{
	struct err err;
	const struct budget_limits unlimited = {.per_second = {0}};
	const struct creds_params keys = {
		.access_key = "AKID",
		.secret = "secret",
		.session_token = "to/ken+=",
	};
	w->creds = creds_new(w->loop, &keys);
	const struct chime_client_params params = {
		.region = "us-east-1",
		.messaging_endpoint = w->endpoint,
		.identity_endpoint = w->endpoint,
		.creds = w->creds,
		.limits = limits ? limits : &unlimited,
	};
	w->client = chime_client_new(w->loop, &params, &err);
	if (!w->client)
		abort();
}

void world_init(struct world *w, const struct budget_limits *limits)
{
	static const struct world_step fine = {.status = 200, .body = "{}"};
	memset(w, 0, sizeof(*w));
	clock_freeze(START_MS, wall_ms);
	w->loop = loop_new();
	sigv4_key_init(&w->key, "AKID", "secret", "to/ken+=");
	world_script(w, &fine, 1);
	start_service(w);
	start_client(w, limits);
}

static void release_requests(struct world *w)
{
	for (size_t i = 0; i < w->request_count; i++) {
		free(w->requests[i].method);
		free(w->requests[i].target);
		free(w->requests[i].body);
		free(w->requests[i].date);
		free(w->requests[i].authorization);
		free(w->requests[i].bearer);
	}
	w->request_count = 0;
}

void world_release(struct world *w)
{
	chime_client_free(w->client);
	creds_free(w->creds);
	httpd_free(w->httpd);
	for (size_t i = 0; i < w->held_count; i++)
		httpd_drop(w->held[i]);
	release_requests(w);
	sigv4_key_release(&w->key);
	free(w->body);
	loop_free(w->loop);
	clock_unfreeze();
}

void world_script(struct world *w, const struct world_step *steps, size_t count)
{
	w->steps = steps;
	w->step_count = count;
	release_requests(w);
}

/* ---- calls ---- */

void world_on_result(const struct chime_result *result, void *arg)
{
	struct world *w = arg;
	w->answers++;
	w->error = result->error;
	w->status = result->status;
	w->attempts = result->attempts;
	w->retry_after_ms = result->retry_after_ms;
	snprintf(w->message, sizeof(w->message), "%s", result->message);
	snprintf(
		w->request_id, sizeof(w->request_id), "%s", result->request_id);
	free(w->body);
	w->body = result->body ? json_text(result->body) : NULL;
}

json_t *world_message(const char *content, const char *token)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "ChannelArn",
		WORLD_CHANNEL, "ChimeBearer", WORLD_USER, "Content", content,
		"Type", "STANDARD", "Persistence", "PERSISTENT",
		"ClientRequestToken", token);
}

struct chime_call *world_start(
	struct world *w, enum chime_op op, json_t *members, int64_t deadline_ms)
{
	const struct chime_request request = {
		.op = op, .members = members, .deadline_ms = deadline_ms};
	struct chime_call *call =
		chime_start(w->client, &request, world_on_result, w);
	json_decref(members);
	return call;
}

struct chime_call *world_send(struct world *w)
{
	return world_start(w, CHIME_SEND_CHANNEL_MESSAGE,
		world_message("hello", "t-1"), 0);
}

struct chime_call *world_describe(struct world *w)
{
	json_t *members = json_pack("{s:s, s:s}", "ChannelArn", WORLD_CHANNEL,
		"ChimeBearer", WORLD_USER);
	return world_start(w, CHIME_DESCRIBE_CHANNEL, members, 0);
}

/* ---- time ---- */

static void turn(struct world *w, int64_t step_ms)
{
	loop_turn(w->loop, 1);
	clock_advance(step_ms);
}

static void give_up(const char *what)
{
	fprintf(stderr, "%s never came\n", what);
	abort();
}

void world_until(struct world *w, unsigned answers, int64_t step_ms)
{
	for (int i = 0; w->answers < answers; i++) {
		if (i == PATIENCE_TURNS)
			give_up("an answer");
		turn(w, step_ms);
	}
}

void world_until_seen(struct world *w, size_t requests, int64_t step_ms)
{
	for (int i = 0; w->request_count < requests; i++) {
		if (i == PATIENCE_TURNS)
			give_up("a request");
		turn(w, step_ms);
	}
}

void world_idle(struct world *w)
{
	for (int i = 0; i < IDLE_TURNS; i++)
		turn(w, 0);
}
