#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "irc_puppets/puppets.h"

#include "unit/support/irc_crowd.h"
#include "util/str.h"

#include <stdio.h>

static int setup(void **state)
{
	static struct irc_crowd crowd;
	irc_crowd_init(&crowd);
	*state = &crowd;
	return 0;
}

static int teardown(void **state)
{
	irc_crowd_release(*state);
	return 0;
}

static void admit_many(struct irc_crowd *c, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char name[8];
		(void)snprintf(name, sizeof(name), "p%zu", i);
		irc_crowd_admit(c, name, name);
	}
}

static size_t count_up(const struct irc_crowd *c)
{
	size_t n = 0;
	for (size_t i = 1; i < c->count; i++)
		n += c->all[i].is_in;
	return n;
}

/* One new link per interval, after the loss of all too. */
static void test_pace(void **state)
{
	struct irc_crowd *c = *state;
	irc_crowd_start(c);
	admit_many(c, 3);
	assert_int_equal(count_up(c), 1);
	irc_crowd_pass(c, 2000);
	assert_int_equal(count_up(c), 2);
	irc_crowd_pass(c, 2000);
	assert_int_equal(count_up(c), 3);
	for (size_t i = 1; i <= 3; i++)
		irc_crowd_cut(c, i, NULL);
	for (int i = 0; i < 40; i++) {
		size_t before = count_up(c);
		irc_crowd_pass(c, 500);
		assert_true(count_up(c) <= before + 1);
	}
	assert_int_equal(count_up(c), 3);
}

/* Who has something to say comes before who only is to be seen. */
static void test_hurry(void **state)
{
	struct irc_crowd *c = *state;
	irc_crowd_start(c);
	admit_many(c, 3);
	irc_crowd_say(c, 1, "p2", "p2", "hello");
	irc_crowd_pass(c, 2000);
	assert_true(c->all[3].is_in);
	assert_false(c->all[2].is_in);
	crowd_assert(c->said, "p2[c]: hello\n");
}

static void describe(const struct irc_crowd *c, const char *text)
{
	struct buf AUTOBUF out;
	buf_init(&out, 1000);
	end_irc_describe(c->end, &out);
	assert_string_equal(out.data, text);
}

static void on_stopped(void *arg)
{
	struct irc_crowd *c = arg;
	c->is_stopped = true;
}

static void test_stop(void **state)
{
	struct irc_crowd *c = *state;
	irc_crowd_start(c);
	describe(c, "test: ready as belfry on one.example, 0 puppets (limit "
		    "10)");
	admit_many(c, 3);
	describe(c, "test: ready as belfry on one.example, 3 puppets (2 "
		    "connecting, limit 10)");
	irc_crowd_pass(c, 2000);
	buf_clear(&c->store.log);
	buf_clear(&c->log);
	end_irc_stop(c->end, "bye", on_stopped, c);
	assert_false(c->is_stopped);
	irc_crowd_serve(c);
	assert_true(c->is_stopped);
	assert_non_null(strstr(c->said.data, "p0[c] quits bye\n"));
	assert_non_null(strstr(c->said.data, "p1[c] quits bye\n"));
	/* Who was there is still known. */
	assert_null(strstr(c->store.log.data, "gone"));
}

static void test_stop_is_bounded(void **state)
{
	struct irc_crowd *c = *state;
	irc_crowd_start(c);
	admit_many(c, 1);
	c->all[1].peer.is_full = true;
	end_irc_stop(c->end, "bye", on_stopped, c);
	irc_crowd_pass(c, 3000);
	assert_true(c->is_stopped);
}

static void test_killed(void **state)
{
	struct irc_crowd *c = *state;
	irc_crowd_start(c);
	admit_many(c, 1);
	irc_crowd_cut(c, 1, "Closing Link: p0[c] (Killed (oper (go away)))");
	irc_crowd_pass(c, 29 * 1000);
	assert_int_equal(count_up(c), 0);
	irc_crowd_pass(c, 5 * 1000);
	assert_int_equal(count_up(c), 1);
	/* Longer each time. */
	irc_crowd_cut(c, 1, "Closing Link: p0[c] (Killed (oper (go away)))");
	irc_crowd_pass(c, 59 * 1000);
	assert_int_equal(count_up(c), 0);
}

