#include "irc/delivery_match.h"

#include "../support/irc_outcomes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

static int setup(void **state)
{
	static struct irc_peer peer;

	irc_outcomes_init();
	irc_peer_init(&peer);
	*state = &peer;
	return 0;
}

static int teardown(void **state)
{
	irc_peer_release(*state);
	irc_outcomes_assert("", __FILE__, __LINE__);
	return 0;
}

/* Labels. */

static void test_label_confirms(void **state)
{
	struct irc_peer *peer = *state;

	irc_outcomes_ready(peer, WITH_LABELS);
	(void)irc_outcomes_say(peer, "#a", "one");
	(void)irc_outcomes_say(peer, "#b", "two");
	irc_peer_expect(peer, "@label=1 PRIVMSG #a one");
	irc_peer_expect(peer, "@label=2 PRIVMSG #b two");
	irc_peer_expect_none(peer);
	buf_clear(&peer->messages);
	/* In any order, changed by the server or not. */
	irc_peer_feed(peer, "@msgid=m2;label=2 :belfry!b@h PRIVMSG #b :two");
	assert_outcomes("two: confirmed m2\n");
	irc_peer_feed(peer, "@label=1;msgid=m1 :belfry!b@h PRIVMSG #A :on");
	assert_outcomes("one: confirmed m1\n");
	peer_assert_log(
		peer->messages, "PRIVMSG #b (echo)\nPRIVMSG #A (echo)\n");
	/* The same again is nothing of ours. */
	irc_peer_feed(peer, "@label=1;msgid=m1 :belfry!b@h PRIVMSG #A :on");
	peer_assert_log(peer->messages, "PRIVMSG #A\n");
}

/* Each first in the log: what the server answers, what it means. */
static const struct {
	const char *line;
	const char *outcome;
} LABELLED[] = {
	{":s 404 belfry #a :Cannot send to channel",
		"x: blocked: Cannot send to channel (404)\n"},
	{":s 403 belfry #a :No such channel",
		"x: blocked: No such channel (403)\n"},
	{":s 417 belfry :Input line was too long",
		"x: refused: Input line was too long (417)\n"},
	{":s 412 belfry :No text to send",
		"x: refused: No text to send (412)\n"},
	{":s 999 belfry :what", "x: blocked: what (999)\n"},
	{":s NOTICE belfry :*** Message to #a throttled due to flooding",
		"x: blocked: *** Message to #a throttled due to flooding "
		"(NOTICE)\n"},
	{"FAIL PRIVMSG INVALID_UTF8 :Message rejected",
		"x: refused: Message rejected (FAIL)\n"},
	{"FAIL PRIVMSG ACCOUNT_REQUIRED :Log in first",
		"x: blocked: Log in first (FAIL)\n"},
	{":s ACK",
		"x: blocked: the server took the line without relaying it\n"},
	{":s 301 belfry nick :away", "x: confirmed\n"},
	{":other!u@h PRIVMSG #a x", "x: blocked: x (PRIVMSG)\n"},
	{":belfry!u@h PRIVMSG #b x", "x: blocked: x (PRIVMSG)\n"},
	{":belfry!u@h NOTICE #a x", "x: blocked: x (NOTICE)\n"},
};

/* A refusal may have said that we are not in the channel. */
static void come_back(struct irc_peer *peer)
{
	static const char *const names[] = {"#a", "#b"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (irc_conn_channel(peer->conn, names[i]))
			continue;
		irc_peer_feed(peer, ":belfry!bel@here JOIN %s", names[i]);
		irc_peer_feed(peer, ":s 366 belfry %s :End", names[i]);
	}
}

static void test_labelled_refusals(void **state)
{
	struct irc_peer *peer = *state;

	irc_outcomes_ready(peer, WITH_LABELS);
	for (size_t i = 0; i < ARRAY_LEN(LABELLED); i++) {
		(void)irc_outcomes_say(peer, "#a", "x");
		irc_peer_feed(peer, "@label=%zx %s", i + 1, LABELLED[i].line);
		assert_outcomes(LABELLED[i].outcome);
		come_back(peer);
	}
}

