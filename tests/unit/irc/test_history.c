#include "irc/history.h"

#include "../support/irc_peer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "util/attr.h"

#include <stdio.h>
#include <string.h>

#define CAPS "batch draft/chathistory draft/event-playback "
#define LABELS CAPS "labeled-response message-tags server-time"
#define PLAIN CAPS "message-tags server-time"

static struct buf told;
static struct irc_history *cancelled; /* in the next line */

static int setup(void **state)
{
	static struct irc_peer peer;

	irc_peer_init(&peer);
	irc_peer_make(&peer);
	buf_init(&told, 1 << 16);
	cancelled = NULL;
	*state = &peer;
	return 0;
}

static int teardown(void **state)
{
	irc_peer_release(*state);
	buf_release(&told);
	return 0;
}

static void on_line(const struct irc_message *msg, void *arg)
{
	buf_addf(&told, "%s line %s %s\n", (const char *)arg, msg->command,
		irc_message_last(msg));
	irc_history_cancel(cancelled);
	cancelled = NULL;
}

static void on_done(const struct irc_history_result *result, void *arg)
{
	static const char *const NAMES[] = {"complete", "refused", "lost"};

	buf_addf(&told, "%s %s %d%s%s%s%s\n", (const char *)arg,
		NAMES[result->outcome], (int)result->count,
		result->is_full ? " full" : "",
		*result->code || *result->why ? ": " : "", result->code,
		result->why);
}

static void up(struct irc_peer *peer, const char *caps, const char *isupport)
{
	irc_peer_start(peer);
	irc_peer_welcome(peer, caps, isupport);
	irc_peer_join(peer, "#a");
}

static struct irc_history *ask(struct irc_peer *peer, const char *channel,
	const char *msgid, const char *name)
{
	const struct irc_history_request request = {
		.side = IRC_HISTORY_AFTER,
		.channel = channel,
		.msgid = msgid,
		.time_ms = INT64_C(1600000000123),
		.line = on_line,
		.done = on_done,
		.arg = (void *)(uintptr_t)name,
	};
	struct irc_history *history = irc_history_ask(peer->conn, &request);

	assert_non_null(history);
	return history;
}

static void test_labelled_page(void **state)
{
	struct irc_peer *peer = *state;

	up(peer, LABELS, "CHANTYPES=# CHATHISTORY=2");
	assert_true(irc_history_is_offered(peer->conn));
	(void)ask(peer, "#a", "m1", "x");
	irc_peer_expect_none(peer);
	irc_peer_turn(peer);
	irc_peer_expect(peer, "@label=h1 CHATHISTORY AFTER #a msgid=m1 2");
	irc_peer_feed(peer, "@label=h1 :s BATCH +r chathistory #a");
	irc_peer_feed(peer, "@batch=r;msgid=m2 :n!u@h PRIVMSG #a :two");
	/* What is said meanwhile is not part of it. */
	irc_peer_feed(peer, "@msgid=m9 :n!u@h PRIVMSG #a :live");
	irc_peer_feed(peer, "@batch=r;msgid=m3 :n!u@h JOIN #a");
	peer_assert_log(told, "x line PRIVMSG two\nx line JOIN #a\n");
	irc_peer_feed(peer, ":s BATCH -r");
	peer_assert_log(told, "x complete 2 full\n");
	assert_true(irc_peer_log_has(
		&peer->messages, "[chathistory] PRIVMSG #a (history)"));
}

static void test_nested_in_a_labelled_batch(void **state)
{
	struct irc_peer *peer = *state;

	up(peer, LABELS, "CHANTYPES=#");
	(void)ask(peer, "#a", NULL, "x");
	irc_peer_turn(peer);
	irc_peer_expect(peer, "@label=h1 CHATHISTORY AFTER #a "
			      "timestamp=2020-09-13T12:26:40.123Z 500");
	irc_peer_feed(peer, "@label=h1 :s BATCH +l labeled-response");
	irc_peer_feed(peer, "@batch=l :s BATCH +r chathistory #a");
	irc_peer_feed(peer, "@batch=r :n!u@h PRIVMSG #a :two");
	irc_peer_feed(peer, "@batch=l :s BATCH -r");
	peer_assert_log(told, "x line PRIVMSG two\n");
	irc_peer_feed(peer, ":s BATCH -l");
	peer_assert_log(told, "x complete 1\n");
}

