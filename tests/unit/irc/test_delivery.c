#include "irc/delivery.h"

#include "../support/irc_outcomes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

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

static void test_not_connected(void **state)
{
	struct irc_peer *peer = *state;

	irc_peer_make(peer);
	(void)irc_outcomes_say(peer, "#a", "x");
	irc_peer_turn(peer);
	assert_outcomes("x: unsent: not connected\n");
}

static void test_not_in_the_channel(void **state)
{
	struct irc_peer *peer = *state;

	irc_outcomes_ready(peer, NULL);
	(void)irc_outcomes_say(peer, "#c", "x");
	irc_peer_turn(peer);
	assert_outcomes("x: blocked: not in the channel\n");
	irc_peer_expect_none(peer);
	/* A person needs no channel. */
	(void)irc_outcomes_say(peer, "nick", "y");
	irc_peer_expect(peer, "PRIVMSG nick y");
	irc_peer_feed(peer, ":s PONG s 1");
	assert_outcomes("y: confirmed\n");
}

static int deliver(struct irc_peer *peer, const char *command,
	const char *channel, const char *text, size_t len)
{
	struct irc_delivery *delivery = NULL;

	return irc_deliver(peer->conn,
		&(struct irc_delivery_request){
			.command = command,
			.channel = channel,
			.text = text,
			.text_len = len,
		},
		NULL, NULL, &delivery);
}

static void test_what_cannot_be_a_line(void **state)
{
	struct irc_peer *peer = *state;
	char longer[512];

	irc_outcomes_ready(peer, NULL);
	assert_int_equal(deliver(peer, "PRIVMSG", "#a", "", 0), -EINVAL);
	assert_int_equal(deliver(peer, "PRIVMSG", "#a", "a\nb", 3), -EINVAL);
	assert_int_equal(deliver(peer, "PRIVMSG", "#a", "a\rb", 3), -EINVAL);
	assert_int_equal(deliver(peer, "PRIVMSG", "#a", "a\0b", 3), -EINVAL);
	assert_int_equal(deliver(peer, "QUIT", "#a", "a", 1), -EINVAL);
	assert_int_equal(deliver(peer, "PRIVMSG", "#a,#b", "a", 1), -EINVAL);
	assert_int_equal(deliver(peer, "PRIVMSG", "#a b", "a", 1), -EINVAL);
	assert_int_equal(deliver(peer, "PRIVMSG", "", "a", 1), -EINVAL);
	memset(longer, 'x', sizeof(longer));
	assert_int_equal(
		deliver(peer, "PRIVMSG", "#a", longer,
			irc_conn_text_room(peer->conn, "PRIVMSG", "#a") + 1),
		-EINVAL);
	irc_peer_expect_none(peer);
	assert_int_equal(
		deliver(peer, "PRIVMSG", "#a", longer,
			irc_conn_text_room(peer->conn, "PRIVMSG", "#a")),
		0);
	assert_int_equal(peer->conn->deliveries.count, 1);
}

static void test_the_queue_is_full(void **state)
{
	struct irc_peer *peer = *state;

	peer->params.sendq_max_lines = 2;
	irc_outcomes_ready(peer, NULL);
	peer->is_full = true;
	(void)irc_outcomes_say(peer, "#a", "1");
	(void)irc_outcomes_say(peer, "#a", "2");
	(void)irc_outcomes_say(peer, "#a", "3");
	irc_peer_turn(peer);
	assert_outcomes("3: unsent: the send queue is full\n");
	irc_peer_drain(peer);
	irc_peer_feed(peer, ":s PONG s 2");
	assert_outcomes("1: confirmed\n2: confirmed\n");
}

static void test_too_old(void **state)
{
	struct irc_peer *peer = *state;

	peer->params.sendq_max_age_ms = 5000;
	irc_outcomes_ready(peer, NULL);
	peer->is_full = true;
	(void)irc_outcomes_say(peer, "#a", "1");
	irc_peer_pass(peer, 4000);
	assert_outcomes("");
	irc_peer_pass(peer, 1000);
	assert_outcomes("1: unsent: it waited too long in the send queue\n");
}