/* Without a label it is about something else. */
static void test_unlabelled_refusals_are_not_ours(void **state)
{
	struct irc_peer *peer = *state;

	irc_outcomes_ready(peer, WITH_LABELS);
	(void)irc_outcomes_say(peer, "#a", "x");
	irc_peer_feed(peer, ":s 404 belfry #a :Cannot send");
	irc_peer_feed(peer, "FAIL PRIVMSG CANNOT_SEND #a :x");
	irc_peer_feed(peer, ":belfry!b@h PRIVMSG #a x");
	irc_peer_feed(peer, "@label=ff :s 404 belfry #a :Cannot send");
	assert_outcomes("");
	/* But a line that was too long was not read so far. */
	irc_peer_feed(peer, ":s 417 belfry :Input line was too long");
	assert_outcomes("x: refused: Input line was too long (417)\n");
}

static void test_labelled_batches(void **state)
{
	struct irc_peer *peer = *state;

	irc_outcomes_ready(peer, WITH_LABELS);
	(void)irc_outcomes_say(peer, "#a", "x");
	irc_peer_feed(peer, "@label=1 :s BATCH +r labeled-response");
	irc_peer_feed(peer, "@batch=r :s 301 belfry nick :away");
	irc_peer_feed(peer, "@batch=r :s NOTICE belfry :by the way");
	assert_outcomes("");
	irc_peer_feed(peer, "@batch=r;msgid=m :belfry!b@h PRIVMSG #a x");
	assert_outcomes("x: confirmed m\n");
	irc_peer_feed(peer, ":s BATCH -r");
	(void)irc_outcomes_say(peer, "#a", "y");
	irc_peer_feed(peer, "@label=2 :s BATCH +r labeled-response");
	irc_peer_feed(peer, "@batch=r :s 404 belfry #a :no");
	irc_peer_feed(peer, ":s BATCH -r");
	assert_outcomes("y: blocked: no (404)\n");
	(void)irc_outcomes_say(peer, "#a", "z");
	irc_peer_feed(peer, "@label=3 :s BATCH +r labeled-response");
	irc_peer_feed(peer, ":s BATCH -r");
	assert_outcomes("z: blocked: the server answered without relaying the "
			"line\n");
}

static void test_labels_without_echo(void **state)
{
	struct irc_peer *peer = *state;

	irc_outcomes_ready(peer, "batch labeled-response message-tags");
	(void)irc_outcomes_say(peer, "#a", "x");
	irc_peer_feed(peer, "@label=1 :s ACK");
	assert_outcomes("x: confirmed\n");
	(void)irc_outcomes_say(peer, "#a", "y");
	irc_peer_feed(peer, "@label=2 :s 404 belfry #a :no");
	assert_outcomes("y: blocked: no (404)\n");
}

static void test_a_label_that_never_comes(void **state)
{
	struct irc_peer *peer = *state;

	irc_outcomes_ready(peer, WITH_LABELS);
	(void)irc_outcomes_say(peer, "#a", "x");
	irc_peer_expect(peer, "@label=1 PRIVMSG #a x");
	irc_peer_pass(peer, IRC_DELIVERY_PROBE_MS - 1000);
	irc_peer_expect_none(peer);
	irc_peer_pass(peer, 1000);
	irc_peer_expect(peer, "PING 1");
	irc_peer_pass(peer, 30000);
	irc_peer_expect_none(peer); /* one is enough */
	irc_peer_feed(peer, ":s PONG s 1");
	assert_outcomes(
		"x: blocked: the server dropped the line without a word\n");
}

/* A PONG to an older PING says nothing about a younger line. */
static void test_an_old_pong(void **state)
{
	struct irc_peer *peer = *state;

	irc_outcomes_ready(peer, WITH_LABELS);
	irc_peer_pass(peer, 60000);
	irc_peer_expect(peer, "PING 1");
	(void)irc_outcomes_say(peer, "#a", "x");
	irc_peer_feed(peer, ":s PONG s 1");
	assert_outcomes("");
	irc_peer_feed(peer, "@label=1 :belfry!b@h PRIVMSG #a x");
	assert_outcomes("x: confirmed\n");
}

static void test_labels_are_taken_away(void **state)
{
	struct irc_peer *peer = *state;

	irc_outcomes_ready(peer, WITH_LABELS);
	(void)irc_outcomes_say(peer, "#a", "x");
	(void)irc_outcomes_say(peer, "#b", "y");
	irc_peer_expect(peer, "@label=1 PRIVMSG #a x");
	irc_peer_expect(peer, "@label=2 PRIVMSG #b y");
	irc_peer_feed(peer, ":s CAP belfry DEL :labeled-response");
	irc_peer_feed(peer, "@msgid=m :belfry!b@h PRIVMSG #a x");
	assert_outcomes("x: confirmed m\n");
	irc_peer_pass(peer, IRC_DELIVERY_PROBE_MS);
	irc_peer_expect(peer, "PING 1");
	irc_peer_feed(peer, ":s PONG s 1");
	assert_outcomes("y: confirmed\n");
	(void)irc_outcomes_say(peer, "#a", "z");
	irc_peer_expect(peer, "PRIVMSG #a z");
	irc_peer_feed(peer, ":belfry!b@h PRIVMSG #a z");
	assert_outcomes("z: confirmed\n");
}