static void test_banned(void **state)
{
	struct irc_crowd *c = *state;
	irc_crowd_start(c);
	admit_many(c, 3);
	irc_crowd_pass(c, 5000);
	assert_int_equal(count_up(c), 3);
	for (size_t i = 1; i <= 3; i++)
		irc_crowd_cut(c, i, "Closing Link: host (K-Lined)");
	buf_clear(&c->log);
	irc_crowd_admit(c, "p0", "p0");
	irc_crowd_admit(c, "new", "new");
	crowd_assert(c->log, "arn:x/user/p0 here refused\n"
			     "arn:x/user/new here not shown\n");
	irc_crowd_pass(c, 601 * 1000);
	buf_clear(&c->log);
	irc_crowd_admit(c, "new", "new");
	crowd_assert(c->log, "arn:x/user/new here done\n");
}

static void test_too_many(void **state)
{
	struct irc_crowd *c = *state;
	irc_crowd_start(c);
	admit_many(c, 2);
	buf_clear(&c->log);
	c->all[2].is_deaf = true;
	irc_crowd_pass(c, 2000);
	irc_crowd_cut(c, 2, "Too many connections from your host");
	crowd_assert(c->log, "arn:x/user/p1 here not shown\n");
	assert_int_equal(count_up(c), 1);
	describe(c, "test: ready as belfry on one.example, 1 puppet (limit "
		    "1)");
	irc_crowd_admit(c, "p1", "p1");
	crowd_assert(c->log, "arn:x/user/p1 here not shown\n");
	irc_crowd_pass(c, 601 * 1000);
	buf_clear(&c->log);
	irc_crowd_admit(c, "p1", "p1");
	crowd_assert(c->log, "arn:x/user/p1 here done\n");
}

/* A place that becomes free is offered to those who found none, in order, and
 * soon: whoever has left makes way for them, and a link that has not ended is
 * a connection still. */
static void test_vacant(void **state)
{
	struct irc_crowd *c = *state;
	c->params.puppets.max = 2;
	irc_crowd_start(c);
	admit_many(c, 4);
	irc_crowd_pass(c, 3000);
	buf_clear(&c->log);
	irc_crowd_pass(c, 30 * 1000);
	crowd_assert(c->log, "");
	c->all[1].peer.is_full = true;
	irc_crowd_dismiss(c, "p0");
	irc_crowd_pass(c, 1000);
	crowd_assert(c->log, "arn:x/user/p0 gone done\n");
	irc_crowd_pass(c, 4500);
	crowd_assert(c->log, "");
	irc_crowd_pass(c, 5500);
	crowd_assert(c->log, "arn:x/user/p2 here later\n"
			     "arn:x/user/p3 here later\n");
	irc_crowd_admit(c, "p2", "p2");
	irc_crowd_admit(c, "p3", "p3");
	irc_crowd_pass(c, 3000);
	crowd_assert(c->log, "arn:x/user/p2 here done\n"
			     "arn:x/user/p3 here not shown\n");
}

/* Nobody knocks while the door is closed to the main connection. */
static void test_main_first(void **state)
{
	struct irc_crowd *c = *state;
	irc_crowd_start(c);
	c->all[0].is_deaf = true;
	irc_peer_close(&c->all[0].peer, "reset");
	irc_crowd_admit(c, "p0", "p0");
	irc_crowd_pass(c, 10 * 1000);
	assert_int_equal(count_up(c), 0);
	c->all[0].is_deaf = false;
	irc_crowd_pass(c, 5000);
	assert_int_equal(count_up(c), 1);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_pace),
		T(test_hurry),
		T(test_stop),
		T(test_stop_is_bounded),
		T(test_killed),
		T(test_banned),
		T(test_too_many),
		T(test_vacant),
		T(test_main_first),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
