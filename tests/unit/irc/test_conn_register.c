#include "irc/conn_register.h"

#include "../support/irc_peer.h"
#include "../support/irc_scram_server.h"

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

static void assert_state(
	const struct irc_peer *peer, enum irc_conn_state expected)
{
	assert_int_equal(irc_conn_state(peer->conn), expected);
}

static void assert_ready(struct irc_peer *peer)
{
	irc_peer_feed(peer, ":s 001 belfry :Welcome");
	irc_peer_feed(peer, ":s 376 belfry :End of MOTD");
	assert_state(peer, IRC_CONN_READY);
}

static void test_a_server_without_cap(void **state)
{
	struct irc_peer *peer = *state;

	irc_peer_make(peer);
	irc_peer_start(peer);
	irc_peer_feed(peer, ":s 451 * CAP :Register first");
	irc_peer_feed(peer, ":s 421 * CAP :Unknown command");
	irc_peer_expect_none(peer);
	assert_ready(peer);
	irc_peer_expect_none(peer);
	assert_false(irc_conn_has_cap(peer->conn, "batch"));
}

static void test_password_comes_before_nick(void **state)
{
	struct irc_peer *peer = *state;

	peer->params.password = "open";
	irc_peer_make(peer);
	irc_peer_start(peer);
	irc_peer_expect_none(peer);
}

static void test_webirc_comes_first(void **state)
{
	struct irc_peer *peer = *state;

	peer->params.password = "open";
	peer->params.webirc_password = "hush";
	peer->params.webirc_host = "alice.example";
	peer->params.webirc_address = "::1";
	irc_peer_make(peer);
	irc_peer_link(peer);
	irc_peer_expect(peer, "WEBIRC hush belfry alice.example 0::1");
	irc_peer_expect(peer, "CAP LS 302");
	irc_peer_expect(peer, "PASS open");
}

static void test_webirc_without_a_name(void **state)
{
	struct irc_peer *peer = *state;

	peer->params.webirc_password = "hush";
	peer->params.webirc_address = "192.0.2.7";
	irc_peer_make(peer);
	irc_peer_link(peer);
	irc_peer_expect(peer, "WEBIRC hush belfry 192.0.2.7 192.0.2.7");
}

/* 464 is the end, unless the server goes on. */
static void test_webirc_is_refused_and_no_matter(void **state)
{
	struct irc_peer *peer = *state;

	peer->params.webirc_password = "hush";
	peer->params.webirc_address = "192.0.2.7";
	irc_peer_make(peer);
	irc_peer_link(peer);
	buf_clear(&peer->written);
	irc_peer_feed(peer, ":s 464 * :Invalid password");
	assert_ready(peer);
	buf_clear(&peer->states);
	irc_peer_close(peer, "gone");
	assert_true(irc_peer_log_has(&peer->states, "waiting: gone"));
}

static void test_webirc_about_nobody(void **state)
{
	struct irc_peer *peer = *state;

	peer->params.webirc_password = "hush";
	irc_peer_make(peer);
	irc_peer_start(peer);
	irc_peer_expect_none(peer);
}

static void test_what_a_light_connection_asks_for(void **state)
{
	struct irc_peer *peer = *state;

	peer->params.is_light = true;
	peer->params.sasl = IRC_SASL_PLAIN;
	irc_peer_make(peer);
	irc_peer_start(peer);
	irc_peer_feed(peer,
		":s CAP * LS :account-notify account-tag away-notify batch "
		"cap-notify chghost draft/read-marker draft/relaymsg "
		"echo-message extended-join invite-notify labeled-response "
		"message-tags multi-prefix sasl server-time setname "
		"standard-replies userhost-in-names");
	irc_peer_expect(peer, "CAP REQ :account-tag batch cap-notify chghost "
			      "draft/read-marker echo-message labeled-response "
			      "message-tags server-time standard-replies");
}

static void test_capabilities(void **state)
{
	struct irc_peer *peer = *state;

	irc_peer_make(peer);
	irc_peer_start(peer);
	irc_peer_feed(peer, ":s CAP * LS * :batch x=y");
	irc_peer_expect_none(peer);
	irc_peer_feed(peer, ":s CAP * LS :echo-message");
	irc_peer_expect(peer, "CAP REQ :batch echo-message");
	irc_peer_feed(peer, ":s CAP * NAK :batch echo-message");
	irc_peer_expect(peer, "CAP REQ batch");
	irc_peer_feed(peer, ":s CAP * ACK :batch ");
	irc_peer_expect(peer, "CAP REQ echo-message");
	irc_peer_feed(peer, ":s CAP * NAK :echo-message");
	irc_peer_expect(peer, "CAP END");
	assert_ready(peer);
	assert_true(irc_conn_has_cap(peer->conn, "batch"));
	assert_false(irc_conn_has_cap(peer->conn, "echo-message"));
	/* Later news need no CAP END. */
	irc_peer_feed(peer, ":s CAP belfry NEW :setname");
	irc_peer_expect(peer, "CAP REQ setname");
	irc_peer_feed(peer, ":s CAP belfry ACK :setname");
	assert_true(irc_conn_has_cap(peer->conn, "setname"));
	irc_peer_feed(peer, ":s CAP belfry DEL :setname");
	assert_false(irc_conn_has_cap(peer->conn, "setname"));
	irc_peer_expect_none(peer);
}