/* Echoes. */

static void test_echo_confirms(void **state)
{
	struct irc_peer *peer = *state;

	irc_outcomes_ready(peer, WITH_ECHO);
	(void)irc_outcomes_say(peer, "#a", "same");
	(void)irc_outcomes_say(peer, "#a", "same");
	(void)irc_outcomes_say(peer, "#b", "other");
	irc_peer_expect(peer, "PRIVMSG #a same");
	irc_peer_expect(peer, "PRIVMSG #a same");
	irc_peer_expect(peer, "PRIVMSG #b other");
	irc_peer_expect_none(peer);
	irc_peer_feed(peer, "@msgid=1 :belfry!b@h PRIVMSG #a same");
	assert_outcomes("same: confirmed 1\n");
	irc_peer_feed(peer, "@msgid=2 :belfry!b@h PRIVMSG #b other");
	irc_peer_feed(peer, "@msgid=3 :belfry!b@h PRIVMSG #a same");
	assert_outcomes("other: confirmed 2\nsame: confirmed 3\n");
	/* From another session of ours. */
	buf_clear(&peer->messages);
	irc_peer_feed(peer, "@msgid=4 :belfry!b@h PRIVMSG #a same");
	peer_assert_log(peer->messages, "PRIVMSG #a\n");
}

static void test_an_echo_that_was_changed(void **state)
{
	struct irc_peer *peer = *state;

	irc_outcomes_ready(peer, WITH_ECHO);
	(void)irc_outcomes_say(peer, "#a", "red");
	irc_peer_expect(peer, "PRIVMSG #a red");
	irc_peer_feed(peer, "@msgid=1 :belfry!b@h PRIVMSG #a re");
	assert_outcomes("");
	irc_peer_expect(peer, "PING 1");
	irc_peer_feed(peer, ":s PONG s 1");
	assert_outcomes("red: confirmed 1\n");
}

static void test_echo_refusals_and_silence(void **state)
{
	struct irc_peer *peer = *state;

	irc_outcomes_ready(peer, WITH_ECHO);
	(void)irc_outcomes_say(peer, "#a", "x");
	irc_peer_feed(peer, ":s 404 belfry #A :Cannot send");
	assert_outcomes("x: blocked: Cannot send (404)\n");
	(void)irc_outcomes_say(peer, "#a", "y");
	irc_peer_pass(peer, IRC_DELIVERY_PROBE_MS);
	irc_peer_feed(peer, ":s PONG s 1");
	assert_outcomes(
		"y: blocked: the server dropped the line without a word\n");
}

static void test_echo_is_taken_away(void **state)
{
	struct irc_peer *peer = *state;

	irc_outcomes_ready(peer, WITH_ECHO);
	(void)irc_outcomes_say(peer, "#a", "x");
	irc_peer_feed(peer, ":s CAP belfry DEL :echo-message");
	irc_peer_pass(peer, IRC_DELIVERY_PROBE_MS);
	irc_peer_feed(peer, ":s PONG s 1");
	assert_outcomes("x: confirmed\n");
	irc_peer_expect(peer, "PRIVMSG #a x");
	irc_peer_expect(peer, "PING 1");
	(void)irc_outcomes_say(peer, "#a", "y");
	irc_peer_expect(peer, "PRIVMSG #a y");
	irc_peer_expect(peer, "PING 2");
	irc_peer_feed(peer, ":s PONG s 2");
	assert_outcomes("y: confirmed\n");
}

/* Barriers. */

static void test_pong_confirms(void **state)
{
	struct irc_peer *peer = *state;

	irc_outcomes_ready(peer, "multi-prefix");
	(void)irc_outcomes_say(peer, "#a", "one");
	(void)irc_outcomes_say(peer, "#b", "two");
	(void)irc_outcomes_say(peer, "#a", "three");
	irc_peer_expect(peer, "PRIVMSG #a one");
	irc_peer_expect(peer, "PING 1");
	irc_peer_expect(peer, "PRIVMSG #b two");
	irc_peer_expect(peer, "PING 2");
	irc_peer_expect(peer, "PRIVMSG #a three");
	irc_peer_expect(peer, "PING 3");
	irc_peer_feed(peer, ":s PONG s :1");
	assert_outcomes("one: confirmed\n");
	irc_peer_feed(peer, ":s PONG s :3");
	assert_outcomes("two: confirmed\nthree: confirmed\n");
}

