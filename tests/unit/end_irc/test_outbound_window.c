/* Several parcels under way at a time, and what becomes of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "end_irc/outbound.h"

#include "unit/support/end_irc_outbound_rig.h"

#include <string.h>

static const char labels[] = "batch echo-message labeled-response message-tags";

static int setup(void **state)
{
	outbound_rig_setup(state);
	((struct outbound_rig *)*state)->params.window = 4;
	return 0;
}

/* Our line comes back with its label. */
static void feed_echo(struct outbound_rig *rig, int label, const char *text)
{
	irc_peer_feed(&rig->peer,
		"@label=%d;msgid=x%d :belfry!b@h PRIVMSG #a :<A> %s", label,
		label, text);
}

static void test_window_of_one(void **state)
{
	struct outbound_rig *rig = *state;
	rig->params.window = 1;
	outbound_rig_begin(rig, NULL);
	for (uint64_t i = 1; i <= 3; i++)
		outbound_rig_add(rig, i, "1m<A> \nhi");
	irc_peer_turn(&rig->peer);
	for (int i = 0; i < 3; i++) {
		irc_peer_expect(&rig->peer, "PRIVMSG #a :<A> hi");
		irc_peer_expect(&rig->peer, "PING %d", i + 1);
		irc_peer_expect_none(&rig->peer);
		irc_peer_feed(&rig->peer, ":s PONG s :%d", i + 1);
	}
	outbound_rig_expect(rig, "1 done! 9\n2 done! 9\n3 done! 9\n");
}

static void test_window_of_four(void **state)
{
	struct outbound_rig *rig = *state;
	outbound_rig_begin(rig, labels);
	for (uint64_t i = 1; i <= 5; i++)
		outbound_rig_add(rig, i, i == 4 ? "1m<A> \na\nb" : "1m<A> \na");
	irc_peer_turn(&rig->peer);
	for (int i = 1; i <= 4; i++)
		irc_peer_expect(&rig->peer,
			"@label=%d;+belfry/id=m1.1 PRIVMSG #a :<A> a", i);
	irc_peer_expect_none(&rig->peer);
	for (int i = 1; i <= 3; i++)
		feed_echo(rig, i, "a");
	outbound_rig_expect(rig, "1 done! 8 x1\n2 done! 8 x2\n3 done! 8 x3\n");
	/* There is room, but the fourth is not yet said. */
	irc_peer_expect_none(&rig->peer);
	feed_echo(rig, 4, "a");
	outbound_rig_expect(rig, "4 done 8 x4\n");
	irc_peer_expect(
		&rig->peer, "@label=5;+belfry/id=m1.3 PRIVMSG #a :<A> b");
	irc_peer_expect(
		&rig->peer, "@label=6;+belfry/id=m1.1 PRIVMSG #a :<A> a");
	feed_echo(rig, 5, "b");
	feed_echo(rig, 6, "a");
	outbound_rig_expect(rig, "4 done! 10 x5\n5 done! 8 x6\n");
}

