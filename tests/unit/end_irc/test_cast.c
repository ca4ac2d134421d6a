#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "end_irc/cast.h"

#include "unit/support/irc_crowd.h"
#include "util/str.h"

#include <errno.h>
#include <string.h>

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

static void test_admit_and_dismiss(void **state)
{
	struct irc_crowd *c = *state;
	irc_crowd_start(c);
	irc_crowd_admit(c, "alice", "Alice");
	crowd_assert(c->log, "arn:x/user/alice here done\n");
	assert_true(c->all[1].is_in);
	crowd_assert(
		c->store.log, "irc-shown test #a arn:x/user/alice=Alice\n");
	irc_crowd_admit(c, "alice", "Alice");
	crowd_assert(c->log, "arn:x/user/alice here done\n");
	irc_crowd_dismiss(c, "alice");
	crowd_assert(c->log, "arn:x/user/alice gone done\n");
	crowd_assert(c->said, "Alice[c] leaves :removed by Admin\n");
	crowd_assert(c->store.log, "irc-shown test #a arn:x/user/alice gone\n");
	irc_crowd_pass(c, 70 * 1000);
	crowd_assert(c->said, "Alice[c] quits gone\n");
	irc_crowd_dismiss(c, "nobody");
	crowd_assert(c->log, "arn:x/user/nobody gone done\n");
}

static void on_shown(void *arg, const struct shown *shown)
{
	struct buf *out = arg;
	buf_addf(out, "%s %s\n", shown->person_id, shown->name);
}

static void test_remembers(void **state)
{
	struct irc_crowd *c = *state;
	struct buf AUTOBUF out;
	buf_init(&out, 1000);
	fake_store_put(&c->store, "irc-shown", "test #a arn:x/user/bob", "Bob");
	fake_store_put(&c->store, "irc-shown", "test #ab arn:x/user/eve", "E");
	fake_store_put(&c->store, "irc-shown", "other #a arn:x/user/eve", "E");
	irc_crowd_start(c);
	c->room->ops->shown(c->room, on_shown, &out);
	assert_string_equal(out.data, "arn:x/user/bob Bob\n");
	/* Who was there comes back. */
	irc_crowd_pass(c, 3000);
	assert_true(c->all[1].is_in);
	assert_int_equal(c->count, 2);
	crowd_assert(c->log, "");
	irc_crowd_dismiss(c, "bob");
	crowd_assert(c->log, "arn:x/user/bob gone done\n");
}

static void reopen(struct irc_crowd *c)
{
	const struct end_irc_room_params room = {
		.mapping = "again",
		.channel = "#a",
	};
	c->room->ops->close(c->room);
	c->room = end_irc_open(c->end, &room, &c->sink);
	c->room->ops->start(c->room, -1);
	irc_crowd_serve(c);
}

/* Their connection is up, for another channel or since the mapping was another
 * one a moment ago. */
static void test_remembers_who_is_connected(void **state)
{
	struct irc_crowd *c = *state;
	irc_crowd_start(c);
	irc_crowd_admit(c, "alice", "Alice");
	reopen(c);
	irc_crowd_pass(c, 100 * 1000);
	assert_true(c->all[1].is_in);
	assert_int_equal(c->all[1].parts, 0);
	assert_int_equal(c->count, 2);
	assert_null(strstr(c->log.data, "gone"));
}

/* And they do leave when the mapping does not come back. */
static void test_leaves_after_the_room(void **state)
{
	struct irc_crowd *c = *state;
	irc_crowd_start(c);
	irc_crowd_admit(c, "alice", "Alice");
	c->room->ops->close(c->room);
	c->room = NULL;
	irc_crowd_pass(c, 2500);
	assert_true(c->all[1].is_in);
	irc_crowd_pass(c, 1000);
	assert_false(c->all[1].is_in);
	assert_int_equal(c->all[1].parts, 1);
}

/* There is no room for all of them any more: that is told. */
static void test_too_many_remembered(void **state)
{
	struct irc_crowd *c = *state;
	c->params.puppets.max = 1;
	fake_store_put(&c->store, "irc-shown", "test #a arn:x/user/bob", "Bob");
	fake_store_put(&c->store, "irc-shown", "test #a arn:x/user/eve", "Eve");
	irc_crowd_start(c);
	irc_crowd_pass(c, 3000);
	crowd_assert(c->log, "arn:x/user/eve here not shown\n");
	assert_int_equal(c->count, 2);
}