/* Barriers take nothing from the flood budget. */
static void test_barriers_are_not_paced(void **state)
{
	struct irc_peer *peer = *state;

	peer->params.flood_burst = 5;
	peer->params.flood_interval_ms = 1000;
	irc_outcomes_ready(peer, NULL);
	irc_peer_pass(peer, 5000);
	for (int i = 0; i < 6; i++)
		(void)irc_outcomes_say(peer, "#a", "x");
	for (int i = 1; i <= 5; i++) {
		irc_peer_expect(peer, "PRIVMSG #a x");
		irc_peer_expect(peer, "PING %d", i);
	}
	irc_peer_expect_none(peer);
	irc_peer_pass(peer, 1000);
	irc_peer_expect(peer, "PRIVMSG #a x");
	irc_peer_expect(peer, "PING 6");
	irc_peer_feed(peer, ":s PONG s 6");
	assert_outcomes("x: confirmed\nx: confirmed\nx: confirmed\n"
			"x: confirmed\nx: confirmed\nx: confirmed\n");
}

static const struct {
	const char *line;
	const char *outcome;
} UNLABELLED[] = {
	{":s 401 belfry #a :No such nick/channel",
		"a: blocked: No such nick/channel (401)\n"},
	{":s 403 belfry #A :No such channel",
		"a: blocked: No such channel (403)\n"},
	{":s 404 belfry #a :Cannot send", "a: blocked: Cannot send (404)\n"},
	{":s 437 belfry #a :Unavailable", "a: blocked: Unavailable (437)\n"},
	{":s 442 belfry #a :Not on channel",
		"a: blocked: Not on channel (442)\n"},
	{":s 412 belfry :No text", "b: refused: No text (412)\n"},
	{":s 417 belfry :Too long", "b: refused: Too long (417)\n"},
	{":s 421 belfry PRIVMSG :Unknown", "b: refused: Unknown (421)\n"},
	{":s 461 belfry PRIVMSG :Not enough", "b: refused: Not enough (461)\n"},
	{":s 263 belfry PRIVMSG :Try again", "b: blocked: Try again (263)\n"},
	{"FAIL PRIVMSG INVALID_UTF8 :Bad", "b: refused: Bad (FAIL)\n"},
	{"FAIL PRIVMSG CANNOT_SEND #a :No", "a: blocked: No (FAIL)\n"},
	{":s NOTICE belfry :*** Message to #a throttled due to flooding",
		"a: blocked: *** Message to #a throttled due to flooding "
		"(NOTICE)\n"},
	/* Not about a line of ours. */
	{":s 404 belfry #c :Cannot send", ""},
	{":s 421 belfry MODE :Unknown", ""},
	{":s 482 belfry #c :Not operator", ""},
	{"FAIL NOTICE INVALID_UTF8 :Bad", ""},
	{":n!u@h NOTICE belfry :Message to #a throttled", ""},
	{":n!u@h PRIVMSG #a :hello", ""},
};

static void test_unlabelled_refusals(void **state)
{
	struct irc_peer *peer = *state;
	unsigned pings = 0;

	irc_outcomes_ready(peer, NULL);
	for (size_t i = 0; i < ARRAY_LEN(UNLABELLED); i++) {
		(void)irc_outcomes_say(peer, "#b", "b");
		(void)irc_outcomes_say(peer, "#a", "a");
		irc_peer_feed(peer, "%s", UNLABELLED[i].line);
		assert_outcomes(UNLABELLED[i].outcome);
		pings += 2;
		irc_peer_feed(peer, ":s PONG s %u", pings);
		if (*UNLABELLED[i].outcome == 'a')
			assert_outcomes("b: confirmed\n");
		else if (*UNLABELLED[i].outcome == 'b')
			assert_outcomes("a: confirmed\n");
		else
			assert_outcomes("b: confirmed\na: confirmed\n");
		come_back(peer);
	}
}

/* Who does not take private messages from all; some servers do not say who it
 * is. */