static void test_nothing_to_ask_for(void **state)
{
	struct irc_peer *peer = *state;

	irc_peer_make(peer);
	irc_peer_start(peer);
	irc_peer_feed(peer, ":s CAP * LS :sasl=PLAIN tls");
	irc_peer_expect(peer, "CAP END");
	assert_ready(peer);
}

static void test_a_request_without_answer(void **state)
{
	struct irc_peer *peer = *state;

	irc_peer_make(peer);
	irc_peer_start(peer);
	irc_peer_feed(peer, ":s CAP * LS :batch");
	irc_peer_expect(peer, "CAP REQ batch");
	irc_peer_pass(peer, CONN_REGISTER_STEP_MS - 1000);
	irc_peer_expect_none(peer);
	irc_peer_pass(peer, 1000);
	irc_peer_expect(peer, "CAP END");
	assert_ready(peer);
}

static void want_sasl(
	struct irc_peer *peer, enum irc_sasl_mechanism mechanism, bool required)
{
	peer->is_tls = true;
	peer->params.sasl = mechanism;
	peer->params.sasl_account = "user";
	peer->params.sasl_password = "pencil";
	peer->params.sasl_required = required;
	irc_peer_make(peer);
	irc_peer_start(peer);
}

static void offer_sasl(struct irc_peer *peer, const char *value)
{
	irc_peer_feed(peer, ":s CAP * LS :sasl%s", value);
	irc_peer_expect(peer, "CAP REQ sasl");
	irc_peer_feed(peer, ":s CAP * ACK :sasl");
}

static void test_plain(void **state)
{
	struct irc_peer *peer = *state;

	want_sasl(peer, IRC_SASL_PLAIN, true);
	offer_sasl(peer, "=EXTERNAL,PLAIN");
	irc_peer_expect(peer, "AUTHENTICATE PLAIN");
	irc_peer_feed(peer, "AUTHENTICATE :+");
	irc_peer_expect(peer, "AUTHENTICATE AHVzZXIAcGVuY2ls");
	irc_peer_expect_none(peer);
	irc_peer_feed(peer, ":s 900 belfry b!u@h user :You are logged in");
	irc_peer_feed(peer, ":s 903 belfry :SASL successful");
	irc_peer_expect(peer, "CAP END");
	assert_ready(peer);
	assert_string_equal(irc_conn_account(peer->conn), "user");
	irc_peer_feed(peer, ":s 901 belfry b!u@h :You are logged out");
	assert_string_equal(irc_conn_account(peer->conn), "");
}

static void test_scram(void **state)
{
	struct irc_peer *peer = *state;
	struct irc_scram_server server;

	want_sasl(peer, IRC_SASL_SCRAM_SHA_256, true);
	offer_sasl(peer, "");
	irc_peer_expect(peer, "AUTHENTICATE SCRAM-SHA-256");
	irc_peer_feed(peer, "AUTHENTICATE +");
	irc_scram_server_first(&server, irc_peer_next(peer) + 13, 4096);
	irc_peer_feed(peer, "%s", server.line);
	irc_scram_server_final(&server, irc_peer_next(peer) + 13, "pencil");
	assert_true(server.is_proven);
	irc_peer_feed(peer, "%s", server.line);
	irc_peer_expect(peer, "AUTHENTICATE +");
	irc_peer_feed(peer, ":s 903 belfry :ok");
	irc_peer_expect(peer, "CAP END");
	assert_ready(peer);
}

/* One that does not know the password is not talked to any further. */
static void test_scram_with_an_impostor(void **state)
{
	struct irc_peer *peer = *state;
	struct irc_scram_server server;

	want_sasl(peer, IRC_SASL_SCRAM_SHA_256, true);
	offer_sasl(peer, "");
	irc_peer_expect(peer, "AUTHENTICATE SCRAM-SHA-256");
	irc_peer_feed(peer, "AUTHENTICATE +");
	irc_scram_server_first(&server, irc_peer_next(peer) + 13, 4096);
	irc_peer_feed(peer, "%s", server.line);
	irc_scram_server_final(&server, irc_peer_next(peer) + 13, "guess");
	irc_peer_feed(peer, "%s", server.line);
	irc_peer_expect(peer, "AUTHENTICATE *");
	irc_peer_expect_none(peer);
	assert_state(peer, IRC_CONN_WAITING);
	assert_true(irc_peer_log_has(&peer->states, "does not know"));
}

