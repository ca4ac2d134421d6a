#include "irc/conn_send.h"

#include "../support/irc_peer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
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

static void ready(struct irc_peer *peer)
{
	irc_peer_make(peer);
	irc_peer_start(peer);
	irc_peer_welcome(peer, NULL, "CHANTYPES=#");
}

static int say(struct irc_peer *peer, const char *target, const char *text)
{
	return irc_conn_send(peer->conn, IRC_PRIO_TEXT, target,
		&(struct irc_line){
			.command = "PRIVMSG",
			.params = {target, text},
		});
}

static void test_send(void **state)
{
	struct irc_peer *peer = *state;
	char longer[600];

	irc_peer_make(peer);
	assert_int_equal(say(peer, "#a", "x"), -ENOTCONN);
	irc_peer_start(peer);
	assert_int_equal(say(peer, "#a", "x"), -ENOTCONN);
	irc_peer_welcome(peer, NULL, "CHANTYPES=#");
	assert_int_equal(say(peer, "#a", "hello there"), 0);
	irc_peer_expect(peer, "PRIVMSG #a :hello there");
	assert_int_equal(say(peer, "#a", "a\nQUIT"), -EINVAL);
	assert_int_equal(say(peer, "#a", "a\rQUIT"), -EINVAL);
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	assert_int_equal(say(peer, "#a", longer), -EINVAL);
	irc_peer_expect_none(peer);
	irc_conn_stop(peer->conn, "x");
	assert_int_equal(say(peer, "#a", "x"), -ENOTCONN);
}

static void test_pacing_and_the_bound(void **state)
{
	struct irc_peer *peer = *state;
	struct irc_conn_stats stats;

	peer->params.flood_burst = 2;
	peer->params.flood_interval_ms = 2000;
	peer->params.sendq_max_lines = 3;
	ready(peer);
	for (int i = 0; i < 5; i++)
		assert_int_equal(say(peer, "#a", "x"), 0);
	assert_int_equal(say(peer, "#a", "x"), -ENOBUFS);
	irc_conn_stats(peer->conn, &stats);
	assert_int_equal(stats.queued, 3);
	assert_int_equal(stats.lines_dropped, 1);
	irc_peer_expect(peer, "PRIVMSG #a x");
	irc_peer_expect(peer, "PRIVMSG #a x");
	irc_peer_expect_none(peer);
	irc_peer_pass(peer, 2000);
	irc_peer_expect(peer, "PRIVMSG #a x");
	/* An answer to PING does not wait. */
	irc_peer_feed(peer, "PING :t");
	irc_peer_expect(peer, "PONG t");
	irc_peer_expect_none(peer);
	irc_peer_pass(peer, 4000);
	irc_peer_expect(peer, "PRIVMSG #a x");
	irc_peer_expect(peer, "PRIVMSG #a x");
}

static void test_a_full_stream(void **state)
{
	struct irc_peer *peer = *state;

	ready(peer);
	peer->is_full = true;
	assert_int_equal(say(peer, "#a", "one"), 0);
	assert_int_equal(say(peer, "#a", "two"), 0);
	irc_peer_feed(peer, "PING :t");
	irc_peer_expect_none(peer);
	irc_peer_drain(peer);
	irc_peer_expect(peer, "PONG t");
	irc_peer_expect(peer, "PRIVMSG #a one");
	irc_peer_expect(peer, "PRIVMSG #a two");
}

static void test_part_purges_its_channel_only(void **state)
{
	struct irc_peer *peer = *state;

	peer->params.flood_burst = 1;
	peer->params.flood_interval_ms = 1000;
	ready(peer);
	irc_conn_join(peer->conn, "#a", NULL);
	irc_conn_join(peer->conn, "#b", NULL);
	irc_peer_turn(peer);
	irc_peer_expect(peer, "JOIN #a,#b");
	irc_peer_feed(peer, ":belfry!b@h JOIN #a");
	irc_peer_feed(peer, ":belfry!b@h JOIN #b");
	assert_int_equal(say(peer, "#a", "x"), 0);
	assert_int_equal(say(peer, "#b", "y"), 0);
	irc_conn_part(peer->conn, "#A");
	irc_peer_pass(peer, 3000);
	irc_peer_expect(peer, "PART #A");
	irc_peer_expect(peer, "PRIVMSG #b y");
	irc_peer_expect_none(peer);
	irc_peer_feed(peer, ":belfry!b@h PART #a");
	assert_null(irc_conn_channel(peer->conn, "#a"));
	assert_non_null(irc_conn_channel(peer->conn, "#b"));
}

static void test_part_soon(void **state)
{
	struct irc_peer *peer = *state;

	ready(peer);
	irc_peer_join(peer, "#a");
	irc_conn_part_soon(peer->conn, "#A");
	irc_peer_pass(peer, IRC_JOIN_LINGER_MS / 2);
	irc_peer_expect_none(peer);
	irc_conn_join(peer->conn, "#a", NULL);
	irc_peer_pass(peer, 2 * IRC_JOIN_LINGER_MS);
	irc_peer_expect(peer, "MODE #a");
	irc_peer_expect_none(peer);
	irc_conn_part_soon(peer->conn, "#A");
	irc_peer_pass(peer, 2 * IRC_JOIN_LINGER_MS);
	irc_peer_expect(peer, "PART #a");
	irc_peer_expect_none(peer);
}