/* The link dies: what was written is in doubt, the rest is not. */
static void test_link_loss(void **state)
{
	struct irc_peer *peer = *state;

	irc_outcomes_ready(peer, WITH_LABELS);
	(void)irc_outcomes_say(peer, "#a", "written");
	peer->is_full = true;
	(void)irc_outcomes_say(peer, "#a", "queued");
	irc_peer_close(peer, "reset by peer");
	assert_outcomes("queued: unsent: it was still in the send queue when "
			"the channel was left or the link was lost\n"
			"written: lost: reset by peer\n");
	(void)irc_outcomes_say(peer, "#a", "late");
	irc_peer_turn(peer);
	assert_outcomes("late: unsent: not connected\n");
}

static void test_link_loss_without_caps(void **state)
{
	struct irc_peer *peer = *state;

	irc_outcomes_ready(peer, NULL);
	(void)irc_outcomes_say(peer, "#a", "1");
	(void)irc_outcomes_say(peer, "#b", "2");
	irc_peer_expect(peer, "PRIVMSG #a 1");
	irc_peer_expect(peer, "PING 1");
	irc_peer_expect(peer, "PRIVMSG #b 2");
	irc_peer_expect(peer, "PING 2");
	irc_peer_feed(peer, ":s PONG s 1");
	irc_peer_feed(peer, "ERROR :Closing Link");
	assert_outcomes("1: confirmed\n2: lost: Closing Link\n");
}

static void test_left_channels(void **state)
{
	struct irc_peer *peer = *state;

	irc_outcomes_ready(peer, NULL);
	peer->is_full = true;
	(void)irc_outcomes_say(peer, "#a", "1");
	(void)irc_outcomes_say(peer, "#b", "2");
	irc_conn_part(peer->conn, "#A");
	irc_peer_turn(peer);
	assert_outcomes("1: unsent: it was still in the send queue when the "
			"channel was left or the link was lost\n");
	irc_peer_drain(peer);
	irc_peer_expect(peer, "PART #A");
	irc_peer_expect(peer, "PRIVMSG #b 2");
	irc_peer_feed(peer, ":s PONG s 1");
	assert_outcomes("2: confirmed\n");
}

static void test_kicked_with_lines_in_the_queue(void **state)
{
	struct irc_peer *peer = *state;

	irc_outcomes_ready(peer, NULL);
	peer->is_full = true;
	(void)irc_outcomes_say(peer, "#a", "1");
	irc_peer_feed(peer, ":op!u@h KICK #a belfry :x");
	assert_outcomes("1: unsent: it was still in the send queue when the "
			"channel was left or the link was lost\n");
}

static void test_stop(void **state)
{
	struct irc_peer *peer = *state;

	irc_outcomes_ready(peer, NULL);
	(void)irc_outcomes_say(peer, "#a", "1");
	(void)irc_outcomes_say(peer, "#a", "2");
	irc_conn_stop(peer->conn, "bye");
	(void)irc_outcomes_say(peer, "#a", "3");
	irc_peer_turn(peer);
	assert_outcomes("3: unsent: not connected\n");
	/* Answers count until the end. */
	irc_peer_feed(peer, ":s PONG s 1");
	irc_peer_feed(peer, "ERROR :bye");
	assert_outcomes("1: confirmed\n2: lost: bye\n");
}

static void test_cancel(void **state)
{
	struct irc_peer *peer = *state;
	struct irc_delivery *written;
	struct irc_delivery *queued;
	struct irc_delivery *done;

	irc_outcomes_ready(peer, WITH_ECHO);
	written = irc_outcomes_say(peer, "#a", "written");
	irc_peer_expect(peer, "PRIVMSG #a written");
	peer->is_full = true;
	queued = irc_outcomes_say(peer, "#a", "queued");
	done = irc_outcomes_say(peer, "#nowhere", "done");
	irc_delivery_cancel(written);
	irc_delivery_cancel(queued);
	irc_delivery_cancel(done);
	irc_delivery_cancel(NULL);
	irc_peer_drain(peer);
	irc_peer_expect_none(peer);
	/* The echo of a cancelled line is not taken for another's. */
	(void)irc_outcomes_say(peer, "#a", "next");
	buf_clear(&peer->messages);
	irc_peer_feed(peer, ":belfry!b@h PRIVMSG #a written");
	assert_outcomes("");
	irc_peer_feed(peer, "@msgid=m :belfry!b@h PRIVMSG #a next");
	assert_outcomes("next: confirmed m\n");
	peer_assert_log(
		peer->messages, "PRIVMSG #a (echo)\nPRIVMSG #a (echo)\n");
	assert_int_equal(peer->conn->deliveries.count, 0);
}