static void test_external(void **state)
{
	struct irc_peer *peer = *state;

	peer->is_tls = true;
	peer->params.sasl = IRC_SASL_EXTERNAL;
	irc_peer_make(peer);
	irc_peer_start(peer);
	offer_sasl(peer, "");
	irc_peer_expect(peer, "AUTHENTICATE EXTERNAL");
	irc_peer_feed(peer, "AUTHENTICATE +");
	irc_peer_expect(peer, "AUTHENTICATE +");
	irc_peer_feed(peer, ":s 903 belfry :ok");
	irc_peer_expect(peer, "CAP END");
}

static void test_refused_and_required(void **state)
{
	struct irc_peer *peer = *state;

	want_sasl(peer, IRC_SASL_PLAIN, true);
	offer_sasl(peer, "");
	irc_peer_expect(peer, "AUTHENTICATE PLAIN");
	irc_peer_feed(peer, "AUTHENTICATE +");
	(void)irc_peer_next(peer);
	irc_peer_feed(peer, ":s 904 belfry :SASL authentication failed");
	assert_state(peer, IRC_CONN_WAITING);
	assert_true(irc_peer_log_has(&peer->states,
		"waiting: SASL refused: SASL PLAIN: SASL authentication "
		"failed (account user); next attempt in "));
	assert_true(irc_peer_pass_until(peer, IRC_CONN_CONNECTING, 400000) >=
		    300000);
}

static void test_refused_and_optional(void **state)
{
	struct irc_peer *peer = *state;

	want_sasl(peer, IRC_SASL_PLAIN, false);
	offer_sasl(peer, "");
	irc_peer_expect(peer, "AUTHENTICATE PLAIN");
	irc_peer_feed(peer, "AUTHENTICATE +");
	(void)irc_peer_next(peer);
	irc_peer_feed(peer, ":s 904 belfry :SASL authentication failed");
	irc_peer_expect(peer, "CAP END");
	assert_ready(peer);
	assert_string_equal(irc_conn_account(peer->conn), "");
}

/* Services are down: some servers say nothing at all. */
static void test_no_answer_to_authenticate(void **state)
{
	struct irc_peer *peer = *state;

	want_sasl(peer, IRC_SASL_PLAIN, false);
	offer_sasl(peer, "");
	irc_peer_expect(peer, "AUTHENTICATE PLAIN");
	irc_peer_pass(peer, CONN_REGISTER_STEP_MS);
	irc_peer_expect(peer, "CAP END");
	assert_ready(peer);
}

static void test_no_answer_and_required(void **state)
{
	struct irc_peer *peer = *state;

	want_sasl(peer, IRC_SASL_PLAIN, true);
	offer_sasl(peer, "");
	irc_peer_expect(peer, "AUTHENTICATE PLAIN");
	irc_peer_pass(peer, CONN_REGISTER_STEP_MS);
	assert_state(peer, IRC_CONN_WAITING);
	/* Soon again: services come back. */
	assert_in_range(irc_peer_pass_until(peer, IRC_CONN_CONNECTING, 60000),
		30000, 40000);
}

static void test_not_to_be_had(void **state)
{
	struct irc_peer *peer = *state;

	want_sasl(peer, IRC_SASL_PLAIN, true);
	irc_peer_feed(peer, ":s CAP * LS :batch");
	irc_peer_expect(peer, "CAP REQ batch");
	irc_peer_feed(peer, ":s CAP * ACK :batch");
	assert_state(peer, IRC_CONN_WAITING);
	assert_true(irc_peer_log_has(&peer->states, "SASL is not to be had"));
	irc_peer_pass_until(peer, IRC_CONN_CONNECTING, 60000);
	irc_peer_start(peer);
	offer_sasl(peer, "=EXTERNAL");
	assert_state(peer, IRC_CONN_WAITING);
	irc_peer_pass_until(peer, IRC_CONN_CONNECTING, 60000);
	irc_peer_start(peer);
	irc_peer_feed(peer, ":s CAP * LS :sasl");
	irc_peer_expect(peer, "CAP REQ sasl");
	irc_peer_feed(peer, ":s CAP * NAK :sasl");
	assert_state(peer, IRC_CONN_WAITING);
	irc_peer_pass_until(peer, IRC_CONN_CONNECTING, 60000);
	irc_peer_start(peer);
	irc_peer_feed(peer, ":s 001 belfry :Welcome"); /* no CAP at all */
	assert_state(peer, IRC_CONN_WAITING);
}

