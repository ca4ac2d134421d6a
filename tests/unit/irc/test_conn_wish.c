#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "irc/conn_wish.h"

#include "../support/irc_peer.h"

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

static void up(struct irc_peer *peer)
{
	irc_peer_make(peer);
	irc_peer_start(peer);
	irc_peer_welcome(peer, NULL, "CHANTYPES=# NICKLEN=20");
}

static void test_rename(void **state)
{
	struct irc_peer *peer = *state;
	up(peer);
	irc_conn_rename(peer->conn, "belfry");
	irc_peer_turn(peer);
	irc_peer_expect_none(peer);
	irc_conn_rename(peer->conn, "tower");
	irc_peer_turn(peer);
	irc_peer_expect(peer, "NICK tower");
	irc_peer_expect_none(peer);
	irc_peer_feed(peer, ":belfry!u@h NICK tower");
	assert_string_equal(irc_conn_nick(peer->conn), "tower");
	/* It is what is worked for from now on. */
	irc_peer_feed(peer, ":tower!u@h NICK Guest1");
	irc_peer_pass(peer, 150 * 1000);
	assert_non_null(strstr(peer->written.data, "NICK tower\r\n"));
	assert_null(strstr(peer->written.data, "NICK belfry\r\n"));
}

static void test_rename_before(void **state)
{
	struct irc_peer *peer = *state;
	irc_peer_make(peer);
	irc_conn_rename(peer->conn, "tower");
	assert_string_equal(irc_conn_nick(peer->conn), "tower");
	peer->params.nick = "tower";
	irc_peer_start(peer);
}

/* The nick that was asked for is the old one. */
static void test_rename_while_registering(void **state)
{
	struct irc_peer *peer = *state;
	irc_peer_make(peer);
	irc_peer_start(peer);
	irc_conn_rename(peer->conn, "tower");
	irc_peer_welcome(peer, NULL, "CHANTYPES=# NICKLEN=20");
	assert_string_equal(irc_conn_nick(peer->conn), "belfry");
	irc_peer_turn(peer);
	irc_peer_expect(peer, "NICK tower");
	irc_peer_expect_none(peer);
}

/* Nobody is called by their old name because another has the new one. */
static void test_rename_to_what_is_taken(void **state)
{
	struct irc_peer *peer = *state;
	up(peer);
	irc_conn_rename(peer->conn, "tower");
	irc_peer_turn(peer);
	irc_peer_expect(peer, "NICK tower");
	irc_peer_feed(peer, ":s 433 belfry other :in use");
	irc_peer_turn(peer);
	irc_peer_expect_none(peer);
	irc_peer_feed(peer, ":s 433 belfry tower :in use");
	irc_peer_turn(peer);
	irc_peer_expect(peer, "NICK tower_");
	irc_peer_feed(peer, ":s 433 belfry tower_ :in use");
	irc_peer_turn(peer);
	irc_peer_expect(peer, "NICK tower__");
	irc_peer_feed(peer, ":belfry!u@h NICK tower__");
	irc_peer_turn(peer);
	irc_peer_expect_none(peer);
	/* Then it waits for the first. */
	irc_peer_feed(peer, ":tower!x@y QUIT :bye");
	irc_peer_pass(peer, 61 * 1000);
	assert_non_null(strstr(peer->written.data, "NICK tower\r\n"));
	irc_peer_feed(peer, ":s 433 tower__ tower :in use");
	irc_peer_turn(peer);
	assert_null(strstr(peer->written.data, "NICK tower_\r\n"));
}

static void test_leave(void **state)
{
	struct irc_peer *peer = *state;
	up(peer);
	irc_peer_join(peer, "#a");
	irc_conn_leave(peer->conn, "#a", "so long");
	irc_peer_turn(peer);
	irc_peer_expect(peer, "PART #a :so long");
	irc_peer_expect_none(peer);
	irc_peer_feed(peer, ":belfry!bel@here PART #a");
	irc_peer_join(peer, "#a");
	irc_conn_leave(peer->conn, "#a", NULL);
	irc_peer_turn(peer);
	irc_peer_expect(peer, "PART #a");
	irc_conn_leave(peer->conn, "#nowhere", "x");
	irc_peer_turn(peer);
	irc_peer_expect_none(peer);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_rename),
		T(test_rename_before),
		T(test_rename_while_registering),
		T(test_rename_to_what_is_taken),
		T(test_leave),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