static struct irc_peer *again_peer;

static void on_again(const struct irc_delivery_result *result, void *arg)
{
	(void)result;
	(void)arg;
	(void)irc_outcomes_say(again_peer, "#a", "again");
}

static void on_free(const struct irc_delivery_result *result, void *arg)
{
	struct irc_peer *peer = arg;

	(void)result;
	irc_conn_free(peer->conn);
	peer->conn = NULL;
}

static void test_what_callbacks_may_do(void **state)
{
	struct irc_peer *peer = *state;
	struct irc_delivery *delivery = NULL;
	struct irc_delivery_request request = {
		.command = "PRIVMSG",
		.channel = "#a",
		.text = "x",
		.text_len = 1,
	};

	again_peer = peer;
	irc_outcomes_ready(peer, NULL);
	assert_int_equal(
		irc_deliver(peer->conn, &request, on_again, NULL, &delivery),
		0);
	irc_peer_expect(peer, "PRIVMSG #a x");
	irc_peer_expect(peer, "PING 1");
	irc_peer_feed(peer, ":s PONG s 1");
	irc_peer_expect(peer, "PRIVMSG #a again");
	irc_peer_expect(peer, "PING 2");
	irc_peer_feed(peer, ":s PONG s 2");
	assert_outcomes("again: confirmed\n");
	assert_int_equal(
		irc_deliver(peer->conn, &request, on_free, peer, &delivery), 0);
	(void)irc_outcomes_say(peer, "#a", "never told");
	irc_peer_feed(peer, ":s PONG s 4");
	assert_null(peer->conn);
}

static void test_client_tag(void **state)
{
	struct irc_peer *peer = *state;
	struct irc_delivery *delivery = NULL;
	struct irc_delivery_request request = {
		.command = "NOTICE",
		.channel = "#a",
		.text = "x",
		.text_len = 1,
		.id = "a;b c",
	};

	irc_outcomes_ready(peer, WITH_LABELS);
	assert_int_equal(
		irc_deliver(peer->conn, &request, NULL, NULL, &delivery), 0);
	irc_peer_expect(peer, "@label=1;+belfry/id=a\\:b\\sc NOTICE #a x");
	irc_peer_feed(peer, ":s 005 belfry CLIENTTAGDENY=* :x");
	assert_int_equal(
		irc_deliver(peer->conn, &request, NULL, NULL, &delivery), 0);
	irc_peer_expect(peer, "@label=2 NOTICE #a x");
	irc_peer_feed(peer, ":s 005 belfry CLIENTTAGDENY=*,-belfry/id :x");
	irc_peer_feed(peer, ":s CAP belfry DEL :labeled-response");
	assert_int_equal(
		irc_deliver(peer->conn, &request, NULL, NULL, &delivery), 0);
	irc_peer_expect(peer, "@+belfry/id=a\\:b\\sc NOTICE #a x");
	irc_peer_feed(peer, ":s CAP belfry DEL :message-tags");
	assert_int_equal(
		irc_deliver(peer->conn, &request, NULL, NULL, &delivery), 0);
	irc_peer_expect(peer, "NOTICE #a x");
}

static void light_in(struct irc_peer *peer, const char *caps)
{
	peer->params.is_light = true;
	irc_peer_make(peer);
	irc_peer_start(peer);
	irc_peer_welcome(peer, caps, "CHANTYPES=#");
	(void)irc_outcomes_say(peer, "#a", "early");
	irc_peer_turn(peer);
	assert_outcomes("early: blocked: not in the channel\n");
	irc_conn_join(peer->conn, "#a", NULL);
	irc_peer_turn(peer);
	irc_peer_expect(peer, "JOIN #a");
	irc_peer_feed(peer, ":belfry!bel@here JOIN #a");
	irc_peer_feed(peer, ":s 366 belfry #a :End of NAMES");
}