static void test_plain_needs_tls(void **state)
{
	struct irc_peer *peer = *state;

	peer->params.sasl = IRC_SASL_PLAIN;
	peer->params.sasl_account = "user";
	peer->params.sasl_password = "pencil";
	irc_peer_make(peer);
	irc_peer_start(peer);
	offer_sasl(peer, "");
	irc_peer_expect(peer, "CAP END");
}

static void test_plain_on_loopback(void **state)
{
	struct irc_peer *peer = *state;

	peer->servers[0].host = "127.0.0.1";
	peer->params.sasl = IRC_SASL_PLAIN;
	peer->params.sasl_account = "user";
	peer->params.sasl_password = "pencil";
	irc_peer_make(peer);
	irc_peer_start(peer);
	offer_sasl(peer, "");
	irc_peer_expect(peer, "AUTHENTICATE PLAIN");
}

/* Services come back after we went on without them. */
static void test_a_late_login(void **state)
{
	struct irc_peer *peer = *state;

	want_sasl(peer, IRC_SASL_PLAIN, false);
	irc_peer_feed(peer, ":s CAP * LS :cap-notify");
	irc_peer_expect(peer, "CAP REQ cap-notify");
	irc_peer_feed(peer, ":s CAP * ACK :cap-notify");
	irc_peer_expect(peer, "CAP END");
	assert_ready(peer);
	irc_peer_feed(peer, ":s CAP belfry NEW :sasl=PLAIN");
	irc_peer_expect(peer, "CAP REQ sasl");
	irc_peer_feed(peer, ":s CAP belfry ACK :sasl");
	irc_peer_expect(peer, "AUTHENTICATE PLAIN");
	irc_peer_feed(peer, "AUTHENTICATE +");
	irc_peer_expect(peer, "AUTHENTICATE AHVzZXIAcGVuY2ls");
	irc_peer_feed(peer, ":s 900 belfry b!u@h user :You are logged in");
	irc_peer_feed(peer, ":s 903 belfry :ok");
	irc_peer_expect_none(peer);
	assert_string_equal(irc_conn_account(peer->conn), "user");
	irc_peer_pass(peer, CONN_REGISTER_STEP_MS + 1000);
	assert_state(peer, IRC_CONN_READY);
}

static void test_no_end_of_the_motd(void **state)
{
	struct irc_peer *peer = *state;

	irc_peer_make(peer);
	irc_peer_start(peer);
	irc_peer_feed(peer, ":s 376 belfry :too early");
	irc_peer_feed(peer, ":s 001 belfry :Welcome");
	assert_state(peer, IRC_CONN_REGISTERING);
	irc_peer_pass(peer, CONN_REGISTER_MOTD_MS);
	assert_state(peer, IRC_CONN_READY);
}

static void test_isupport_is_read(void **state)
{
	struct irc_peer *peer = *state;

	irc_peer_make(peer);
	irc_peer_start(peer);
	irc_peer_welcome(peer, NULL, "CASEMAPPING=ascii NICKLEN=20");
	assert_int_equal(irc_conn_isupport(peer->conn)->nicklen, 20);
	/* It belongs to the link. */
	irc_peer_close(peer, "x");
	assert_int_equal(irc_conn_isupport(peer->conn)->nicklen, 9);
}

static void test_a_configuration_that_cannot_be_sent(void **state)
{
	struct irc_peer *peer = *state;

	peer->params.username = "two words";
	irc_peer_make(peer);
	irc_peer_link(peer);
	assert_state(peer, IRC_CONN_WAITING);
	assert_true(irc_peer_log_has(&peer->states, "cannot be sent"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_a_server_without_cap),
		TEST(test_password_comes_before_nick),
		TEST(test_webirc_comes_first),
		TEST(test_webirc_without_a_name),
		TEST(test_webirc_is_refused_and_no_matter),
		TEST(test_webirc_about_nobody),
		TEST(test_what_a_light_connection_asks_for),
		TEST(test_capabilities),
		TEST(test_nothing_to_ask_for),
		TEST(test_a_request_without_answer),
		TEST(test_plain),
		TEST(test_scram),
		TEST(test_scram_with_an_impostor),
		TEST(test_external),
		TEST(test_refused_and_required),
		TEST(test_refused_and_optional),
		TEST(test_no_answer_to_authenticate),
		TEST(test_no_answer_and_required),
		TEST(test_not_to_be_had),
		TEST(test_plain_needs_tls),
		TEST(test_plain_on_loopback),
		TEST(test_a_late_login),
		TEST(test_no_end_of_the_motd),
		TEST(test_isupport_is_read),
		TEST(test_a_configuration_that_cannot_be_sent),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
