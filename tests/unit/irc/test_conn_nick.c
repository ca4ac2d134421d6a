#include "irc/conn_nick.h"

#include "../support/irc_peer.h"

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

static void test_a_nick_in_use(void **state)
{
	struct irc_peer *peer = *state;

	irc_peer_make(peer);
	irc_peer_start(peer);
	irc_peer_feed(peer, ":s 433 * belfry :Nickname is already in use");
	irc_peer_expect(peer, "NICK belfry_");
	irc_peer_feed(peer, ":s 436 * belfry_ :Nickname collision");
	irc_peer_expect(peer, "NICK belfry__");
	irc_peer_feed(peer, ":s 437 * belfry__ :Nick temporarily unavailable");
	irc_peer_expect(peer, "NICK belfry___");
	irc_peer_feed(peer, ":s 433 * belfry___ :In use");
	irc_peer_expect(peer, "NICK belfry1");
	irc_peer_feed(peer, ":s 001 belfry1 :Welcome");
	irc_peer_feed(peer, ":s 422 belfry1 :No MOTD");
	assert_string_equal(irc_conn_nick(peer->conn), "belfry1");
}

static void test_a_nick_that_is_not_liked(void **state)
{
	struct irc_peer *peer = *state;

	peer->params.nick = "bel.fry-bridge";
	irc_peer_make(peer);
	irc_peer_start(peer);
	irc_peer_feed(peer, ":s 432 * x :Erroneous nickname");
	irc_peer_expect(peer, "NICK bel.fry-b"); /* too long perhaps */
	irc_peer_feed(peer, ":s 432 * x :Erroneous nickname");
	irc_peer_expect(peer, "NICK belfry-br"); /* then odd letters */
	irc_peer_feed(peer, ":s 433 * x :In use");
	irc_peer_expect(peer, "NICK belfry-b_");
	irc_peer_feed(peer, ":s 001 belfry-b_ :Welcome");
	irc_peer_feed(peer, ":s 422 belfry-b_ :No MOTD");
	/* It is of no use to ask again for what cannot be. */
	irc_peer_pass(peer, 50000);
	irc_peer_expect_none(peer);
}

static void test_no_nick_at_all(void **state)
{
	struct irc_peer *peer = *state;

	irc_peer_make(peer);
	irc_peer_start(peer);
	for (int i = 0; i < 50 && peer->fn; i++)
		irc_peer_feed(peer, ":s 433 * x :In use");
	assert_int_equal(irc_conn_state(peer->conn), IRC_CONN_WAITING);
	assert_true(
		irc_peer_log_has(&peer->states, "no nick is accepted: In use"));
}

static void test_001_is_the_truth(void **state)
{
	struct irc_peer *peer = *state;

	peer->params.nick = "belfrybridge";
	irc_peer_make(peer);
	irc_peer_start(peer);
	irc_peer_feed(peer, ":s 001 belfrybri :Welcome");
	assert_string_equal(irc_conn_nick(peer->conn), "belfrybri");
	assert_true(irc_conn_is_own_nick(peer->conn, "BELFRYBRI"));
	irc_peer_feed(peer, ":s 005 belfrybri NICKLEN=9 :x");
	irc_peer_feed(peer, ":s 422 belfrybri :No MOTD");
	/* Cut as this server must: that is the nick we want. */
	irc_peer_pass(peer, 50000);
	irc_peer_expect_none(peer);
}

static void ready_as(struct irc_peer *peer, const char *nick)
{
	irc_peer_make(peer);
	irc_peer_start(peer);
	irc_peer_feed(peer, ":s 001 %s :Welcome", nick);
	irc_peer_feed(peer, ":s 005 %s NICKLEN=20 :x", nick);
	irc_peer_feed(peer, ":s 422 %s :No MOTD", nick);
	irc_peer_expect_none(peer);
}

static void test_regain_by_timer(void **state)
{
	struct irc_peer *peer = *state;

	peer->params.ping_interval_ms = 3600 * 1000;
	ready_as(peer, "belfry_");
	irc_peer_pass(peer, CONN_NICK_RETRY_MS - 1000);
	irc_peer_expect_none(peer);
	irc_peer_pass(peer, 1000);
	irc_peer_expect(peer, "NICK belfry");
	irc_peer_feed(peer, ":s 433 belfry_ belfry :In use");
	irc_peer_expect_none(peer);
	irc_peer_pass(peer, CONN_NICK_RETRY_MS);
	irc_peer_expect(peer, "NICK belfry");
	irc_peer_feed(peer, ":belfry_!u@h NICK :belfry");
	assert_string_equal(irc_conn_nick(peer->conn), "belfry");
	irc_peer_pass(peer, 10 * CONN_NICK_RETRY_MS);
	irc_peer_expect_none(peer);
}