static void test_a_light_connection_with_labels(void **state)
{
	struct irc_peer *peer = *state;

	light_in(peer, WITH_LABELS);
	(void)irc_outcomes_say(peer, "#a", "one");
	irc_peer_expect(peer, "@label=1 PRIVMSG #a one");
	irc_peer_feed(peer, ":belfry2!b@h PRIVMSG #a one");
	irc_peer_feed(peer, "@label=1;msgid=m :belfry!b@h PRIVMSG #a one");
	assert_outcomes("one: confirmed m\n");
}

static void test_a_light_connection_with_echoes(void **state)
{
	struct irc_peer *peer = *state;

	light_in(peer, WITH_ECHO);
	(void)irc_outcomes_say(peer, "#a", "one");
	irc_peer_expect(peer, "PRIVMSG #a one");
	irc_peer_feed(peer, "@msgid=m :Belfry!b@h PRIVMSG #a one");
	assert_outcomes("one: confirmed m\n");
	(void)irc_outcomes_say(peer, "#a", "two");
	irc_peer_feed(peer, ":s 404 belfry #a :Cannot send");
	assert_outcomes("two: blocked: Cannot send (404)\n");
}

static void test_a_light_connection_with_a_barrier(void **state)
{
	struct irc_peer *peer = *state;

	light_in(peer, NULL);
	(void)irc_outcomes_say(peer, "#a", "one");
	irc_peer_expect(peer, "PRIVMSG #a one");
	irc_peer_expect(peer, "PING 1");
	irc_peer_feed(peer, ":s PONG s 1");
	assert_outcomes("one: confirmed\n");
}

static int relay(struct irc_peer *peer, const char *nick, const char *target,
	const char *command)
{
	struct irc_delivery *delivery = NULL;

	return irc_deliver(peer->conn,
		&(struct irc_delivery_request){
			.command = command,
			.channel = target,
			.text = "x",
			.text_len = 1,
			.relay_nick = nick,
		},
		NULL, NULL, &delivery);
}

static void test_what_can_be_relayed(void **state)
{
	struct irc_peer *peer = *state;

	irc_outcomes_ready(peer, "message-tags");
	assert_null(irc_conn_relay_separators(peer->conn));
	(void)irc_outcomes_relay(peer, "bob", "#a", "x");
	irc_peer_turn(peer);
	assert_outcomes("x: blocked as relay: the server has no RELAYMSG "
			"(now)\n");
	irc_peer_feed(peer, ":s CAP belfry NEW :draft/relaymsg=/+");
	irc_peer_expect(peer, "CAP REQ draft/relaymsg");
	irc_peer_feed(peer, ":s CAP belfry ACK :draft/relaymsg");
	assert_string_equal(irc_conn_relay_separators(peer->conn), "/+");
	assert_int_equal(relay(peer, "bob", "#a", "PRIVMSG"), -EINVAL);
	assert_int_equal(relay(peer, "", "#a", "PRIVMSG"), -EINVAL);
	assert_int_equal(relay(peer, ":b/c", "#a", "PRIVMSG"), -EINVAL);
	assert_int_equal(relay(peer, "b /c", "#a", "PRIVMSG"), -EINVAL);
	assert_int_equal(relay(peer, "b!/c", "#a", "PRIVMSG"), -EINVAL);
	assert_int_equal(relay(peer, "b/c", "#a", "NOTICE"), -EINVAL);
	assert_int_equal(relay(peer, "b/c", "bob", "PRIVMSG"), -EINVAL);
	irc_peer_expect_none(peer);
	assert_int_equal(relay(peer, "b/c", "#a", "PRIVMSG"), 0);
	irc_peer_expect(peer, "RELAYMSG #a b/c x");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_not_connected),
		TEST(test_not_in_the_channel),
		TEST(test_what_cannot_be_a_line),
		TEST(test_the_queue_is_full),
		TEST(test_too_old),
		TEST(test_link_loss),
		TEST(test_link_loss_without_caps),
		TEST(test_left_channels),
		TEST(test_kicked_with_lines_in_the_queue),
		TEST(test_stop),
		TEST(test_cancel),
		TEST(test_what_callbacks_may_do),
		TEST(test_client_tag),
		TEST(test_what_can_be_relayed),
		TEST(test_a_light_connection_with_labels),
		TEST(test_a_light_connection_with_echoes),
		TEST(test_a_light_connection_with_a_barrier),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