/* Each is said once, in order, although the second is not taken at first. */
static void test_part_blocked_in_a_window(void **state)
{
	struct outbound_rig *rig = *state;
	outbound_rig_begin(rig, labels);
	outbound_rig_add(rig, 1, "1m<A> \na\nb\nc");
	outbound_rig_add(rig, 2, "1m<A> \nd");
	irc_peer_turn(&rig->peer);
	irc_peer_expect(
		&rig->peer, "@label=1;+belfry/id=m1.1 PRIVMSG #a :<A> a");
	irc_peer_expect_none(&rig->peer);
	feed_echo(rig, 1, "a");
	outbound_rig_expect(rig, "1 done 8 x1\n");
	irc_peer_expect(
		&rig->peer, "@label=2;+belfry/id=m1.3 PRIVMSG #a :<A> b");
	irc_peer_expect_none(&rig->peer);
	irc_peer_feed(&rig->peer, "@label=2 :s 404 belfry #a :No");
	outbound_rig_expect(rig, "1 later 8\n2 later 0\n");
	irc_peer_expect_none(&rig->peer);
	outbound_rig_add_from(rig, 1, "1m<A> \na\nb\nc", 8);
	outbound_rig_add(rig, 2, "1m<A> \nd");
	irc_peer_turn(&rig->peer);
	irc_peer_expect(
		&rig->peer, "@label=3;+belfry/id=m1.3 PRIVMSG #a :<A> b");
	irc_peer_expect_none(&rig->peer);
	feed_echo(rig, 3, "b");
	irc_peer_turn(&rig->peer);
	irc_peer_expect(
		&rig->peer, "@label=4;+belfry/id=m1.5 PRIVMSG #a :<A> c");
	irc_peer_expect(
		&rig->peer, "@label=5;+belfry/id=m1.1 PRIVMSG #a :<A> d");
	feed_echo(rig, 4, "c");
	feed_echo(rig, 5, "d");
	outbound_rig_expect(rig, "1 done 10 x3\n1 done! 12 x4\n2 done! 8 x5\n");
}

/* The link dies behind the second: the first is not said again. */
static void test_part_lost_in_a_window(void **state)
{
	struct outbound_rig *rig = *state;
	outbound_rig_begin(rig, labels);
	outbound_rig_add(rig, 1, "1m<A> \na\nb\nc");
	irc_peer_turn(&rig->peer);
	feed_echo(rig, 1, "a");
	irc_peer_turn(&rig->peer);
	irc_peer_close(&rig->peer, "reset by peer");
	outbound_rig_expect(rig, "1 done 8 x1\n1 in doubt 8\n");
}

/* Nothing goes back before all of the window is settled, then in order. */
static void test_failure_in_a_window(void **state)
{
	struct outbound_rig *rig = *state;
	outbound_rig_begin(rig, labels);
	for (uint64_t i = 1; i <= 4; i++)
		outbound_rig_add(rig, i, "1m<A> \nhi");
	irc_peer_turn(&rig->peer);
	irc_peer_feed(&rig->peer, "@label=2 :s 404 belfry #a :No");
	outbound_rig_expect(rig, "");
	outbound_rig_add(rig, 5, "1m<A> \nlast");
	irc_peer_feed(&rig->peer, "@label=1 :belfry!b@h PRIVMSG #a :<A> hi");
	irc_peer_feed(&rig->peer, "@label=3 :s 412 belfry :No text");
	outbound_rig_expect(rig, "1 done! 9\n");
	irc_peer_feed(&rig->peer, "@label=4 :belfry!b@h PRIVMSG #a :<A> hi");
	outbound_rig_expect(
		rig, "4 done! 9\n2 later 0\n3 refused 0\n5 later 0\n");
}

/* Window of two: one is certain not to have arrived, one is not. */
static void test_doubt_beside_later(void **state)
{
	struct outbound_rig *rig = *state;
	rig->params.window = 2;
	outbound_rig_begin(rig, labels);
	outbound_rig_add(rig, 1, "1m<A> \none");
	outbound_rig_add(rig, 2, "1m<A> \ntwo");
	irc_peer_turn(&rig->peer);
	irc_peer_feed(&rig->peer, "@label=1 :s 404 belfry #a :No");
	outbound_rig_expect(rig, "");
	irc_peer_close(&rig->peer, "reset by peer");
	outbound_rig_expect(rig, "1 later 0\n2 in doubt 0\n");
}

int main(void)
{
#define T(name)                                                                \
	cmocka_unit_test_setup_teardown(name, setup, outbound_rig_teardown)
	const struct CMUnitTest tests[] = {
		T(test_window_of_one),
		T(test_window_of_four),
		T(test_part_blocked_in_a_window),
		T(test_part_lost_in_a_window),
		T(test_failure_in_a_window),
		T(test_doubt_beside_later),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
