#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "end_chime_service.h"

#include "util/alloc.h"
#include "util/clock.h"
#include "util/enc.h"
#include "util/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	PATIENCE_TURNS = 5000,
	SETTLE_TURNS = 12,
	SETTLE_MOST = 300,
	STEP_MS = 100
};

static const struct world_step hold = {.deed = WORLD_HOLD};

void service_init(struct service *s)
{
	memset(s, 0, sizeof(*s));
	world_init(&s->w, NULL);
	world_script(&s->w, &hold, 1);
	fake_store_init(&s->store);
}

void service_release(struct service *s)
{
	world_release(&s->w);
	fake_store_release(&s->store);
	json_decref(s->body);
	free(s->bytes);
}

struct users *service_users(struct service *s)
{
	const struct users_params params = {
		.loop = s->w.loop,
		.client = s->w.client,
		.store = &s->store.base,
		.app_instance = WORLD_APP,
		.bridge = WORLD_USER,
		.name_template = "{nick}",
	};

	return users_new(&params);
}

/* Decoded, with our app instance as "APP". */
static void shorten(struct buf *out, const char *s)
{
	struct buf AUTOBUF plain;
	buf_init(&plain, 1 << 16);
	assert_int_equal(enc_percent_decode(&plain, s, strlen(s)), 0);
	for (const char *p = plain.data; *p;) {
		if (strncmp(p, WORLD_APP, strlen(WORLD_APP)) == 0) {
			buf_adds(out, "APP");
			p += strlen(WORLD_APP);
		} else {
			buf_addc(out, *p++);
		}
	}
}

static void look_at(struct service *s, const struct world_request *request)
{
	struct buf AUTOBUF bearer;
	struct err err;
	buf_init(&bearer, sizeof(s->bearer) - 1);
	if (request->bearer)
		shorten(&bearer, request->bearer);
	snprintf(s->bearer, sizeof(s->bearer), "%s", bearer.data);
	json_decref(s->body);
	free(s->bytes);
	s->bytes = xstrdup(request->body);
	s->body = *s->bytes ? json_parse_repaired(
				      s->bytes, strlen(s->bytes), &err)
			    : NULL;
	assert_true(request->signed_well);
}

/* "METHOD target" of a request that has come. */
static void describe(const struct world_request *request, struct buf *out)
{
	buf_clear(out);
	buf_addf(out, "%s ", request->method);
	shorten(out, request->target);
}

/* The next to be looked at and answered. */
static void bring_forward(struct world *w, size_t at)
{
	const struct world_request request = w->requests[at];
	struct httpd_request *held = w->held[at];
	memmove(w->requests + 1, w->requests, at * sizeof(w->requests[0]));
	memmove(w->held + 1, w->held, at * sizeof(w->held[0]));
	w->requests[0] = request;
	w->held[0] = held;
}

/* Of two on two connections, either may come first. */
static bool has_come(struct service *s, const char *line)
{
	struct buf AUTOBUF got;
	buf_init(&got, 1 << 16);
	for (size_t i = 0; i < s->w.request_count; i++) {
		describe(&s->w.requests[i], &got);
		if (strcmp(got.data, line) == 0) {
			bring_forward(&s->w, i);
			return true;
		}
	}
	return false;
}

/* Until it has come, or others have and nothing more will. */
static void await(struct service *s, const char *line)
{
	struct chime_stats stats;
	int quiet = 0;
	for (int i = 0; i < PATIENCE_TURNS && quiet < SETTLE_TURNS; i++) {
		if (has_come(s, line))
			return;
		loop_turn(s->w.loop, 1);
		chime_client_stats(s->w.client, &stats);
		bool is_all = stats.asking <= s->w.request_count;
		quiet = s->w.request_count && is_all ? quiet + 1 : 0;
	}
}

void service_expect_at(
	struct service *s, const char *line, const char *file, int at)
{
	struct buf AUTOBUF got;
	buf_init(&got, 1 << 16);
	await(s, line);
	if (s->w.request_count)
		describe(&s->w.requests[0], &got);
	_assert_string_equal(got.data, line, file, at);
	/* Each has its place: what is answered is what was looked at. */
	assert_int_equal(s->w.request_count, s->w.held_count);
	look_at(s, &s->w.requests[0]);
}

void service_expect_any(struct service *s)
{
	for (int i = 0; !s->w.request_count && i < PATIENCE_TURNS; i++)
		loop_turn(s->w.loop, 1);
	assert_true(s->w.request_count > 0);
	look_at(s, &s->w.requests[0]);
}

const char *service_string(const struct service *s, const char *key)
{
	return json_get_string(s->body, key);
}

static struct httpd_request *take(struct service *s)
{
	struct world *w = &s->w;
	assert_true(w->held_count > 0);
	struct httpd_request *request = w->held[0];
	struct world_request *seen = &w->requests[0];
	free(seen->method);
	free(seen->target);
	free(seen->body);
	free(seen->date);
	free(seen->authorization);
	free(seen->bearer);
	w->held_count--;
	w->request_count--;
	memmove(w->held, w->held + 1, w->held_count * sizeof(w->held[0]));
	memmove(w->requests, w->requests + 1,
		w->request_count * sizeof(w->requests[0]));
	return request;
}

void service_answer(struct service *s, int status, const char *body, ...)
{
	char text[65536];
	va_list ap;
	va_start(ap, body);
	int len = vsnprintf(text, sizeof(text), body, ap);
	va_end(ap);
	assert_in_range(len, 0, sizeof(text) - 1);
	httpd_reply(take(s), status, "application/json", text, (size_t)len);
}

void service_cut(struct service *s)
{
	httpd_drop(take(s));
}

void service_until(struct service *s, const bool *flag)
{
	for (int i = 0; !*flag && i < PATIENCE_TURNS; i++)
		loop_turn(s->w.loop, 1);
	assert_true(*flag);
}

/* Until no answer of ours is still on its way. */
void service_settle(struct service *s)
{
	struct chime_stats stats;
	for (int i = 0; i < SETTLE_MOST; i++) {
		loop_turn(s->w.loop, 1);
		chime_client_stats(s->w.client, &stats);
		if (stats.asking <= s->w.request_count)
			break;
	}
	for (int i = 0; i < SETTLE_TURNS; i++)
		loop_turn(s->w.loop, 0);
}

void service_expect_none(struct service *s)
{
	struct chime_stats stats;
	service_settle(s);
	chime_client_stats(s->w.client, &stats);
	assert_int_equal(stats.in_flight, 0);
	assert_int_equal(s->w.request_count, 0);
}

/* Has the client begun a call? Then its request is waited for. */
static bool is_asked(struct service *s)
{
	struct chime_stats stats;
	for (int i = 0; i < 4; i++)
		loop_turn(s->w.loop, 0);
	chime_client_stats(s->w.client, &stats);
	if (!stats.in_flight)
		return false;
	for (int i = 0; !s->w.request_count && i < PATIENCE_TURNS; i++)
		loop_turn(s->w.loop, 1);
	assert_true(s->w.request_count > 0);
	return true;
}

int64_t service_pass_until_asked(struct service *s, int64_t max_ms)
{
	int64_t passed = 0;
	service_settle(s);
	while (!is_asked(s)) {
		assert_true(passed < max_ms);
		clock_advance(STEP_MS);
		passed += STEP_MS;
	}
	return passed;
}

void service_pass(struct service *s, int64_t ms)
{
	service_settle(s);
	while (ms > 0) {
		int64_t step = ms < STEP_MS ? ms : STEP_MS;
		clock_advance(step);
		ms -= step;
		assert_false(is_asked(s));
	}
}
