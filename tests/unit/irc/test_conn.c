#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../support/irc_peer.h"

#include "util/str.h"

#include <string.h>

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

static void test_walks_up_and_down(void **state)
{
	struct irc_peer *peer = *state;

	irc_peer_make(peer);
	assert_int_equal(irc_conn_state(peer->conn), IRC_CONN_IDLE);
	irc_conn_start(peer->conn);
	/* Events come from the loop only. */
	peer_assert_log(peer->states, "");
	irc_peer_start(peer);
	irc_peer_expect_none(peer);
	irc_peer_welcome(peer, NULL, "CHANTYPES=#");
	peer_assert_log(peer->states,
		"connecting: trying one.example:6667\n"
		"registering: connected to one.example:6667\n"
		"ready: registered as belfry on one.example\n");
	irc_conn_stop(peer->conn, "good bye");
	peer_assert_log(peer->states, "");
	irc_peer_turn(peer);
	irc_peer_expect(peer, "QUIT :good bye");
	peer_assert_log(peer->states, "closing: good bye\n");
	irc_peer_feed(peer, "ERROR :Closing Link: (Quit: good bye)");
	peer_assert_log(peer->states, "idle: Closing Link: (Quit: good bye)\n");
	assert_null(peer->fn);
}

static void test_stop_does_not_wait_for_ever(void **state)
{
	struct irc_peer *peer = *state;

	irc_peer_make(peer);
	irc_peer_start(peer);
	irc_peer_welcome(peer, NULL, "CHANTYPES=#");
	buf_clear(&peer->states);
	irc_conn_stop(peer->conn, "x\ry");
	irc_peer_turn(peer);
	/* A reason that cannot be sent is left out. */
	irc_peer_expect(peer, "QUIT");
	irc_peer_pass(peer, 1900);
	assert_int_equal(irc_conn_state(peer->conn), IRC_CONN_CLOSING);
	irc_peer_pass(peer, 200);
	assert_int_equal(irc_conn_state(peer->conn), IRC_CONN_IDLE);
	irc_peer_start(peer);
	assert_int_equal(irc_conn_state(peer->conn), IRC_CONN_REGISTERING);
}

static void test_stop_in_every_state(void **state)
{
	struct irc_peer *peer = *state;

	irc_peer_make(peer);
	irc_conn_stop(peer->conn, "idle");
	irc_peer_turn(peer);
	peer_assert_log(peer->states, "");
	irc_conn_start(peer->conn);
	irc_peer_turn(peer);
	buf_clear(&peer->states);
	irc_conn_stop(peer->conn, "while connecting");
	irc_peer_turn(peer);
	peer_assert_log(peer->states, "idle: while connecting\n");
	irc_conn_start(peer->conn);
	irc_peer_turn(peer);
	irc_peer_close(peer, "connection refused");
	buf_clear(&peer->states);
	irc_conn_stop(peer->conn, "while waiting");
	irc_peer_turn(peer);
	peer_assert_log(peer->states, "idle: while waiting\n");
	irc_peer_pass(peer, 20000);
	peer_assert_log(peer->states, "");
	irc_peer_start(peer);
	irc_conn_stop(peer->conn, "while registering");
	irc_peer_turn(peer);
	irc_peer_expect(peer, "QUIT :while registering");
	/* Started again before it is down: comes back by itself. */
	irc_conn_start(peer->conn);
	irc_peer_pass(peer, 2000);
	assert_int_equal(irc_conn_state(peer->conn), IRC_CONN_CONNECTING);
}

static void test_tries_servers_in_turn_with_backoff(void **state)
{
	struct irc_peer *peer = *state;
	int64_t waited_ms = 0;

	peer->params.server_count = 2;
	irc_peer_make(peer);
	irc_conn_start(peer->conn);
	irc_peer_turn(peer);
	for (unsigned i = 1; i < 12; i++) {
		assert_int_equal(peer->opened, i);
		assert_string_equal(peer->host,
			i % 2 ? "one.example:6667" : "two.example:6668");
		buf_clear(&peer->states);
		irc_peer_close(peer, "connection refused");
		assert_true(str_starts(peer->states.data,
			"waiting: connection refused; next attempt in "));
		waited_ms =
			irc_peer_pass_until(peer, IRC_CONN_CONNECTING, 300100);
		assert_int_equal(peer->opened, i + 1);
		assert_true(waited_ms >= 1000);
	}
	/* The last waits are near the ceiling. */
	assert_true(waited_ms >= 150000);
}

static void test_backoff_starts_anew_after_a_stable_link(void **state)
{
	struct irc_peer *peer = *state;

	peer->params.ping_interval_ms = 3600 * 1000;
	irc_peer_make(peer);
	irc_conn_start(peer->conn);
	irc_peer_turn(peer);
	for (int i = 0; i < 8; i++) {
		irc_peer_close(peer, "x");
		irc_peer_pass_until(peer, IRC_CONN_CONNECTING, 300100);
	}
	irc_peer_start(peer);
	irc_peer_welcome(peer, NULL, "CHANTYPES=#");
	irc_peer_pass(peer, 200 * 1000);
	irc_peer_close(peer, "unstable");
	irc_peer_pass(peer, 60 * 1000);
	assert_int_equal(irc_conn_state(peer->conn), IRC_CONN_WAITING);
	irc_peer_pass_until(peer, IRC_CONN_CONNECTING, 300100);
	irc_peer_start(peer);
	irc_peer_welcome(peer, NULL, "CHANTYPES=#");
	irc_peer_pass(peer, 301 * 1000);
	irc_peer_close(peer, "after a good while");
	irc_peer_pass(peer, 2000);
	assert_int_equal(irc_conn_state(peer->conn), IRC_CONN_CONNECTING);
}

