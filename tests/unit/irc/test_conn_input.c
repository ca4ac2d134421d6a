#include "irc/conn_input.h"

#include "../support/irc_peer.h"

#include "irc/delivery.h"
#include "util/attr.h"

#include "irc/channel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

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
	irc_peer_welcome(peer, NULL, "CHANTYPES=# CASEMAPPING=rfc1459");
}

static void test_channels_are_tracked(void **state)
{
	struct irc_peer *peer = *state;
	const struct irc_channel *channel;

	ready(peer);
	irc_peer_join(peer, "#a");
	peer_assert_log(peer->channels, "+#a: joined\n");
	channel = irc_conn_channel(peer->conn, "#A");
	assert_non_null(channel);
	assert_true(irc_channel_is_listed(channel));
	assert_true(irc_member_has_mode(
		irc_channel_member(channel, "belfry"), 'o'));
	buf_clear(&peer->messages);
	irc_peer_feed(peer, ":n!u@h JOIN #a");
	irc_peer_feed(peer, ":n!u@h QUIT :bye");
	peer_assert_log(peer->messages, "JOIN #a\nQUIT bye\n affects #a\n");
	/* Our own nick changes, and we stay known. */
	irc_peer_feed(peer, ":belfry!bel@here NICK :other");
	assert_non_null(irc_channel_member(channel, "other"));
}

static void test_kicked_and_back(void **state)
{
	struct irc_peer *peer = *state;

	ready(peer);
	irc_peer_join(peer, "#a");
	buf_clear(&peer->channels);
	irc_peer_feed(peer, ":op!u@h KICK #a someone :x");
	assert_non_null(irc_conn_channel(peer->conn, "#a"));
	irc_peer_feed(peer, ":op!u@h KICK #a BELFRY :out");
	peer_assert_log(peer->channels, "-#a: kicked by op: out\n");
	assert_null(irc_conn_channel(peer->conn, "#a"));
	irc_peer_pass(peer, 59000);
	irc_peer_expect_none(peer);
	irc_peer_pass(peer, 8000);
	/* The silence was asked about, and the channel is asked for. */
	irc_peer_expect(peer, "PING 1");
	irc_peer_expect(peer, "JOIN #a");
	irc_peer_feed(peer, ":belfry!bel@here JOIN #a");
	irc_peer_feed(peer, ":s 366 belfry #a :End");
	peer_assert_log(peer->channels, "+#a: joined\n");
}

static void test_a_forward_is_left_at_once(void **state)
{
	struct irc_peer *peer = *state;

	ready(peer);
	irc_conn_join(peer->conn, "#a", "key");
	irc_peer_turn(peer);
	irc_peer_expect(peer, "JOIN #a key");
	irc_peer_feed(peer, ":s 470 belfry #a ##b :Forwarding to another");
	irc_peer_feed(peer, ":belfry!bel@here JOIN ##b");
	irc_peer_expect(peer, "PART ##b");
	assert_null(irc_conn_channel(peer->conn, "##b"));
	peer_assert_log(
		peer->channels, "-#a: forwarded to ##b, which is not wanted\n");
	irc_peer_feed(peer, ":belfry!bel@here PART ##b");
	irc_peer_expect_none(peer);
}

static void test_rejoins_after_a_reconnect(void **state)
{
	struct irc_peer *peer = *state;

	ready(peer);
	irc_peer_join(peer, "#a");
	buf_clear(&peer->channels);
	irc_peer_close(peer, "reset");
	peer_assert_log(peer->channels, "-#a: reset\n");
	assert_null(irc_conn_channel(peer->conn, "#a"));
	irc_peer_pass_until(peer, IRC_CONN_CONNECTING, 10000);
	irc_peer_start(peer);
	irc_peer_welcome(peer, NULL, "CHANTYPES=#");
	irc_peer_expect(peer, "JOIN #a");
}