static void test_regain_when_the_holder_goes(void **state)
{
	struct irc_peer *peer = *state;

	ready_as(peer, "belfry_");
	irc_peer_feed(peer, ":other!u@h QUIT :x");
	irc_peer_expect_none(peer);
	irc_peer_feed(peer, ":Belfry!u@h QUIT :x");
	irc_peer_expect(peer, "NICK belfry");
	/* Not for every one of many. */
	irc_peer_feed(peer, ":belfry!u@h NICK else");
	irc_peer_expect_none(peer);
	irc_peer_pass(peer, CONN_NICK_EVENT_MS);
	irc_peer_feed(peer, ":belfry!u@h NICK else");
	irc_peer_expect(peer, "NICK belfry");
}

/* Services take it away each time: the requests become rare. */
static void test_a_war_about_the_nick_calms_down(void **state)
{
	struct irc_peer *peer = *state;
	int asked = 0;

	peer->params.ping_interval_ms = INT64_C(10) * 3600 * 1000;
	ready_as(peer, "belfry");
	for (int s = 0; s < 3600; s++) {
		if (irc_conn_is_own_nick(peer->conn, "belfry"))
			irc_peer_feed(peer, ":belfry!u@h NICK Guest1");
		irc_peer_pass(peer, 1000);
		if (*irc_peer_next(peer)) {
			asked++;
			irc_peer_feed(peer, ":Guest1!u@h NICK belfry");
		}
	}
	assert_in_range(asked, 2, 6);
}

static void test_who_we_are(void **state)
{
	struct irc_peer *peer = *state;
	size_t room;

	ready_as(peer, "belfry");
	/* Before it is known, the longest names are reckoned with. */
	room = irc_conn_text_room(peer->conn, "PRIVMSG", "#a");
	assert_in_range(room, 300, 420);
	irc_peer_feed(peer, ":belfry!bel@short JOIN #a");
	assert_int_equal(irc_conn_text_room(peer->conn, "PRIVMSG", "#a"),
		512 - strlen(":belfry!bel@short PRIVMSG #a :\r\n"));
	irc_peer_feed(peer, ":belfry!bel@short CHGHOST user cloak.example");
	assert_int_equal(irc_conn_text_room(peer->conn, "NOTICE", "#a"),
		512 - strlen(":belfry!user@cloak.example NOTICE #a :\r\n"));
	irc_peer_feed(peer, ":s 396 belfry x.y :is now your displayed host");
	assert_int_equal(irc_conn_text_room(peer->conn, "NOTICE", "#a"),
		512 - strlen(":belfry!user@x.y NOTICE #a :\r\n"));
	irc_peer_feed(peer, ":s 396 belfry user@z :is now your host");
	assert_int_equal(irc_conn_text_room(peer->conn, "NOTICE", "#a"),
		512 - strlen(":belfry!user@z NOTICE #a :\r\n"));
	irc_peer_feed(peer, ":belfry!user@z NICK :belfry-longer");
	assert_int_equal(irc_conn_text_room(peer->conn, "NOTICE", "#a"),
		512 - strlen(":belfry-longer!user@z NOTICE #a :\r\n"));
	irc_peer_feed(peer, ":someone!u@h NICK :other");
	assert_string_equal(irc_conn_nick(peer->conn), "belfry-longer");
}