static void test_connecting_and_registering_have_deadlines(void **state)
{
	struct irc_peer *peer = *state;

	irc_peer_make(peer);
	irc_conn_start(peer->conn);
	irc_peer_turn(peer);
	irc_peer_pass(peer, 33000);
	assert_true(irc_peer_log_has(
		&peer->states, "waiting: connecting took too long"));
	irc_peer_pass(peer, 3000);
	irc_peer_start(peer);
	irc_peer_pass(peer, 59000);
	assert_int_equal(irc_conn_state(peer->conn), IRC_CONN_REGISTERING);
	irc_peer_pass(peer, 1000);
	assert_true(irc_peer_log_has(
		&peer->states, "waiting: registration took too long"));
}

static void test_an_impossible_wire_is_tried_again(void **state)
{
	struct irc_peer *peer = *state;

	irc_peer_make(peer);
	peer->why = "impossible";
	irc_conn_start(peer->conn);
	irc_peer_turn(peer);
	assert_true(
		irc_peer_log_has(&peer->states, "waiting: impossible; next"));
	peer->why = NULL;
	irc_peer_pass(peer, 2000);
	assert_int_equal(peer->opened, 1);
}

/* The words of the server decide how long we stay away. */
static void test_losses_are_classified(void **state)
{
	static const struct {
		const char *line;
		const char *says;
		int64_t at_least_s;
	} CASES[] = {
		{"ERROR :Closing Link: h (Ping timeout: 240 seconds)",
			"waiting: Closing Link: h (Ping timeout", 0},
		{"ERROR :Trying to reconnect too fast, throttled",
			"waiting: throttled: Trying", 30},
		{"ERROR :Closing Link: h (Killed (op (bye)))",
			"waiting: killed: Closing", 30},
		{"ERROR :Closing Link: h (K-Lined)", "waiting: banned: Closing",
			15 * 60},
		{"KILL belfry :go away", "waiting: killed: go away", 30},
		{":s 465 belfry :You are banned", "waiting: banned: You",
			15 * 60},
		{":s 464 belfry :Password incorrect",
			"waiting: refused: Password", 5 * 60},
	};
	struct irc_peer *peer = *state;

	irc_peer_make(peer);
	irc_peer_start(peer);
	for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
		buf_clear(&peer->states);
		irc_peer_feed(peer, "%s", CASES[i].line);
		if (peer->fn)
			irc_peer_close(peer, "end of file");
		assert_true(irc_peer_log_has(&peer->states, CASES[i].says));
		assert_true(
			irc_peer_pass_until(peer, IRC_CONN_CONNECTING,
				20 * 60 * 1000) >= CASES[i].at_least_s * 1000);
		irc_peer_start(peer);
	}
	peer->is_untrusted = true;
	irc_peer_close(peer, "the certificate is not valid");
	assert_true(irc_peer_log_has(&peer->states,
		"waiting: untrusted certificate: the certificate is not"));
	irc_peer_pass(peer, 299 * 1000);
	assert_int_equal(irc_conn_state(peer->conn), IRC_CONN_WAITING);
}

/* Numerics that mean the end while registering mean less later. */
static void test_a_465_when_ready_is_not_remembered(void **state)
{
	struct irc_peer *peer = *state;

	irc_peer_make(peer);
	irc_peer_start(peer);
	irc_peer_welcome(peer, NULL, "CHANTYPES=#");
	irc_peer_feed(peer, ":s 465 belfry #a :You are banned there");
	irc_peer_close(peer, "end of file");
	assert_true(irc_peer_log_has(&peer->states, "waiting: end of file"));
}

/* Some servers end with no more than "Connection closed" behind it. */
static void test_banned_when_ready(void **state)
{
	struct irc_peer *peer = *state;

	irc_peer_make(peer);
	irc_peer_start(peer);
	irc_peer_welcome(peer, NULL, "CHANTYPES=#");
	irc_peer_feed(peer, ":s 465 belfry :You are banned");
	irc_peer_close(peer, "end of file");
	assert_true(irc_peer_log_has(&peer->states, "waiting: banned: You"));
}

static void test_freed_in_its_own_callback(void **state)
{
	struct irc_peer *peer = *state;

	irc_peer_make(peer);
	irc_peer_start(peer);
	irc_peer_welcome(peer, NULL, "CHANTYPES=#");
	irc_peer_join(peer, "#a");
	peer->free_in_message = true;
	buf_clear(&peer->states);
	buf_clear(&peer->channels);
	irc_peer_feed(peer, "ERROR :Closing Link");
	assert_null(peer->conn);
	assert_null(peer->fn);
	peer_assert_log(peer->states, "");
	peer_assert_log(peer->channels, "");
}

static void test_names_of_states(void **state)
{
	(void)state;
	assert_string_equal(irc_conn_state_name(IRC_CONN_IDLE), "idle");
	assert_string_equal(irc_conn_state_name(IRC_CONN_WAITING), "waiting");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_walks_up_and_down),
		TEST(test_stop_does_not_wait_for_ever),
		TEST(test_stop_in_every_state),
		TEST(test_tries_servers_in_turn_with_backoff),
		TEST(test_backoff_starts_anew_after_a_stable_link),
		TEST(test_connecting_and_registering_have_deadlines),
		TEST(test_an_impossible_wire_is_tried_again),
		TEST(test_losses_are_classified),
		TEST(test_a_465_when_ready_is_not_remembered),
		TEST(test_banned_when_ready),
		TEST(test_freed_in_its_own_callback),
		cmocka_unit_test(test_names_of_states),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