static void test_history_changes_nothing(void **state)
{
	struct irc_peer *peer = *state;
	const struct irc_channel *channel;

	irc_peer_make(peer);
	irc_peer_start(peer);
	irc_peer_welcome(peer, "batch message-tags", "CHANTYPES=#");
	irc_peer_join(peer, "#a");
	channel = irc_conn_channel(peer->conn, "#a");
	buf_clear(&peer->messages);
	irc_peer_feed(peer, ":s BATCH +r chathistory #a");
	irc_peer_feed(peer, "@batch=r :old!u@h JOIN #a");
	irc_peer_feed(peer, "@batch=r :belfry!u@h NICK :gone");
	irc_peer_feed(peer, "@batch=r :op!u@h KICK #a belfry :x");
	irc_peer_feed(peer, "@batch=r :x!u@h PRIVMSG #a :old");
	irc_peer_feed(peer, ":s BATCH -r");
	irc_peer_feed(peer, "@batch=r :x!u@h PRIVMSG #a :late");
	peer_assert_log(peer->messages, "[chathistory] BATCH +r (history)\n"
					"[chathistory] JOIN #a (history)\n"
					"[chathistory] NICK gone (history)\n"
					"[chathistory] KICK #a (history)\n"
					"[chathistory] PRIVMSG #a (history)\n"
					"[chathistory] BATCH -r (history)\n"
					"PRIVMSG #a\n");
	assert_string_equal(irc_conn_nick(peer->conn), "belfry");
	assert_ptr_equal(irc_conn_channel(peer->conn, "#a"), channel);
	assert_int_equal(irc_channel_member_count(channel), 1);
	/* A netsplit happens now. */
	irc_peer_feed(peer, ":n!u@h JOIN #a");
	irc_peer_feed(peer, ":s BATCH +n netsplit a b");
	irc_peer_feed(peer, "@batch=n :n!u@h QUIT :a b");
	assert_int_equal(irc_channel_member_count(channel), 1);
	assert_true(irc_peer_log_has(
		&peer->messages, "[netsplit] QUIT a b\n affects #a\n"));
}

static void test_hostile_lines(void **state)
{
	struct irc_peer *peer = *state;
	struct irc_conn_stats stats;
	static char line[20000];

	ready(peer);
	irc_peer_join(peer, "#a");
	irc_peer_feed_bytes(peer, "PRIVMSG #a :a\0b", 15);
	irc_peer_feed_bytes(peer, "\0", 1);
	irc_peer_feed_bytes(peer, "", 0);
	irc_peer_feed_bytes(peer, "   ", 3);
	irc_peer_feed_bytes(peer, ":", 1);
	irc_peer_feed_bytes(peer, "@", 1);
	irc_peer_feed_bytes(peer, "@a", 2);
	irc_peer_feed_bytes(peer, ":a\rQUIT", 7);
	memset(line, 'x', sizeof(line));
	irc_peer_feed_bytes(peer, line, 9000);
	line[0] = '@';
	line[8191] = ' ';
	memcpy(line + 8192, "PING :t", 7);
	irc_peer_feed_bytes(peer, line, 8199);
	irc_peer_feed_bytes(peer, "@a PING :8kb", 12);
	irc_conn_stats(peer->conn, &stats);
	assert_in_range(stats.lines_bad, 5, 12);
	assert_int_equal(irc_conn_state(peer->conn), IRC_CONN_READY);
	irc_peer_expect(peer, "PONG 8kb");
	irc_peer_expect_none(peer);
}

/* Whatever is said, what we keep of it is bounded. */
static void test_garbage_without_end(void **state)
{
	/* What stands before, between and after two numbers. */
	static const char *const FORMS[][3] = {
		{":x", "!u@h JOIN #a", ""},
		{":belfry!u@h JOIN #b", "b", ""},
		{"BATCH +", " labeled-response ", ""},
		{":s 353 belfry = #", " :x", ""},
		{":s 367 belfry #q", " mask", ""},
		{"CAP * LS * :cap", "=", ""},
		{"CAP belfry NEW :sasl=", ",", ""},
		{":s 005 belfry X", "=", " :x"},
		{":s 404 belfry #", " ", " :x"},
		{"PING :", " ", ""},
		{":s 433 belfry ", "", " :in use"},
		{"AUTHENTICATE ", "", ""},
	};
	struct irc_peer *peer = *state;
	struct irc_conn_stats stats;

	ready(peer);
	for (int i = 0; i < 100000; i++) {
		const char *const *form = FORMS[i % (int)ARRAY_LEN(FORMS)];

		irc_peer_feed(
			peer, "%s%d%s%d%s", form[0], i, form[1], i, form[2]);
		if (i % 1000 == 0) {
			buf_clear(&peer->messages);
			buf_clear(&peer->written);
		}
	}
	irc_conn_stats(peer->conn, &stats);
	assert_int_equal(irc_conn_state(peer->conn), IRC_CONN_READY);
	assert_in_range(stats.queued, 0, 1000);
	assert_in_range(peer->conn->batches.count, 0, IRC_BATCHES_MAX);
	assert_null(peer->conn->track.channels);
	assert_null(peer->conn->track.people.by_nick);
}

/* A server that denies that we are in a channel is asked to let us in again:
 * at once, but not over and over. */
