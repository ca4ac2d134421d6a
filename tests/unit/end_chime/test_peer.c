#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "end_chime/peer.h"

#include "unit/support/end_chime_service.h"
#include "util/alloc.h"
#include "util/clock.h"

#include <string.h>

#define LOOK "GET /channels/APP/channel/c/memberships/APP/user/al"
#define ADD "POST /channels/APP/channel/c/memberships"
#define AL WORLD_APP "/user/al"

struct fixture {
	struct service s;
	struct peer *peer;
	int known;
	bool close_in_known;
};

static void on_known(void *arg)
{
	struct fixture *f = arg;
	f->known++;
	if (f->close_in_known)
		peer_close(TAKE(f->peer));
}

static int setup(void **state)
{
	static struct fixture f;
	memset(&f, 0, sizeof(f));
	service_init(&f.s);
	const struct peer_params params = {
		.client = f.s.w.client,
		.object = "mapping m",
		.channel = WORLD_CHANNEL,
		.puppet = WORLD_APP "/user/irc:net:bob",
		.peer = AL,
		.known = on_known,
		.arg = &f,
	};
	f.peer = peer_new(f.s.w.loop, &params);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	peer_close(f->peer);
	service_settle(&f->s);
	service_release(&f->s);
	return 0;
}

static void answer(struct fixture *f, const char *line, int status)
{
	int known = f->known;
	service_expect(&f->s, line);
	assert_string_equal(f->s.bearer, "APP/user/irc:net:bob");
	service_answer(&f->s, status, "{}");
	service_settle(&f->s);
	assert_int_equal(f->known, known + 1);
}

static void pass(struct fixture *f, int64_t ms)
{
	clock_advance(ms);
	service_settle(&f->s);
}

static void test_is_there(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(peer_ask(f->peer), PEER_WAIT);
	assert_int_equal(peer_ask(f->peer), PEER_WAIT);
	answer(f, LOOK, 200);
	assert_int_equal(peer_ask(f->peer), PEER_HERE);
	pass(f, PEER_LOOK_MS - 1);
	assert_int_equal(peer_ask(f->peer), PEER_HERE);
	pass(f, 1);
	peer_heard(f->peer, AL);
	assert_int_equal(peer_ask(f->peer), PEER_HERE);
	pass(f, PEER_LOOK_MS);
	peer_heard(f->peer, WORLD_APP "/user/bo");
	assert_int_equal(peer_ask(f->peer), PEER_WAIT);
	/* Nobody can tell: it is tried. */
	answer(f, LOOK, 403);
	assert_int_equal(peer_ask(f->peer), PEER_HERE);
	service_expect_none(&f->s);
}

static void test_has_left(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(peer_ask(f->peer), PEER_WAIT);
	answer(f, LOOK, 404);
	assert_int_equal(peer_ask(f->peer), PEER_GONE);
	pass(f, PEER_AGAIN_MS - 1);
	assert_int_equal(peer_ask(f->peer), PEER_GONE);
	pass(f, 1);
	/* Asked back. */
	assert_int_equal(peer_ask(f->peer), PEER_WAIT);
	answer(f, ADD, 403);
	assert_string_equal(service_string(&f->s, "MemberArn"), AL);
	assert_int_equal(peer_ask(f->peer), PEER_GONE);
	pass(f, PEER_AGAIN_MS);
	assert_int_equal(peer_ask(f->peer), PEER_WAIT);
	answer(f, ADD, 201);
	assert_int_equal(peer_ask(f->peer), PEER_HERE);
}

static void test_moving(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(peer_ask(f->peer), PEER_WAIT);
	service_expect(&f->s, LOOK);
	peer_move(f->peer, WORLD_APP "/channel/d");
	assert_int_equal(f->known, 1);
	service_answer(&f->s, 404, "{}");
	service_settle(&f->s);
	assert_int_equal(peer_ask(f->peer), PEER_HERE);
	pass(f, PEER_LOOK_MS);
	assert_int_equal(peer_ask(f->peer), PEER_WAIT);
	answer(f, "GET /channels/APP/channel/d/memberships/APP/user/al", 200);
	peer_move(f->peer, WORLD_CHANNEL);
	assert_int_equal(f->known, 2);
}

static void test_nobody(void **state)
{
	(void)state;
	assert_int_equal(peer_ask(NULL), PEER_HERE);
	peer_heard(NULL, AL);
	peer_move(NULL, WORLD_CHANNEL);
	peer_close(NULL);
}

static void test_closing(void **state)
{
	struct fixture *f = *state;
	f->close_in_known = true;
	assert_int_equal(peer_ask(f->peer), PEER_WAIT);
	answer(f, LOOK, 404);
	assert_null(f->peer);
	service_expect_none(&f->s);
}

static void test_closing_while_asking(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(peer_ask(f->peer), PEER_WAIT);
	service_expect(&f->s, LOOK);
	peer_close(TAKE(f->peer));
	service_answer(&f->s, 404, "{}");
	service_settle(&f->s);
	assert_int_equal(f->known, 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_is_there),
		T(test_has_left),
		T(test_moving),
		T(test_nobody),
		T(test_closing),
		T(test_closing_while_asking),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
