#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "irc_puppets/ours.h"

#include "unit/support/irc_crowd.h"

static int setup(void **state)
{
	static struct irc_crowd crowd;
	irc_crowd_init(&crowd);
	*state = &crowd;
	irc_crowd_start(&crowd);
	irc_crowd_admit(&crowd, "alice", "Alice");
	buf_clear(&crowd.log);
	return 0;
}

static int teardown(void **state)
{
	irc_crowd_release(*state);
	return 0;
}

static void hears(struct irc_crowd *c, const char *source, const char *log)
{
	irc_crowd_tell(c, 0, ":%s PRIVMSG #a :hi", source);
	crowd_assert(c->log, log);
}

static void test_known(void **state)
{
	struct irc_crowd *c = *state;
	hears(c, "Alice[c]!alice@host", "event own Alice[c]: hi\n");
	/* Under rfc1459 the same nick. */
	hears(c, "alice{c}!alice@host", "event own alice{c}: hi\n");
	hears(c, "bob!b@host", "event bob: hi\n");
}

/* Services, or somebody with power, rename it: main hears of that first. */
static void test_renamed_by_force(void **state)
{
	struct irc_crowd *c = *state;
	irc_crowd_tell(c, 0, ":Alice[c]!alice@host NICK Guest1");
	hears(c, "Guest1!alice@host", "event own Guest1: hi\n");
	/* Somebody takes the nick before the puppet's link is read. */
	irc_crowd_tell(c, 0, ":Alice[c]!mallory@evil JOIN #a");
	hears(c, "Alice[c]!mallory@evil", "event Alice[c]: hi\n");
	irc_crowd_tell(c, 1, ":Alice[c]!alice@host NICK Guest1");
	hears(c, "Alice[c]!mallory@evil", "event Alice[c]: hi\n");
	hears(c, "Guest1!alice@host", "event own Guest1: hi\n");
}

/* The puppet has quit, which its own link does not know yet, and somebody
 * comes under its nick. */
static void test_nick_taken_over(void **state)
{
	struct irc_crowd *c = *state;
	irc_crowd_tell(c, 0, ":Alice[c]!alice@host QUIT :Ping timeout");
	irc_crowd_tell(c, 0, ":Alice[c]!mallory@evil JOIN #a");
	hears(c, "Alice[c]!mallory@evil", "event Alice[c]: hi\n");
}

/* Servers tell of another host by a QUIT and a JOIN, to those who do not know
 * CHGHOST; the puppet's own link tells it later. */
static void test_host_changes(void **state)
{
	struct irc_crowd *c = *state;
	irc_crowd_tell(c, 0, ":Alice[c]!alice@host QUIT :Changing host");
	irc_crowd_tell(c, 0, ":Alice[c]!alice@a.cloak JOIN #a");
	hears(c, "Alice[c]!alice@a.cloak", "event own Alice[c]: hi\n");
}

/* The same, and NAMES tell only the nick. */
static void test_nick_taken_over_unseen(void **state)
{
	struct irc_crowd *c = *state;
	irc_crowd_tell(c, 0, ":Alice[c]!alice@host QUIT :Ping timeout");
	irc_crowd_tell(c, 0, ":s 353 belfry = #a :Alice[c]");
	irc_crowd_tell(c, 0, ":Alice[c] PRIVMSG #a :hi");
	crowd_assert(c->log, "event Alice[c]: hi\n");
}

/* NAMES could not tell whether it is ours; what is said then does. */
static void test_heard(void **state)
{
	struct irc_crowd *c = *state;
	irc_peer_close(&c->all[0].peer, "reset");
	irc_crowd_pass(c, 10 * 1000);
	irc_crowd_tell(c, 0, ":s 353 belfry = #a :@belfry Alice[c]");
	buf_clear(&c->log);
	hears(c, "Alice[c]!mallory@evil", "event Alice[c]: hi\n");
}

/* Main is read late: of the whole life of a link, after it has ended. */
static void test_main_is_late(void **state)
{
	struct irc_crowd *c = *state;
	c->is_main_late = true;
	irc_crowd_say(c, 1, "alice", "Alice", "one");
	irc_crowd_cut(c, 1, NULL);
	irc_crowd_pass(c, 10 * 1000);
	assert_true(c->all[1].is_in);
	irc_crowd_say(c, 2, "alice", "Alice", "two");
	buf_clear(&c->log);
	irc_crowd_catch_up(c);
	crowd_assert(
		c->log, "event own Alice[c]: one\nevent own Alice[c]: two\n");
}

static void test_collision(void **state)
{
	struct irc_crowd *c = *state;
	irc_crowd_admit(c, "other", "Alice");
	irc_crowd_pass(c, 3000);
	assert_string_equal(c->all[2].nick, "Alice2[c]");
	buf_clear(&c->log);
	irc_crowd_say(c, 1, "other", "Alice", "hello");
	crowd_assert(c->log, "event own Alice2[c]: hello\nreceipt 1 done!\n");
}