static void test_not_shown(void **state)
{
	struct irc_crowd *c = *state;
	c->params.has_puppets = false;
	irc_crowd_start(c);
	irc_crowd_admit(c, "alice", "Alice");
	crowd_assert(c->log, "arn:x/user/alice here not shown\n");
}

static void test_limit(void **state)
{
	struct irc_crowd *c = *state;
	c->params.puppets.max = 1;
	irc_crowd_start(c);
	irc_crowd_admit(c, "alice", "Alice");
	irc_crowd_admit(c, "bob", "Bob");
	crowd_assert(c->log, "arn:x/user/alice here done\n"
			     "arn:x/user/bob here not shown\n");
}

static void test_refused(void **state)
{
	struct irc_crowd *c = *state;
	c->refusal = "474 Cannot join channel (+b)";
	irc_crowd_start(c);
	irc_crowd_admit(c, "alice", "Alice");
	crowd_assert(c->log, "arn:x/user/alice here refused\n");
	/* The bridge speaks for those who are not let in. */
	irc_crowd_say(c, 1, "alice", "Alice", "hello");
	crowd_assert(c->said, "belfry: <Alice> hello\n");
	crowd_assert(c->log, "receipt 1 done!\n");
	/* Let in later, it is told. */
	c->refusal = NULL;
	irc_crowd_pass(c, 100 * 1000);
	crowd_assert(c->log, "arn:x/user/alice here done\n");
}

/* Who is admitted again asks again, at once. */
static void test_refused_and_admitted(void **state)
{
	struct irc_crowd *c = *state;
	c->refusal = "473 Cannot join channel (+i)";
	irc_crowd_start(c);
	irc_crowd_admit(c, "alice", "Alice");
	irc_crowd_admit(c, "alice", "Alice");
	crowd_assert(c->log, "arn:x/user/alice here refused\n"
			     "arn:x/user/alice here refused\n");
	c->refusal = NULL;
	irc_crowd_admit(c, "alice", "Alice");
	crowd_assert(c->log, "arn:x/user/alice here done\n");
}

static void test_later(void **state)
{
	struct irc_crowd *c = *state;
	c->all[1].is_deaf = true;
	irc_crowd_start(c);
	irc_crowd_admit(c, "alice", "Alice");
	crowd_assert(c->log, "");
	irc_crowd_pass(c, CAST_ADMIT_MS + 1000);
	crowd_assert(c->log, "arn:x/user/alice here later\n");
	c->all[1].is_deaf = false;
	irc_crowd_pass(c, 1000);
	crowd_assert(c->log, "arn:x/user/alice here done\n");
}

static void test_kicked(void **state)
{
	struct irc_crowd *c = *state;
	irc_crowd_start(c);
	irc_crowd_admit(c, "alice", "Alice");
	buf_clear(&c->log);
	irc_crowd_tell(c, 1, ":op!o@h KICK #a Alice[c] :enough");
	irc_crowd_serve(c);
	crowd_assert(c->log, "own arn:x/user/alice presence 4 by op: enough\n");
	/* In plain words, whatever they are written in. */
	irc_crowd_admit(c, "bob", "Bob");
	irc_crowd_pass(c, 3000);
	buf_clear(&c->log);
	irc_crowd_tell(c, 2,
		":op!o@h KICK #a Bob[c] :\x02"
		"d\xe9hors\x0f");
	irc_crowd_serve(c);
	crowd_assert(
		c->log, "own arn:x/user/bob presence 4 by op: d\xc3\xa9hors\n");
	/* Stays away, and is relayed. */
	irc_crowd_pass(c, 200 * 1000);
	irc_crowd_say(c, 1, "alice", "Alice", "hello");
	crowd_assert(c->said, "Alice[c] quits gone\nBob[c] quits gone\n"
			      "belfry: <Alice> hello\n");
	buf_clear(&c->log);
	irc_crowd_pass(c, CAST_AWAY_MS);
	irc_crowd_say(c, 2, "alice", "Alice", "back");
	crowd_assert(c->said, "Alice[c]: back\n");
}

static void test_kicked_and_admitted(void **state)
{
	struct irc_crowd *c = *state;
	irc_crowd_start(c);
	irc_crowd_admit(c, "alice", "Alice");
	irc_crowd_tell(c, 1, ":op!o@h KICK #a Alice[c] :enough");
	irc_crowd_serve(c);
	buf_clear(&c->log);
	irc_crowd_admit(c, "alice", "Alice");
	crowd_assert(c->log, "arn:x/user/alice here done\n");
}