static void test_refusals_of_people(void **state)
{
	static const char *const lines[][2] = {
		{":s 716 belfry Bob :is in +g mode (ignore)",
			"b: blocked: is in +g mode (ignore) (716)\n"},
		{":s 486 belfry bob :Log in", "b: blocked: Log in (486)\n"},
		{":s 486 belfry :Cannot send to user (+b)",
			"b: blocked: Cannot send to user (+b) (486)\n"},
		{":s 493 belfry :You must share a channel with bob",
			"b: blocked: You must share a channel with bob "
			"(493)\n"},
		{":s 486 belfry eve :Log in", ""},
	};
	struct irc_peer *peer = *state;
	unsigned pings = 0;

	irc_outcomes_ready(peer, NULL);
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		(void)irc_outcomes_say(peer, "#a", "a");
		(void)irc_outcomes_say(peer, "bob", "b");
		irc_peer_feed(peer, "%s", lines[i][0]);
		assert_outcomes(lines[i][1]);
		pings += 2;
		irc_peer_feed(peer, ":s PONG s %u", pings);
		assert_outcomes(*lines[i][1] ? "a: confirmed\n"
					     : "a: confirmed\nb: confirmed\n");
	}
}

/* A refusal is for the oldest line of its channel. */
static void test_refusals_are_first_in_first_out(void **state)
{
	struct irc_peer *peer = *state;

	irc_outcomes_ready(peer, NULL);
	(void)irc_outcomes_say(peer, "#a", "1");
	(void)irc_outcomes_say(peer, "#a", "2");
	irc_peer_feed(peer, ":s 404 belfry #a :x");
	irc_peer_feed(peer, ":s PONG s 1");
	irc_peer_feed(peer, ":s PONG s 2");
	assert_outcomes("1: blocked: x (404)\n2: confirmed\n");
}

static void test_many_at_once(void **state)
{
	struct irc_peer *peer = *state;
	char expected[64];

	irc_outcomes_ready(peer, WITH_LABELS);
	for (int i = 0; i < 5000; i++) {
		(void)irc_outcomes_say(peer, i % 2 ? "#a" : "#b", "x");
		buf_clear(&peer->written);
	}
	for (int i = 5000; i > 0; i--) {
		irc_peer_feed(peer,
			"@label=%x;msgid=%d :belfry!b@h PRIVMSG %s x", i, i,
			i % 2 ? "#b" : "#a");
		(void)snprintf(
			expected, sizeof(expected), "x: confirmed %d\n", i);
		assert_outcomes(expected);
	}
	assert_null(peer->conn->deliveries.targets);
	assert_null(peer->conn->deliveries.by_label);
}

/* Under another nick. */

static void test_relayed_and_labelled(void **state)
{
	struct irc_peer *peer = *state;

	irc_outcomes_ready(peer, WITH_RELAY_AND_LABELS);
	(void)irc_outcomes_relay(peer, "bob/c", "#a", "one");
	(void)irc_outcomes_relay(peer, "bob/c", "#a", "two");
	(void)irc_outcomes_relay(peer, "bob/c", "#a", "three");
	irc_peer_expect(peer, "@label=1 RELAYMSG #a bob/c one");
	irc_peer_expect(peer, "@label=2 RELAYMSG #a bob/c two");
	irc_peer_expect(peer, "@label=3 RELAYMSG #a bob/c three");
	irc_peer_expect_none(peer);
	buf_clear(&peer->messages);
	irc_peer_feed(peer, "@label=1;draft/relaymsg=belfry;msgid=m1 "
			    ":bob/c!relay@s PRIVMSG #a :one");
	assert_outcomes("one: confirmed m1\n");
	/* Without the label; and without any echo. */
	irc_peer_feed(peer, "@draft/relaymsg=Belfry;msgid=m2 "
			    ":bob/c!relay@s PRIVMSG #a :two");
	irc_peer_feed(peer, "@label=2 :s ACK");
	assert_outcomes("two: confirmed m2\n");
	irc_peer_feed(peer, "@label=3 :s ACK");
	assert_outcomes("three: confirmed\n");
	peer_assert_log(peer->messages,
		"PRIVMSG #a (echo)\nPRIVMSG #a (echo)\nACK \nACK \n");
	/* Too late for anybody, but still ours; and another bridge's. */
	irc_peer_feed(peer, "@draft/relaymsg=belfry :bob/c!r@s PRIVMSG #a :x");
	irc_peer_feed(peer, "@draft/relaymsg=other :bob/c!r@s PRIVMSG #a :x");
	peer_assert_log(peer->messages, "PRIVMSG #a (echo)\nPRIVMSG #a\n");
}