static void test_not_in_it_after_all(void **state)
{
	struct irc_peer *peer = *state;
	struct irc_delivery *unused;
	const int numerics[] = {442, 403, 401};

	irc_peer_make(peer);
	irc_peer_start(peer);
	irc_peer_welcome(peer, NULL, "CHANTYPES=#");
	irc_peer_join(peer, "#a");
	buf_clear(&peer->channels);
	/* Nor of a channel that is none of ours, nor of a nick. */
	irc_peer_feed(peer, ":s 442 belfry #other :You're not on that channel");
	irc_peer_feed(peer, ":s 401 belfry bob :No such nick");
	irc_peer_feed(peer, ":s 404 belfry #a :Cannot send to channel");
	irc_peer_expect_none(peer);
	for (size_t i = 0; i < ARRAY_LEN(numerics); i++) {
		assert_int_equal(irc_deliver(peer->conn,
					 &(struct irc_delivery_request){
						 .command = "PRIVMSG",
						 .channel = "#a",
						 .text = "x",
						 .text_len = 1,
					 },
					 NULL, NULL, &unused),
			0);
		irc_peer_turn(peer);
		irc_peer_expect(peer, "PRIVMSG #a x");
		(void)irc_peer_next(peer);
		irc_peer_feed(peer, ":s %d belfry #a :Not there", numerics[i]);
		peer_assert_log(
			peer->channels, "-#a: not in it any more: Not there\n");
		if (i > 0) {
			irc_peer_pass(peer, 50000);
			irc_peer_expect_none(peer);
		} else {
			irc_peer_expect(peer, "JOIN #a");
		}
		irc_peer_feed(peer, ":belfry!bel@here JOIN #a");
		irc_peer_feed(peer, ":s 366 belfry #a :End of NAMES");
		(void)irc_peer_next(peer);
		peer_assert_log(peer->channels, "+#a: joined\n");
	}
}

/* Of many connections on one network each minds its own business. */
static void test_a_light_connection(void **state)
{
	struct irc_peer *peer = *state;
	struct irc_conn_stats stats;

	peer->params.is_light = true;
	irc_peer_make(peer);
	irc_peer_start(peer);
	irc_peer_welcome(peer, NULL, "CHANTYPES=# BOT=B");
	irc_conn_join(peer->conn, "#a", NULL);
	irc_peer_turn(peer);
	irc_peer_expect(peer, "JOIN #a");
	irc_peer_feed(peer, ":belfry!bel@here JOIN #a");
	irc_peer_feed(peer, ":s 353 belfry = #a :@belfry a b c");
	irc_peer_feed(peer, ":s 366 belfry #a :End of NAMES");
	peer_assert_log(peer->channels, "+#a: joined\n");
	irc_peer_expect_none(peer); /* nor MODE */
	assert_null(irc_conn_channel(peer->conn, "#a"));
	assert_string_equal(irc_conn_mask(peer->conn), "belfry!bel@here");

	buf_clear(&peer->messages);
	irc_peer_feed(peer, ":n!u@h JOIN #a");
	irc_peer_feed(peer, ":n!u@h PRIVMSG #a :belfry: hello");
	irc_peer_feed(peer, ":n!u@h MODE #a +o n");
	irc_peer_feed(peer, ":n!u@h KICK #a m :out");
	irc_peer_feed(peer, ":n!u@h QUIT :bye");
	peer_assert_log(peer->messages, "");
	irc_conn_stats(peer->conn, &stats);
	assert_int_equal(stats.lines_bad, 0);

	irc_peer_feed(peer, "PING :x");
	irc_peer_expect(peer, "PONG x");
	irc_peer_feed(peer, ":n!u@h PRIVMSG belfry :hello");
	irc_peer_feed(peer, ":n!u@h NICK belfry2");
	irc_peer_feed(peer, ":belfry!bel@here NICK other");
	irc_peer_feed(peer, ":n!u@h PRIVMSG Other :hello");
	irc_peer_feed(peer, ":n!u@h KICK #a other :out");
	peer_assert_log(peer->messages,
		"PING x\nPRIVMSG belfry\nNICK other\nPRIVMSG Other\n"
		"KICK #a\n");
	peer_assert_log(peer->channels, "-#a: kicked by n: out\n");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_channels_are_tracked),
		TEST(test_kicked_and_back),
		TEST(test_a_forward_is_left_at_once),
		TEST(test_rejoins_after_a_reconnect),
		TEST(test_history_changes_nothing),
		TEST(test_hostile_lines),
		TEST(test_garbage_without_end),
		TEST(test_not_in_it_after_all),
		TEST(test_a_light_connection),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