static void test_a_suffix_through_collisions(void **state)
{
	struct irc_peer *peer = *state;

	peer->params.nick = "bob";
	peer->params.nick_suffix = "[c]";
	irc_peer_make(peer);
	assert_string_equal(irc_conn_wanted_nick(peer->conn), "bob[c]");
	irc_peer_link(peer);
	irc_peer_expect(peer, "CAP LS 302");
	irc_peer_expect(peer, "NICK bob[c]");
	irc_peer_expect(peer, "USER bel 0 * :Bridge of tests");
	irc_peer_feed(peer, ":s 433 * bob[c] :In use");
	irc_peer_expect(peer, "NICK bob2[c]");
	irc_peer_feed(peer, ":s 433 * bob2[c] :In use");
	irc_peer_expect(peer, "NICK bob3[c]");
	irc_peer_feed(peer, ":s 432 * bob3[c] :Erroneous");
	irc_peer_expect(peer, "NICK bob3c"); /* brackets are not liked */
	irc_peer_feed(peer, ":s 001 bob3c :Welcome");
	irc_peer_feed(peer, ":s 005 bob3c NICKLEN=30 :x");
	irc_peer_feed(peer, ":s 422 bob3c :No MOTD");
	irc_peer_expect(peer, "NICK bobc");
	assert_string_equal(irc_conn_wanted_nick(peer->conn), "bobc");
}

static void register_suffixed(struct irc_peer *peer, const char *nick)
{
	peer->params.nick = "alexander.g";
	peer->params.nick_suffix = "[c]";
	peer->params.ping_interval_ms = INT64_C(10) * 3600 * 1000;
	irc_peer_make(peer);
	irc_peer_link(peer);
	irc_peer_expect(peer, "CAP LS 302");
	irc_peer_expect(peer, "NICK %s", nick);
	irc_peer_expect(peer, "USER bel 0 * :Bridge of tests");
}

/* The server cuts the suffix off: once it says where, we do better. */
static void test_a_suffix_that_the_server_cut(void **state)
{
	struct irc_peer *peer = *state;

	register_suffixed(peer, "alexander.g[c]");
	irc_peer_feed(peer, ":s 001 alexander :Welcome");
	irc_peer_feed(peer, ":s 005 alexander NICKLEN=9 :x");
	irc_peer_feed(peer, ":s 422 alexander :No MOTD");
	irc_peer_expect(peer, "NICK alexan[c]");
	irc_peer_feed(peer, ":alexander!u@h NICK alexan[c]");
	assert_string_equal(irc_conn_nick(peer->conn), "alexan[c]");
	irc_peer_pass(peer, 10 * CONN_NICK_RETRY_MS);
	irc_peer_expect_none(peer);
}

/* Cut on a guess, when it was a letter that was not liked. */
static void test_a_suffix_that_has_room_after_all(void **state)
{
	struct irc_peer *peer = *state;

	register_suffixed(peer, "alexander.g[c]");
	irc_peer_feed(peer, ":s 432 * alexander.g[c] :Erroneous");
	irc_peer_expect(peer, "NICK alexan[c]");
	irc_peer_feed(peer, ":s 001 alexan[c] :Welcome");
	irc_peer_feed(peer, ":s 005 alexan[c] NICKLEN=20 :x");
	irc_peer_feed(peer, ":s 422 alexan[c] :No MOTD");
	irc_peer_expect(peer, "NICK alexanderg[c]");
	/* Once: then it is asked for like any nick that somebody has. */
	irc_peer_feed(peer, ":s 433 alexan[c] alexanderg[c] :In use");
	irc_peer_pass(peer, CONN_NICK_RETRY_MS - 1000);
	irc_peer_expect_none(peer);
	irc_peer_pass(peer, 1000);
	irc_peer_expect(peer, "NICK alexanderg[c]");
	/* And given up when it cannot be had in any form. */
	irc_peer_feed(peer, ":s 432 alexan[c] alexanderg[c] :Erroneous");
	irc_peer_pass(peer, CONN_NICK_RETRY_MS);
	irc_peer_expect(peer, "NICK alexandergc");
	irc_peer_feed(peer, ":s 432 alexan[c] alexandergc :Erroneous");
	irc_peer_pass(peer, 10 * CONN_NICK_RETRY_MS);
	irc_peer_expect_none(peer);
}

/* Of another nick, that of RELAYMSG for instance. */
static void test_432_about_something_else(void **state)
{
	struct irc_peer *peer = *state;

	peer->params.ping_interval_ms = 3600 * 1000;
	ready_as(peer, "belfry_");
	irc_peer_feed(peer, ":s 432 belfry_ bob/c :Erroneous");
	irc_peer_pass(peer, CONN_NICK_RETRY_MS);
	irc_peer_expect(peer, "NICK belfry");
}