/* NAMES alone: after a reconnect of main. */
static void test_found_there(void **state)
{
	struct irc_crowd *c = *state;
	irc_peer_close(&c->all[0].peer, "reset");
	irc_crowd_pass(c, 10 * 1000);
	buf_clear(&c->log);
	irc_crowd_tell(c, 0, ":s 353 belfry = #a :@belfry Alice[c] bob");
	irc_crowd_tell(c, 0, ":s 366 belfry #a :End of NAMES");
	hears(c, "Alice[c]!alice@host", "event own Alice[c]: hi\n");
	hears(c, "bob!b@host", "event bob: hi\n");
}

/* All links were lost, and the server does not know it of all: WHO tells of
 * those whom NAMES tell by nick alone. */
static void test_ghosts_of_ours(void **state)
{
	struct irc_crowd *c = *state;
	c->all[1].is_deaf = true;
	irc_peer_close(&c->all[0].peer, "reset");
	irc_peer_close(&c->all[1].peer, "reset");
	irc_crowd_pass(c, 10 * 1000);
	irc_crowd_tell(c, 0, ":s 353 belfry = #a :@belfry Alice[c] bob");
	irc_crowd_tell(c, 0, ":s 366 belfry #a :End of NAMES");
	c->room->ops->watch(c->room, true);
	irc_crowd_pass(c, 1000);
	irc_crowd_tell(c, 0, ":s 352 belfry #a ~alice host s Alice[c] H :0 A");
	irc_crowd_tell(c, 0, ":s 352 belfry #a b host s bob H :0 Bob");
	buf_clear(&c->log);
	irc_crowd_tell(c, 0, ":s 315 belfry #a :End of WHO");
	irc_crowd_pass(c, 1000);
	crowd_assert(c->log, "test/bob presence 0 by : \n");
	hears(c, "Alice[c]!~alice@host", "event own Alice[c]: hi\n");
}

static void test_left(void **state)
{
	struct irc_crowd *c = *state;
	irc_crowd_dismiss(c, "alice");
	buf_clear(&c->log);
	irc_crowd_tell(c, 0, ":Alice[c]!mallory@evil JOIN #a");
	hears(c, "Alice[c]!mallory@evil", "event Alice[c]: hi\n");
}

/* Of a process that was killed: until the server notices. */
static void test_ghosts(void **state)
{
	struct irc_crowd *c = *state;
	irc_crowd_release(c);
	irc_crowd_init(c);
	c->all[1].is_deaf = true;
	fake_store_put(&c->store, "irc-shown", "test #a arn:x/user/bob", "Bob");
	irc_crowd_start(c);
	irc_crowd_tell(c, 0, ":s 353 belfry = #a :@belfry Bob[c] Eve[c]");
	hears(c, "Bob[c]!~bob@host", "event own Bob[c]: hi\n");
	hears(c, "Eve[c]!~eve@host", "event Eve[c]: hi\n");
	/* It goes; whoever comes under its nick is not taken for it. */
	irc_crowd_tell(c, 0, ":Bob[c]!~bob@host QUIT :Ping timeout");
	irc_crowd_tell(c, 0, ":Bob[c]!mallory@evil JOIN #a");
	hears(c, "Bob[c]!mallory@evil", "event Bob[c]: hi\n");
}

/* What is left of a killed process does not join, nor does it stay for long. */
static void test_ghosts_are_not_people(void **state)
{
	struct irc_crowd *c = *state;
	irc_crowd_release(c);
	irc_crowd_init(c);
	c->all[1].is_deaf = true;
	fake_store_put(&c->store, "irc-shown", "test #a arn:x/user/bob", "Bob");
	irc_crowd_start(c);
	irc_crowd_tell(c, 0, ":Bob2[c]!~bob@evil JOIN #a");
	hears(c, "Bob2[c]!~bob@evil", "event Bob2[c]: hi\n");
	irc_crowd_tell(c, 0, ":s 353 belfry = #a :@belfry Bob[c]");
	hears(c, "Bob[c]!~bob@evil", "event own Bob[c]: hi\n");
	irc_crowd_pass(c, 6 * 60 * 1000);
	buf_clear(&c->log);
	hears(c, "Bob[c]!~bob@evil", "event Bob[c]: hi\n");
}

/* A netsplit that only main sees, and the end of it. */
static void test_split(void **state)
{
	struct irc_crowd *c = *state;
	irc_crowd_tell(c, 0, ":Alice[c]!alice@host QUIT :a.net b.net");
	irc_crowd_tell(c, 0, ":Alice[c]!alice@host JOIN #a");
	hears(c, "Alice[c]!alice@host", "event own Alice[c]: hi\n");
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_known),
		T(test_renamed_by_force),
		T(test_nick_taken_over),
		T(test_nick_taken_over_unseen),
		T(test_host_changes),
		T(test_heard),
		T(test_main_is_late),
		T(test_collision),
		T(test_found_there),
		T(test_ghosts_of_ours),
		T(test_left),
		T(test_ghosts),
		T(test_ghosts_are_not_people),
		T(test_split),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