static void test_without_labels(void **state)
{
	struct irc_peer *peer = *state;

	up(peer, PLAIN, "CHANTYPES=# CHATHISTORY=100");
	(void)ask(peer, "#A", "m1", "x");
	irc_peer_turn(peer);
	irc_peer_expect(peer, "CHATHISTORY AFTER #A msgid=m1 100");
	irc_peer_feed(peer, ":s BATCH +q chathistory #b");
	irc_peer_feed(peer, "@batch=q :n!u@h PRIVMSG #b :not ours");
	irc_peer_feed(peer, ":s BATCH -q");
	peer_assert_log(told, "");
	irc_peer_feed(peer, ":s BATCH +r chathistory #a");
	irc_peer_feed(peer, "@batch=r :n!u@h PRIVMSG #a :two");
	irc_peer_feed(peer, ":s BATCH -r");
	peer_assert_log(told, "x line PRIVMSG two\nx complete 1\n");
	irc_peer_feed(peer, ":s BATCH +r chathistory #a");
	irc_peer_feed(peer, ":s BATCH -r");
	peer_assert_log(told, "");
}

static void test_one_at_a_time(void **state)
{
	struct irc_peer *peer = *state;
	struct irc_history *second;

	up(peer, LABELS, "CHANTYPES=# CHATHISTORY=10");
	(void)ask(peer, "#a", "m1", "x");
	second = ask(peer, "#a", "m2", "y");
	(void)ask(peer, "#a", "m3", "z");
	irc_peer_turn(peer);
	irc_peer_expect(peer, "@label=h1 CHATHISTORY AFTER #a msgid=m1 10");
	irc_peer_expect_none(peer);
	irc_history_cancel(second);
	irc_peer_feed(peer, "@label=h1 :s ACK");
	peer_assert_log(told, "x complete 0\n");
	irc_peer_expect(peer, "@label=h2 CHATHISTORY AFTER #a msgid=m3 10");
}

static void test_cancelled_when_asked(void **state)
{
	struct irc_peer *peer = *state;

	up(peer, PLAIN, "CHANTYPES=# CHATHISTORY=10");
	cancelled = ask(peer, "#a", "m1", "x");
	(void)ask(peer, "#a", "m2", "y");
	irc_peer_turn(peer);
	irc_peer_expect(peer, "CHATHISTORY AFTER #a msgid=m1 10");
	irc_peer_feed(peer, ":s BATCH +r chathistory #a");
	irc_peer_feed(peer, "@batch=r :n!u@h PRIVMSG #a :one");
	irc_peer_feed(peer, "@batch=r :n!u@h PRIVMSG #a :two");
	irc_peer_expect_none(peer);
	irc_peer_feed(peer, ":s BATCH -r");
	peer_assert_log(told, "x line PRIVMSG one\n");
	irc_peer_expect(peer, "CHATHISTORY AFTER #a msgid=m2 10");
}

static void test_refusals(void **state)
{
	struct irc_peer *peer = *state;
	static const char *const lines[][2] = {
		{"@label=h1 FAIL CHATHISTORY INVALID_TARGET AFTER #a :no",
			"x refused 0: INVALID_TARGETno (INVALID_TARGET)\n"},
		{":s FAIL CHATHISTORY MESSAGE_ERROR #a :oops",
			"x refused 0: MESSAGE_ERRORoops (MESSAGE_ERROR)\n"},
		{":s 421 belfry CHATHISTORY :Unknown command",
			"x refused 0: Unknown command (421)\n"},
		{"@label=h4 :s 461 belfry CHATHISTORY :More",
			"x refused 0: More (461)\n"},
	};

	up(peer, LABELS, "CHANTYPES=# CHATHISTORY=10");
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		(void)ask(peer, "#a", "m1", "x");
		irc_peer_turn(peer);
		irc_peer_expect(peer,
			"@label=h%d CHATHISTORY AFTER #a msgid=m1 10",
			(int)i + 1);
		irc_peer_feed(peer, ":s FAIL PRIVMSG OTHER :x");
		irc_peer_feed(peer, "@label=99 :s 404 belfry #a :x");
		irc_peer_feed(peer, "%s", lines[i][0]);
		peer_assert_log(told, lines[i][1]);
	}
}

static void test_not_offered(void **state)
{
	struct irc_peer *peer = *state;

	up(peer, "batch message-tags", "CHANTYPES=#");
	assert_false(irc_history_is_offered(peer->conn));
	(void)ask(peer, "#a", "m1", "x");
	peer_assert_log(told, "");
	irc_peer_turn(peer);
	peer_assert_log(told, "x refused 0: the server has no history\n");
	irc_peer_expect_none(peer);
}

static void test_no_answer(void **state)
{
	struct irc_peer *peer = *state;

	up(peer, LABELS, "CHANTYPES=#");
	(void)ask(peer, "#a", "m1", "x");
	irc_peer_turn(peer);
	(void)irc_peer_next(peer);
	/* Half an answer is none. */
	irc_peer_feed(peer, "@label=h1 :s BATCH +r chathistory #a");
	irc_peer_pass(peer, IRC_HISTORY_TIMEOUT_MS - 1000);
	peer_assert_log(told, "");
	irc_peer_pass(peer, 1000);
	peer_assert_log(told, "x lost 0: the server did not answer "
			      "CHATHISTORY in time\n");
	/* And the late rest belongs to nobody. */
	irc_peer_feed(peer, "@batch=r :n!u@h PRIVMSG #a :late");
	irc_peer_feed(peer, ":s BATCH -r");
	peer_assert_log(told, "");
}

