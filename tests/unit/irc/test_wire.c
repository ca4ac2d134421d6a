#include "irc/wire.h"

#include "../support/net_peer.h"

#include "irc/conn.h"
#include "util/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

struct world {
	struct loop *loop;
	struct irc_conn *conn;
	struct buf states; /* names, a space behind each */
	char why[512];     /* of the last */
	bool is_ready;
	bool is_idle;
	bool is_waiting;
};

static void on_state(struct irc_conn *conn, enum irc_conn_state state,
	const char *why, void *arg)
{
	struct world *world = arg;

	(void)conn;
	buf_addf(&world->states, "%s ", irc_conn_state_name(state));
	(void)snprintf(world->why, sizeof(world->why), "%s", why);
	world->is_ready = world->is_ready || state == IRC_CONN_READY;
	world->is_idle = state == IRC_CONN_IDLE;
	world->is_waiting = world->is_waiting || state == IRC_CONN_WAITING;
}

static void world_init(
	struct world *world, uint16_t port, bool tls, const char *ca_file)
{
	const struct irc_server server = {"127.0.0.1", port};
	const struct irc_conn_events events = {.state = on_state};

	*world = (struct world){.loop = loop_new()};
	buf_init(&world->states, 4096);
	world->conn = irc_conn_new(world->loop,
		&(struct irc_conn_params){
			.name = "test",
			.servers = &server,
			.server_count = 1,
			.nick = "n",
			.username = "u",
			.realname = "r",
			.tls = tls,
			.tls_params = {.ca_file = ca_file},
		},
		&events, world);
	irc_conn_start(world->conn);
}

static void world_release(struct world *world)
{
	irc_conn_free(world->conn);
	loop_free(world->loop);
	buf_release(&world->states);
}

static void script_server(int fd, int n, void *arg)
{
	char text[4096];

	(void)n;
	(void)arg;
	assert_true(net_read_until(fd, "USER u 0 * r\r\n", text, sizeof(text)));
	assert_string_equal(text, "CAP LS 302\r\nNICK n\r\nUSER u 0 * r\r\n");
	/* In pieces, and with LF alone. */
	net_says(fd, ":s 001 n :Wel");
	net_says(fd, "come\n:s 422 n :No MOTD\r\nPING :x\r\n");
	assert_true(net_read_until(fd, "PONG x\r\n", text, sizeof(text)));
	assert_true(net_read_until(fd, "QUIT bye\r\n", text, sizeof(text)));
	net_says(fd, "ERROR :Closing Link: bye\r\n");
}

static void test_a_session_over_tcp(void **state)
{
	struct net_peer *peer = net_peer_new(script_server, NULL);
	struct world world;

	(void)state;
	world_init(&world, net_peer_port(peer), false, NULL);
	net_turn_until(world.loop, &world.is_ready);
	irc_conn_stop(world.conn, "bye");
	net_turn_until(world.loop, &world.is_idle);
	assert_string_equal(world.states.data,
		"connecting registering ready closing idle ");
	assert_string_equal(world.why, "Closing Link: bye");
	world_release(&world);
	net_peer_free(peer);
}

static void script_last_words(int fd, int n, void *arg)
{
	char text[4096];

	(void)n;
	(void)arg;
	assert_true(net_read_until(fd, "USER u 0 * r\r\n", text, sizeof(text)));
	net_says(fd, "ERROR :You are banned\r\n");
}

static void test_last_words_are_heard(void **state)
{
	struct net_peer *peer = net_peer_new(script_last_words, NULL);
	struct world world;

	(void)state;
	world_init(&world, net_peer_port(peer), false, NULL);
	net_turn_until(world.loop, &world.is_waiting);
	assert_non_null(strstr(world.why, "banned: You are banned; next"));
	world_release(&world);
	net_peer_free(peer);
}

static void test_nobody_listens(void **state)
{
	struct world world;

	(void)state;
	world_init(&world, net_closed_port(), false, NULL);
	net_turn_until(world.loop, &world.is_waiting);
	assert_string_equal(world.states.data, "connecting waiting ");
	assert_non_null(strstr(world.why, "refused"));
	world_release(&world);
}

static void test_tls_files_that_are_missing(void **state)
{
	struct world world;

	(void)state;
	world_init(&world, net_closed_port(), true, "/nonexistent/ca.pem");
	net_turn_until(world.loop, &world.is_waiting);
	assert_non_null(strstr(world.why, "/nonexistent/ca.pem"));
	world_release(&world);
}

static void script_no_tls(int fd, int n, void *arg)
{
	(void)n;
	(void)arg;
	net_says(fd, ":s NOTICE * :hello\r\n");
	net_await_close(fd);
}

static void test_tls_to_a_server_without(void **state)
{
	struct net_peer *peer = net_peer_new(script_no_tls, NULL);
	struct world world;

	(void)state;
	world_init(&world, net_peer_port(peer), true, NULL);
	net_turn_until(world.loop, &world.is_waiting);
	assert_string_equal(world.states.data, "connecting waiting ");
	world_release(&world);
	net_peer_free(peer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_session_over_tcp),
		cmocka_unit_test(test_last_words_are_heard),
		cmocka_unit_test(test_nobody_listens),
		cmocka_unit_test(test_tls_files_that_are_missing),
		cmocka_unit_test(test_tls_to_a_server_without),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