static void test_thousand_channels(void **state)
{
	struct irc_peer *peer = *state;
	char name[32];
	unsigned lines = 0;
	unsigned queries = 0;
	const char *line;

	irc_peer_make(peer);
	for (int i = 0; i < 1000; i++) {
		(void)snprintf(name, sizeof(name), "#chan%d", i);
		irc_conn_join(peer->conn, name, NULL);
	}
	irc_peer_start(peer);
	irc_peer_welcome(peer, NULL, "CHANTYPES=#");
	for (; *(line = irc_peer_next(peer)); lines++)
		assert_memory_equal(line, "JOIN #chan", 10);
	assert_in_range(lines, 31, 40);
	for (int i = 0; i < 1000; i++) {
		irc_peer_feed(peer, ":belfry!b@h JOIN #chan%d", i);
		irc_peer_feed(peer, ":s 366 belfry #chan%d :End", i);
	}
	for (; *(line = irc_peer_next(peer)); queries++)
		assert_memory_equal(line, "MODE #chan", 10);
	assert_int_equal(queries, 1000);
	assert_true(irc_peer_log_has(&peer->channels, "+#chan999: joined"));
}

/* With pacing, joins wait in the manager, not in the queue. */
static void test_joins_do_not_fill_the_queue(void **state)
{
	struct irc_peer *peer = *state;
	struct irc_conn_stats stats;
	char name[64];

	peer->params.flood_burst = 1;
	peer->params.flood_interval_ms = 2000;
	peer->params.sendq_max_lines = 5;
	irc_peer_make(peer);
	for (int i = 0; i < 500; i++) {
		(void)snprintf(name, sizeof(name),
			"#channel-with-a-rather-long-name-%d", i);
		irc_conn_join(peer->conn, name, NULL);
	}
	irc_peer_start(peer);
	irc_peer_welcome(peer, NULL, "CHANTYPES=#");
	irc_conn_stats(peer->conn, &stats);
	assert_in_range(stats.queued, 1, 2);
	assert_int_equal(say(peer, "#x", "text"), 0);
	for (int i = 0; i < 60; i++) {
		irc_peer_pass(peer, 2000);
		irc_conn_stats(peer->conn, &stats);
		assert_in_range(stats.queued, 0, 3);
	}
	assert_int_equal(stats.lines_dropped, 0);
}

static void test_who(void **state)
{
	struct irc_peer *peer = *state;

	irc_peer_make(peer);
	assert_int_equal(irc_conn_who(peer->conn, "#a"), -ENOTCONN);
	irc_peer_start(peer);
	irc_peer_welcome(peer, NULL, "CHANTYPES=#");
	assert_int_equal(irc_conn_who(peer->conn, "#a"), 0);
	irc_peer_expect(peer, "WHO #a");
	irc_peer_feed(peer, ":s 005 belfry WHOX :are supported");
	assert_int_equal(irc_conn_who(peer->conn, "#a"), 0);
	irc_peer_expect(peer, "WHO #a %%tcuhnfar,725");
}

static void test_room(void **state)
{
	struct irc_peer *peer = *state;

	ready(peer);
	irc_peer_feed(peer, ":belfry!bel@here JOIN #a");
	/* A person is a target like a channel. */
	assert_int_equal(irc_conn_text_room(peer->conn, "PRIVMSG", "bob"),
		512 - strlen(":belfry!bel@here PRIVMSG bob :\r\n"));
	irc_peer_feed(peer, ":s 005 belfry USERLEN=10 HOSTLEN=63 :x");
	assert_int_equal(irc_conn_relay_room(peer->conn, "bob/c", "#a"),
		512 - strlen(":bob/c!@ PRIVMSG #a :\r\n") - 10 - 63);
}

static void test_read_markers(void **state)
{
	struct irc_peer *peer = *state;

	irc_peer_make(peer);
	irc_peer_start(peer);
	irc_peer_welcome(peer, "draft/read-marker server-time", "CHANTYPES=#");
	assert_int_equal(
		irc_conn_mark_read(peer->conn, "#a", INT64_C(1600000000123)),
		0);
	irc_peer_expect(peer, "MARKREAD #a timestamp=2020-09-13T12:26:40.123Z");
	irc_peer_feed(peer, ":s CAP belfry DEL :draft/read-marker");
	assert_int_equal(irc_conn_mark_read(peer->conn, "#a", 0), -ENOTSUP);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_send),
		TEST(test_pacing_and_the_bound),
		TEST(test_a_full_stream),
		TEST(test_part_purges_its_channel_only),
		TEST(test_part_soon),
		TEST(test_thousand_channels),
		TEST(test_joins_do_not_fill_the_queue),
		TEST(test_who),
		TEST(test_room),
		TEST(test_read_markers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