static void test_paused(void **state)
{
	struct irc_peer *peer = *state;

	up(peer, LABELS, "CHANTYPES=#");
	(void)ask(peer, "#a", "m1", "x");
	irc_peer_turn(peer);
	irc_conn_pause(peer->conn);
	irc_peer_pass(peer, 3 * IRC_HISTORY_TIMEOUT_MS);
	peer_assert_log(told, "");
	irc_conn_resume(peer->conn);
	irc_peer_feed(peer, "@label=h1 :s ACK");
	peer_assert_log(told, "x complete 0\n");
}

static void test_too_much(void **state)
{
	struct irc_peer *peer = *state;

	up(peer, LABELS, "CHANTYPES=# CHATHISTORY=1");
	(void)ask(peer, "#a", "m1", "x");
	irc_peer_turn(peer);
	irc_peer_feed(peer, "@label=h1 :s BATCH +r chathistory #a");
	for (int i = 0; i < 5; i++)
		irc_peer_feed(peer, "@batch=r :n!u@h PRIVMSG #a :%d", i);
	peer_assert_log(told,
		"x line PRIVMSG 0\nx line PRIVMSG 1\n"
		"x lost 3: the server sent more than was asked for\n");
}

static void test_link_ends(void **state)
{
	struct irc_peer *peer = *state;

	up(peer, LABELS, "CHANTYPES=#");
	(void)ask(peer, "#a", "m1", "x");
	(void)ask(peer, "#a", "m1", "y");
	irc_peer_turn(peer);
	irc_peer_close(peer, "reset");
	peer_assert_log(told, "x lost 0: reset\ny lost 0: reset\n");
}

static void test_channel_is_left(void **state)
{
	struct irc_peer *peer = *state;

	up(peer, LABELS, "CHANTYPES=#");
	(void)ask(peer, "#a", "m1", "x");
	(void)ask(peer, "#b", "m1", "y");
	irc_peer_turn(peer);
	irc_peer_feed(peer, ":op!o@h KICK #a belfry :out");
	peer_assert_log(told, "x lost 0: the channel was left\n");
	(void)irc_peer_next(peer);
	irc_peer_expect(peer, "@label=h2 CHATHISTORY AFTER #b msgid=m1 500");
}

static void test_bad_reference(void **state)
{
	struct irc_peer *peer = *state;

	up(peer, LABELS, "CHANTYPES=#");
	(void)ask(peer, "#a", "m1 m2\r\n", "x");
	irc_peer_turn(peer);
	irc_peer_expect_none(peer);
	peer_assert_log(
		told, "x refused 0: its reference cannot be a line\n");
}

static bool is_own(struct irc_peer *peer, const char *line)
{
	char copy[256];
	struct irc_message msg;

	(void)snprintf(copy, sizeof(copy), "%s", line);
	assert_int_equal(
		irc_message_parse(&msg, copy, strlen(copy)), IRC_PARSE_OK);
	return irc_history_is_own(peer->conn, &msg);
}

static void test_own(void **state)
{
	struct irc_peer *peer = *state;

	up(peer, LABELS, "CHANTYPES=#");
	assert_true(is_own(peer, ":BELFRY!u@h PRIVMSG #a :x"));
	assert_true(is_own(peer, ":belfry_!u@h PRIVMSG #a :x"));
	assert_true(is_own(peer, ":belfry12!u@h PRIVMSG #a :x"));
	assert_false(is_own(peer, ":belfry_1!u@h PRIVMSG #a :x"));
	assert_false(is_own(peer, ":belfryx!u@h PRIVMSG #a :x"));
	assert_false(is_own(peer, "@account= :bob!u@h PRIVMSG #a :x"));
	assert_false(is_own(peer, "@account=me :bob!u@h PRIVMSG #a :x"));
	irc_peer_feed(peer, ":s 900 belfry belfry!b@h me :logged in");
	assert_true(is_own(peer, "@account=me :bob!u@h PRIVMSG #a :x"));
	irc_peer_feed(peer, ":belfry!u@h NICK other");
	assert_true(is_own(peer, ":other!u@h PRIVMSG #a :x"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_labelled_page),
		TEST(test_nested_in_a_labelled_batch),
		TEST(test_without_labels),
		TEST(test_one_at_a_time),
		TEST(test_cancelled_when_asked),
		TEST(test_refusals),
		TEST(test_not_offered),
		TEST(test_no_answer),
		TEST(test_paused),
		TEST(test_too_much),
		TEST(test_link_ends),
		TEST(test_channel_is_left),
		TEST(test_bad_reference),
		TEST(test_own),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