static void test_relayed_behind_a_barrier(void **state)
{
	struct irc_peer *peer = *state;

	irc_outcomes_ready(peer, WITH_RELAY_AND_ECHO);
	(void)irc_outcomes_relay(peer, "bob/c", "#a", "one");
	(void)irc_outcomes_relay(peer, "bob/c", "#a", "two");
	irc_peer_expect(peer, "RELAYMSG #a bob/c one");
	irc_peer_expect(peer, "PING 1");
	irc_peer_expect(peer, "RELAYMSG #a bob/c two");
	irc_peer_expect(peer, "PING 2");
	/* Somebody's own words are not our echo. */
	irc_peer_feed(peer, ":bob/c!r@s PRIVMSG #a :one");
	assert_outcomes("");
	irc_peer_feed(peer,
		"@draft/relaymsg=belfry;msgid=m1 :bob/c!r@s PRIVMSG #a :one");
	assert_outcomes("one: confirmed m1\n");
	irc_peer_feed(peer, ":s PONG s 1");
	irc_peer_feed(peer, ":s PONG s 2");
	assert_outcomes("two: confirmed\n");
}

static const struct {
	const char *line;
	const char *outcome;
} RELAY_REFUSALS[] = {
	{":s FAIL RELAYMSG PRIVS_NEEDED :Not you",
		"x: blocked as relay: Not you (FAIL)\n"},
	{":s FAIL RELAYMSG INVALID_NICK bob/c :Bad nick",
		"x: blocked as relay: Bad nick (FAIL)\n"},
	{":s FAIL RELAYMSG NOT_ENABLED :Off",
		"x: blocked as relay: Off (FAIL)\n"},
	{":s FAIL RELAYMSG INVALID_UTF8 :Bad text",
		"x: refused: Bad text (FAIL)\n"},
	{":s 421 belfry RELAYMSG :Unknown command",
		"x: blocked as relay: Unknown command (421)\n"},
	{":s 482 belfry #a :Not an operator",
		"x: blocked as relay: Not an operator (482)\n"},
	{":s 404 belfry #a :Cannot send", "x: blocked: Cannot send (404)\n"},
	{":s 573 belfry bob/c :Bad nick",
		"x: blocked as relay: Bad nick (573)\n"},
	{":s 432 belfry bob/c :Erroneous",
		"x: blocked as relay: Erroneous (432)\n"},
	{":s 433 belfry bob/c :In use", "x: blocked as relay: In use (433)\n"},
};

static void test_relay_refusals(void **state)
{
	struct irc_peer *peer = *state;

	irc_outcomes_ready(peer, WITH_RELAY_AND_ECHO);
	for (size_t i = 0; i < ARRAY_LEN(RELAY_REFUSALS); i++) {
		(void)irc_outcomes_relay(peer, "bob/c", "#a", "x");
		irc_peer_feed(peer, "%s", RELAY_REFUSALS[i].line);
		irc_peer_feed(peer, ":s PONG s %zu", i + 1);
		assert_outcomes(RELAY_REFUSALS[i].outcome);
		come_back(peer);
	}
}

static void test_labelled_relay_refusals(void **state)
{
	struct irc_peer *peer = *state;

	irc_outcomes_ready(peer, WITH_RELAY_AND_LABELS);
	for (size_t i = 0; i < ARRAY_LEN(RELAY_REFUSALS); i++) {
		(void)irc_outcomes_relay(peer, "bob/c", "#a", "x");
		irc_peer_feed(
			peer, "@label=%zx %s", i + 1, RELAY_REFUSALS[i].line);
		assert_outcomes(RELAY_REFUSALS[i].outcome);
		come_back(peer);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_label_confirms),
		TEST(test_labelled_refusals),
		TEST(test_unlabelled_refusals_are_not_ours),
		TEST(test_refusals_of_people),
		TEST(test_labelled_batches),
		TEST(test_labels_without_echo),
		TEST(test_a_label_that_never_comes),
		TEST(test_an_old_pong),
		TEST(test_labels_are_taken_away),
		TEST(test_echo_confirms),
		TEST(test_an_echo_that_was_changed),
		TEST(test_echo_refusals_and_silence),
		TEST(test_echo_is_taken_away),
		TEST(test_pong_confirms),
		TEST(test_barriers_are_not_paced),
		TEST(test_unlabelled_refusals),
		TEST(test_refusals_are_first_in_first_out),
		TEST(test_many_at_once),
		TEST(test_relayed_and_labelled),
		TEST(test_relayed_behind_a_barrier),
		TEST(test_relay_refusals),
		TEST(test_labelled_relay_refusals),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