static void test_renamed(void **state)
{
	struct irc_crowd *c = *state;
	irc_crowd_start(c);
	irc_crowd_admit(c, "alice", "Alice");
	irc_crowd_admit(c, "alice", "Alicia");
	assert_string_equal(c->all[1].nick, "Alicia[c]");
	/* Several changes at once are one, and the last. */
	irc_crowd_admit(c, "alice", "Ali");
	irc_crowd_admit(c, "alice", "Al");
	assert_string_equal(c->all[1].nick, "Alicia[c]");
	irc_crowd_pass(c, 16 * 1000);
	assert_string_equal(c->all[1].nick, "Al[c]");
	buf_clear(&c->log);
	irc_crowd_say(c, 1, "alice", "Al", "hello");
	crowd_assert(c->log, "event own Al[c]: hello\nreceipt 1 done!\n");
}

static void test_expel(void **state)
{
	struct irc_crowd *c = *state;
	const struct removal removal = {
		.person_id = "test/bob",
		.name = "bob",
		.actor = "Ann",
		.reason = "spam\nQUIT",
	};
	irc_crowd_start(c);
	irc_crowd_tell(c, 0, ":bob!b@h JOIN #a");
	c->room->ops->watch(c->room, true);
	irc_crowd_pass(c, 31 * 1000);
	assert_int_equal(c->room->ops->expel(c->room, &removal), 0);
	irc_peer_turn(&c->all[0].peer);
	assert_non_null(strstr(c->all[0].peer.written.data,
		"KICK #a bob :removed from the Chime channel by Ann: spam "
		"QUIT\r\n"));
	irc_crowd_tell(c, 0, ":s MODE #a -o belfry");
	assert_int_equal(c->room->ops->expel(c->room, &removal), -EPERM);
}

static void test_idle(void **state)
{
	struct irc_crowd *c = *state;
	c->params.puppets.idle_ms = 600 * 1000;
	irc_crowd_start(c);
	irc_crowd_admit(c, "alice", "Alice");
	buf_clear(&c->log);
	irc_crowd_pass(c, 601 * 1000);
	crowd_assert(c->said, "Alice[c] quits idle\n");
	crowd_assert(c->log, "arn:x/user/alice gone done\n");
	crowd_assert(c->store.log, "irc-shown test #a arn:x/user/alice=Alice\n"
				   "irc-shown test #a arn:x/user/alice gone\n");
}

/* Unlike who is idle, who has lost the place may have it again later. */
static void test_given_up(void **state)
{
	struct irc_crowd *c = *state;
	irc_crowd_start(c);
	irc_crowd_admit(c, "alice", "Alice");
	buf_clear(&c->log);
	irc_crowd_cut(c, 1, "Too many connections from your host");
	irc_crowd_pass(c, 1000);
	crowd_assert(c->log, "arn:x/user/alice here not shown\n");
}

static void test_has_read(void **state)
{
	struct irc_crowd *c = *state;
	const char *wanted = "MARKREAD #a timestamp=2020-09-13T12:26:40.000Z";
	c->caps = "draft/read-marker";
	irc_crowd_start(c);
	irc_crowd_admit(c, "alice", "Alice");
	c->room->ops->has_read(
		c->room, "arn:x/user/alice", INT64_C(1600000000000));
	/* Only forward. */
	c->room->ops->has_read(
		c->room, "arn:x/user/alice", INT64_C(1600000000000) - 1000);
	c->room->ops->has_read(
		c->room, "arn:x/user/bob", INT64_C(1600000000000));
	irc_peer_turn(&c->all[0].peer);
	irc_peer_expect(&c->all[1].peer, "%s", wanted);
	irc_peer_expect_none(&c->all[1].peer);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_admit_and_dismiss),
		T(test_remembers),
		T(test_remembers_who_is_connected),
		T(test_leaves_after_the_room),
		T(test_too_many_remembered),
		T(test_not_shown),
		T(test_limit),
		T(test_refused),
		T(test_refused_and_admitted),
		T(test_later),
		T(test_kicked),
		T(test_kicked_and_admitted),
		T(test_renamed),
		T(test_expel),
		T(test_idle),
		T(test_given_up),
		T(test_has_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
