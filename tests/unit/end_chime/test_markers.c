#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "end_chime/markers.h"

#include "unit/support/end_chime_service.h"
#include "unit/support/log_catch.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/str.h"

#include <stdio.h>
#include <string.h>

#define MOVE "PUT /channels/APP/channel/c/readMarker"
#define BOB WORLD_APP "/user/irc:net:bob"
#define EVE WORLD_APP "/user/irc:net:eve"

struct fixture {
	struct service s;
	struct users *users;
	struct markers *markers;
};

static void join(struct fixture *f, const char *id)
{
	const struct puppet puppet = {.id = id, .nick = "nick"};
	puppets_put(users_puppets(f->users), &puppet);
	puppets_join(users_puppets(f->users), id, WORLD_CHANNEL, true);
}

static void part(struct fixture *f, const char *id)
{
	puppets_leave(users_puppets(f->users), id, WORLD_CHANNEL);
}

static int setup(void **state)
{
	static struct fixture f;
	service_init(&f.s);
	log_catch_start();
	f.users = service_users(&f.s);
	join(&f, "irc:net:bob");
	join(&f, "irc:net:eve");
	const struct markers_params params = {
		.client = f.s.w.client,
		.users = f.users,
		.object = "mapping m",
		.channel = WORLD_CHANNEL,
		.bridge = WORLD_USER,
	};
	f.markers = markers_new(f.s.w.loop, &params);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	markers_close(TAKE(f->markers));
	service_settle(&f->s);
	users_free(TAKE(f->users));
	service_release(&f->s);
	log_catch_stop();
	return 0;
}

static void expect_move(struct fixture *f, const char *bearer)
{
	service_expect(&f->s, MOVE);
	assert_string_equal(f->s.bearer, bearer);
	assert_null(f->s.body);
}

static void test_the_bridge(void **state)
{
	struct fixture *f = *state;
	assert_true(markers_read(f->markers));
	expect_move(f, "APP/user/bridge");
	assert_false(markers_read(f->markers));
	service_answer(&f->s, 200, "{}");
	service_pass(&f->s, MARKERS_READ_MS - 100);
	assert_false(markers_read(f->markers));
	service_pass(&f->s, 200);
	assert_true(markers_read(f->markers));
	expect_move(f, "APP/user/bridge");
	service_answer(&f->s, 200, "{}");
	service_expect_none(&f->s);
	assert_int_equal(log_catch_count("marker"), 0);
}

/* One try, one line in the log, and then the next occasion. */
static void test_the_bridge_fails(void **state)
{
	static const int rows[] = {500, 503, 429, 400, 500};
	struct fixture *f = *state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_true(markers_read(f->markers));
		expect_move(f, "APP/user/bridge");
		service_answer(&f->s, rows[i],
			"{\"Code\":\"X\",\"Message\":\"same\"}");
		service_pass(&f->s, MARKERS_READ_MS + 100);
	}
	assert_in_range(log_catch_count("cannot be moved"), 1, 5);
	size_t lines = log_catch_count("cannot be moved");
	for (int i = 0; i < 3; i++) {
		assert_true(markers_read(f->markers));
		expect_move(f, "APP/user/bridge");
		service_answer(
			&f->s, 500, "{\"Code\":\"X\",\"Message\":\"same\"}");
		service_pass(&f->s, MARKERS_READ_MS + 100);
	}
	assert_int_equal(log_catch_count("cannot be moved"), lines);
}

static void test_the_bridge_is_refused(void **state)
{
	static const int rows[] = {403, 404};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct fixture *f = *state;
		assert_true(markers_read(f->markers));
		expect_move(f, "APP/user/bridge");
		service_answer(&f->s, rows[i], "{}");
		service_pass(&f->s, 2 * MARKERS_READ_MS);
		assert_true(markers_read(f->markers));
		service_pass(&f->s, 2 * MARKERS_READ_MS);
		assert_int_equal(log_catch_count("left where it is"), 1);
		/* The puppets have nothing to do with it. */
		markers_spoke(f->markers, BOB);
		expect_move(f, "APP/user/irc:net:bob");
		service_answer(&f->s, 200, "{}");
		service_expect_none(&f->s);
		teardown(state);
		setup(state);
	}
}

static void test_a_puppet(void **state)
{
	struct fixture *f = *state;
	markers_spoke(f->markers, BOB);
	expect_move(f, "APP/user/irc:net:bob");
	/* The call does not tell whether it came before or after these. */
	markers_spoke(f->markers, BOB);
	service_answer(&f->s, 200, "{}");
	service_pass(&f->s, MARKERS_SPOKE_MS / 2);
	markers_spoke(f->markers, BOB);
	service_pass(&f->s, MARKERS_SPOKE_MS / 2 - 200);
	service_pass_until_asked(&f->s, 1000);
	expect_move(f, "APP/user/irc:net:bob");
	service_answer(&f->s, 200, "{}");
	service_pass(&f->s, 2 * MARKERS_SPOKE_MS);
}

static void test_several_puppets(void **state)
{
	struct fixture *f = *state;
	markers_spoke(f->markers, BOB);
	markers_spoke(f->markers, EVE);
	expect_move(f, "APP/user/irc:net:bob");
	service_settle(&f->s);
	assert_int_equal(f->s.w.request_count, 1);
	service_answer(&f->s, 200, "{}");
	expect_move(f, "APP/user/irc:net:eve");
	service_answer(&f->s, 200, "{}");
	service_pass(&f->s, 2 * MARKERS_SPOKE_MS);
}