static void ready_with_monitor(struct irc_peer *peer)
{
	peer->params.ping_interval_ms = INT64_C(10) * 3600 * 1000;
	irc_peer_make(peer);
	irc_peer_start(peer);
	irc_peer_feed(peer, ":s 433 * belfry :In use");
	irc_peer_expect(peer, "NICK belfry_");
	irc_peer_feed(peer, ":s 001 belfry_ :Welcome");
	irc_peer_feed(peer, ":s 005 belfry_ MONITOR=100 NICKLEN=20 :x");
	irc_peer_feed(peer, ":s 422 belfry_ :No MOTD");
	irc_peer_expect(peer, "MONITOR + belfry");
	irc_peer_expect_none(peer);
}

static void test_regain_by_monitor(void **state)
{
	struct irc_peer *peer = *state;

	ready_with_monitor(peer);
	irc_peer_feed(peer, ":s 730 belfry_ :belfry!u@h");
	irc_peer_pass(peer, CONN_NICK_WATCHED_MS - 1000);
	irc_peer_expect_none(peer);
	irc_peer_feed(peer, ":s 731 belfry_ :other,else!u@h");
	irc_peer_expect_none(peer);
	irc_peer_feed(peer, ":s 731 belfry_ :other,Belfry!u@h");
	irc_peer_expect(peer, "NICK belfry");
	irc_peer_feed(peer, ":belfry_!u@h NICK belfry");
	irc_peer_expect(peer, "MONITOR - belfry");
	irc_peer_pass(peer, 2 * CONN_NICK_WATCHED_MS);
	irc_peer_expect_none(peer);
	/* Taken away: watched again. */
	irc_peer_feed(peer, ":belfry!u@h NICK Guest7");
	irc_peer_expect(peer, "MONITOR + belfry");
}

/* Services hold it without being there: 731 at once, and no event ever. */
static void test_monitor_of_a_held_nick(void **state)
{
	struct irc_peer *peer = *state;

	ready_with_monitor(peer);
	irc_peer_feed(peer, ":s 731 belfry_ :belfry");
	irc_peer_expect(peer, "NICK belfry");
	irc_peer_feed(peer, ":s 437 belfry_ belfry :Held");
	irc_peer_feed(peer, ":s 731 belfry_ :belfry");
	irc_peer_expect_none(peer);
	irc_peer_pass(peer, CONN_NICK_WATCHED_MS);
	irc_peer_expect(peer, "NICK belfry");
}

static void test_monitor_is_full(void **state)
{
	struct irc_peer *peer = *state;

	ready_with_monitor(peer);
	irc_peer_feed(peer, ":s 734 belfry_ 100 belfry :Monitor list is full.");
	irc_peer_pass(peer, CONN_NICK_WATCHED_MS);
	irc_peer_expect(peer, "NICK belfry");
	irc_peer_feed(peer, ":s 433 belfry_ belfry :In use");
	irc_peer_pass(peer, CONN_NICK_RETRY_MS);
	irc_peer_expect(peer, "NICK belfry");
}

static void test_the_mask(void **state)
{
	struct irc_peer *peer = *state;

	ready_as(peer, "belfry");
	assert_null(irc_conn_mask(peer->conn));
	irc_peer_feed(peer, ":belfry!bel@host JOIN #a");
	assert_string_equal(irc_conn_mask(peer->conn), "belfry!bel@host");
	irc_peer_feed(peer, ":s 396 belfry cloak :is now your host");
	assert_string_equal(irc_conn_mask(peer->conn), "belfry!bel@cloak");
	irc_peer_close(peer, "gone");
	assert_null(irc_conn_mask(peer->conn));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_a_nick_in_use),
		TEST(test_a_nick_that_is_not_liked),
		TEST(test_no_nick_at_all),
		TEST(test_001_is_the_truth),
		TEST(test_regain_by_timer),
		TEST(test_regain_when_the_holder_goes),
		TEST(test_a_war_about_the_nick_calms_down),
		TEST(test_who_we_are),
		TEST(test_a_suffix_through_collisions),
		TEST(test_a_suffix_that_the_server_cut),
		TEST(test_a_suffix_that_has_room_after_all),
		TEST(test_432_about_something_else),
		TEST(test_regain_by_monitor),
		TEST(test_monitor_of_a_held_nick),
		TEST(test_monitor_is_full),
		TEST(test_the_mask),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
