#include "irc/conn_link.h"

#include "../support/irc_peer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static int setup(void **state)
{
	static struct irc_peer peer;

	irc_peer_init(&peer);
	*state = &peer;
	return 0;
}

static int teardown(void **state)
{
	irc_peer_release(*state);
	return 0;
}

static void ready(struct irc_peer *peer)
{
	irc_peer_make(peer);
	irc_peer_start(peer);
	irc_peer_welcome(peer, NULL, "CHANTYPES=#");
}

static void test_answers_ping(void **state)
{
	struct irc_peer *peer = *state;

	irc_peer_make(peer);
	irc_peer_start(peer);
	/* A cookie before 001, and the forms of parameters. */
	irc_peer_feed(peer, "PING :1A2B3C");
	irc_peer_expect(peer, "PONG 1A2B3C");
	irc_peer_feed(peer, ":s PING :two words");
	irc_peer_expect(peer, "PONG :two words");
	irc_peer_feed(peer, "PING");
	irc_peer_expect(peer, "PONG :");
}

static void test_silence_is_asked_about(void **state)
{
	struct irc_peer *peer = *state;
	struct irc_conn_stats stats;

	ready(peer);
	irc_peer_pass(peer, 30000);
	irc_peer_feed(peer, ":x!u@h PRIVMSG belfry :hi");
	irc_peer_pass(peer, 59000);
	irc_peer_expect_none(peer);
	irc_peer_pass(peer, 1000);
	irc_peer_expect(peer, "PING 1");
	irc_conn_stats(peer->conn, &stats);
	assert_int_equal(stats.lag_ms, -1);
	irc_peer_pass(peer, 2000);
	irc_peer_feed(peer, ":s PONG s :1");
	irc_conn_stats(peer->conn, &stats);
	assert_int_equal(stats.lag_ms, 2000);
	irc_peer_pass(peer, 60000);
	irc_peer_expect(peer, "PING 2");
	assert_int_equal(irc_conn_state(peer->conn), IRC_CONN_READY);
}

static void test_a_dead_link(void **state)
{
	struct irc_peer *peer = *state;

	ready(peer);
	irc_peer_pass(peer, 60000);
	irc_peer_expect(peer, "PING 1");
	irc_peer_pass(peer, 119000);
	assert_int_equal(irc_conn_state(peer->conn), IRC_CONN_READY);
	irc_peer_pass(peer, 1000);
	assert_int_equal(irc_conn_state(peer->conn), IRC_CONN_WAITING);
	assert_true(irc_peer_log_has(
		&peer->states, "waiting: no answer to PING for 120 s"));
}

/* It talks, but does not hear us. */
static void test_a_half_dead_link(void **state)
{
	struct irc_peer *peer = *state;

	ready(peer);
	irc_peer_pass(peer, 60000);
	irc_peer_expect(peer, "PING 1");
	for (int i = 0; i < 12 && peer->fn; i++) {
		irc_peer_feed(peer, ":x!u@h PRIVMSG #a :hi");
		irc_peer_pass(peer, 10000);
	}
	assert_int_equal(irc_conn_state(peer->conn), IRC_CONN_WAITING);
}

static void test_forged_and_odd_pongs(void **state)
{
	struct irc_peer *peer = *state;

	ready(peer);
	irc_peer_feed(peer, ":s PONG s :1");
	irc_peer_feed(peer, ":s PONG");
	irc_peer_feed(peer, ":s PONG s :18446744073709551615");
	irc_peer_pass(peer, 60000);
	irc_peer_expect(peer, "PING 1");
	irc_peer_feed(peer, ":s PONG s :7");
	irc_peer_feed(peer, ":s PONG s :0");
	irc_peer_feed(peer, ":s PONG s :x");
	irc_peer_pass(peer, 120000);
	assert_int_equal(irc_conn_state(peer->conn), IRC_CONN_WAITING);
}

static void test_the_order_of_parameters(void **state)
{
	struct irc_peer *peer = *state;
	struct irc_conn_stats stats;

	ready(peer);
	irc_peer_pass(peer, 60000);
	irc_peer_expect(peer, "PING 1");
	irc_peer_feed(peer, ":s PONG 1 s");
	irc_conn_stats(peer->conn, &stats);
	assert_int_equal(stats.lag_ms, 0);
}

static void test_paused(void **state)
{
	struct irc_peer *peer = *state;

	ready(peer);
	irc_conn_pause(peer->conn);
	irc_conn_pause(peer->conn);
	assert_true(peer->is_paused);
	irc_peer_feed(peer, ":x!u@h PRIVMSG belfry :hi");
	assert_false(irc_peer_log_has(&peer->messages, "PRIVMSG"));
	/* Nothing is heard, and that is no reason to go. */
	for (int i = 1; i <= 20; i++) {
		irc_peer_pass(peer, 15000);
		irc_peer_expect(peer, "PONG belfry");
		irc_peer_expect(peer, "PING %d", i);
	}
	assert_int_equal(irc_conn_state(peer->conn), IRC_CONN_READY);
	irc_conn_resume(peer->conn);
	irc_conn_resume(peer->conn);
	assert_false(peer->is_paused);
	peer->fn(STREAM_READABLE, peer->arg);
	assert_true(irc_peer_log_has(&peer->messages, "PRIVMSG"));
	/* The answers get the time that they always had. */
	irc_peer_pass(peer, 119000);
	assert_int_equal(irc_conn_state(peer->conn), IRC_CONN_READY);
	irc_peer_pass(peer, 1000);
	assert_int_equal(irc_conn_state(peer->conn), IRC_CONN_WAITING);
}

/* A new link is read, whatever the old one was. */
static void test_paused_when_the_link_ends(void **state)
{
	struct irc_peer *peer = *state;

	irc_peer_make(peer);
	irc_conn_pause(peer->conn);
	irc_peer_start(peer);
	irc_conn_pause(peer->conn);
	assert_false(peer->is_paused);
	irc_peer_welcome(peer, NULL, "CHANTYPES=#");
	irc_conn_pause(peer->conn);
	assert_true(peer->is_paused);
	irc_peer_feed(peer, ":x!u@h PRIVMSG belfry :last words");
	irc_peer_close(peer, "reset");
	assert_true(irc_peer_log_has(&peer->messages, "PRIVMSG"));
	irc_conn_resume(peer->conn);
	irc_peer_pass_until(peer, IRC_CONN_CONNECTING, 60000);
	assert_false(peer->is_paused);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_answers_ping),
		TEST(test_silence_is_asked_about),
		TEST(test_a_dead_link),
		TEST(test_a_half_dead_link),
		TEST(test_forged_and_odd_pongs),
		TEST(test_the_order_of_parameters),
		TEST(test_paused),
		TEST(test_paused_when_the_link_ends),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