static void test_a_puppet_is_refused(void **state)
{
	struct fixture *f = *state;
	markers_spoke(f->markers, BOB);
	expect_move(f, "APP/user/irc:net:bob");
	markers_spoke(f->markers, BOB);
	service_answer(&f->s, 403, "{\"Code\":\"ForbiddenException\"}");
	service_pass(&f->s, 2 * MARKERS_SPOKE_MS);
	markers_spoke(f->markers, BOB);
	service_pass(&f->s, 2 * MARKERS_SPOKE_MS);
	markers_spoke(f->markers, EVE);
	expect_move(f, "APP/user/irc:net:eve");
	service_answer(&f->s, 500, "{}");
	service_pass(&f->s, 2 * MARKERS_SPOKE_MS);
	/* The next occasion. */
	markers_spoke(f->markers, EVE);
	expect_move(f, "APP/user/irc:net:eve");
	service_answer(&f->s, 200, "{}");
	service_expect_none(&f->s);
	assert_int_equal(log_catch_count("left where it is"), 1);
}

/* Nobody asks for the marker of one who is gone; back again, it moves. */
static void test_a_puppet_leaves_meanwhile(void **state)
{
	struct fixture *f = *state;
	markers_spoke(f->markers, BOB);
	expect_move(f, "APP/user/irc:net:bob");
	service_answer(&f->s, 200, "{}");
	service_settle(&f->s);
	markers_spoke(f->markers, BOB);
	part(f, "irc:net:bob");
	service_pass(&f->s, 2 * MARKERS_SPOKE_MS);
	join(f, "irc:net:bob");
	service_pass(&f->s, 2 * MARKERS_SPOKE_MS);
	markers_spoke(f->markers, BOB);
	expect_move(f, "APP/user/irc:net:bob");
	service_answer(&f->s, 200, "{}");
	service_expect_none(&f->s);
	assert_int_equal(log_catch_count("marker"), 0);
}

/* What was refused once is tried again in the end: rights come back. */
static void test_refusals_end(void **state)
{
	struct fixture *f = *state;
	assert_true(markers_read(f->markers));
	expect_move(f, "APP/user/bridge");
	service_answer(&f->s, 403, "{}");
	service_settle(&f->s);
	markers_spoke(f->markers, BOB);
	expect_move(f, "APP/user/irc:net:bob");
	service_answer(&f->s, 403, "{}");
	service_settle(&f->s);
	markers_spoke(f->markers, EVE);
	expect_move(f, "APP/user/irc:net:eve");
	service_answer(&f->s, 403,
		"{\"Code\":\"AccessDeniedException\",\"Message\":\"no\"}");
	service_settle(&f->s);
	service_pass(&f->s, MARKERS_BARRED_MS);
	assert_true(markers_read(f->markers));
	expect_move(f, "APP/user/bridge");
	service_answer(&f->s, 200, "{}");
	service_settle(&f->s);
	markers_spoke(f->markers, BOB);
	expect_move(f, "APP/user/irc:net:bob");
	service_answer(&f->s, 200, "{}");
	service_settle(&f->s);
	markers_spoke(f->markers, EVE);
	expect_move(f, "APP/user/irc:net:eve");
	service_answer(&f->s, 200, "{}");
	service_expect_none(&f->s);
}

/* The keys may not do it: so it is for all. */
static void test_policy(void **state)
{
	struct fixture *f = *state;
	markers_spoke(f->markers, BOB);
	expect_move(f, "APP/user/irc:net:bob");
	service_answer(&f->s, 403,
		"{\"Code\":\"AccessDeniedException\",\"Message\":\"no\"}");
	service_settle(&f->s);
	markers_spoke(f->markers, EVE);
	service_pass(&f->s, 2 * MARKERS_SPOKE_MS);
	assert_int_equal(log_catch_count("cannot be moved"), 1);
}

static void test_ceiling(void **state)
{
	struct fixture *f = *state;
	char arn[256];
	unsigned moved = 0;
	for (int i = 0; i < MARKERS_PUPPETS_MAX + 50; i++) {
		snprintf(arn, sizeof(arn), WORLD_APP "/user/irc:net:p%d", i);
		join(f, strrchr(arn, '/') + 1);
		markers_spoke(f->markers, arn);
		service_settle(&f->s);
		if (f->s.w.request_count == 0)
			continue;
		service_expect(&f->s, MOVE);
		service_answer(&f->s, 200, "{}");
		service_settle(&f->s);
		moved++;
	}
	assert_int_equal(moved, MARKERS_PUPPETS_MAX);
	service_pass(&f->s, MARKERS_SPOKE_MS + 100);
	markers_spoke(f->markers, arn);
	service_expect(&f->s, MOVE);
	service_answer(&f->s, 200, "{}");
	service_expect_none(&f->s);
}

static void test_closed_with_calls_under_way(void **state)
{
	struct fixture *f = *state;
	markers_close(NULL);
	assert_true(markers_read(f->markers));
	service_expect(&f->s, MOVE);
	markers_close(TAKE(f->markers));
	service_answer(&f->s, 500, "{}");
	service_expect_none(&f->s);
	assert_int_equal(log_catch_count("marker"), 0);
	teardown(state);
	setup(state);
	markers_spoke(f->markers, BOB);
	markers_spoke(f->markers, EVE);
	service_expect(&f->s, MOVE);
	markers_close(TAKE(f->markers));
	service_answer(&f->s, 200, "{}");
	service_expect_none(&f->s);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_the_bridge),
		T(test_the_bridge_fails),
		T(test_the_bridge_is_refused),
		T(test_a_puppet),
		T(test_several_puppets),
		T(test_a_puppet_is_refused),
		T(test_a_puppet_leaves_meanwhile),
		T(test_refusals_end),
		T(test_policy),
		T(test_ceiling),
		T(test_closed_with_calls_under_way),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
