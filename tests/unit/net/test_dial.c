#include "net/dial.h"

#include "../support/net_peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { BACKLOG_FILL = 8 };

struct world {
	struct loop *loop;
	bool is_done;
	int fd;
	char why[256];
};

static int setup(void **state)
{
	static struct world world;

	memset(&world, 0, sizeof(world));
	world.loop = loop_new();
	world.fd = -1;
	*state = &world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	if (world->fd >= 0)
		close(world->fd);
	loop_free(world->loop);
	return 0;
}

static void on_dialed(int fd, const char *why, void *arg)
{
	struct world *world = arg;

	assert_false(world->is_done);
	assert_int_equal(fd >= 0, why == NULL);
	world->is_done = true;
	world->fd = fd;
	snprintf(world->why, sizeof(world->why), "%s", why ? why : "");
}

static struct dial *start(struct world *world, const struct dial_target *target)
{
	struct dial *dial = dial_start(world->loop, target, on_dialed, world);

	assert_false(world->is_done);
	return dial;
}

static void dial_it(struct world *world, const struct dial_target *target)
{
	assert_non_null(start(world, target));
	net_turn_until(world->loop, &world->is_done);
}

static void silent(int fd, int n, void *arg)
{
	(void)n;
	(void)arg;
	net_await_close(fd);
}

static void test_connected_socket(void **state)
{
	struct world *world = *state;
	struct net_peer *peer = net_peer_new(silent, NULL);
	int value = 0;
	socklen_t len = sizeof(value);

	dial_it(world, &(struct dial_target){.host = "localhost",
			       .port = net_peer_port(peer),
			       .timeout_ms = NET_PATIENCE_MS});
	assert_true(world->fd >= 0);
	assert_true(fcntl(world->fd, F_GETFD) & FD_CLOEXEC);
	assert_true(fcntl(world->fd, F_GETFL) & O_NONBLOCK);
	assert_int_equal(
		getsockopt(world->fd, IPPROTO_TCP, TCP_NODELAY, &value, &len),
		0);
	assert_true(value != 0);
	close(world->fd);
	world->fd = -1;
	net_peer_free(peer);
}

static void test_refused(void **state)
{
	struct world *world = *state;

	dial_it(world, &(struct dial_target){.host = "127.0.0.1",
			       .port = net_closed_port(),
			       .timeout_ms = NET_PATIENCE_MS});
	assert_string_equal(world->why, "connection refused");
}

static void test_local_address(void **state)
{
	struct world *world = *state;
	struct net_peer *peer = net_peer_new(silent, NULL);
	struct sockaddr_in sin;
	socklen_t len = sizeof(sin);

	dial_it(world, &(struct dial_target){.host = "127.0.0.1",
			       .port = net_peer_port(peer),
			       .bind_address = "127.0.0.2",
			       .timeout_ms = NET_PATIENCE_MS});
	assert_true(world->fd >= 0);
	assert_int_equal(
		getsockname(world->fd, (struct sockaddr *)&sin, &len), 0);
	assert_int_equal(ntohl(sin.sin_addr.s_addr), INADDR_LOOPBACK + 1);
	close(world->fd);
	world->fd = -1;
	net_peer_free(peer);
}

static void test_bad_local_addresses(void **state)
{
	struct world *world = *state;
	struct dial_target target = {.host = "127.0.0.1",
		.port = 1,
		.bind_address = "eth0",
		.timeout_ms = NET_PATIENCE_MS};

	dial_it(world, &target);
	assert_string_equal(world->why, "eth0 is not a local address");
	world->is_done = false;
	target.bind_address = "::1";
	dial_it(world, &target);
	assert_string_equal(
		world->why, "no address of the kind of the local address");
	/* An address that is not of this machine. */
	world->is_done = false;
	target.bind_address = "192.0.2.1";
	dial_it(world, &target);
	assert_non_null(
		strstr(world->why, "; 192.0.2.1 is no address of this host"));
}

/* A listener whose queue is full takes no more: SYNs go unanswered. */
static void test_no_answer(void **state)
{
	struct world *world = *state;
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(sin);
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	int fill[BACKLOG_FILL];

	assert_int_equal(bind(listener, (struct sockaddr *)&sin, len), 0);
	assert_int_equal(listen(listener, 0), 0);
	assert_int_equal(
		getsockname(listener, (struct sockaddr *)&sin, &len), 0);
	for (int i = 0; i < BACKLOG_FILL; i++) {
		fill[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		(void)connect(fill[i], (struct sockaddr *)&sin, len);
	}
	dial_it(world, &(struct dial_target){.host = "127.0.0.1",
			       .port = ntohs(sin.sin_port),
			       .timeout_ms = 300});
	assert_string_equal(world->why, "no answer within 300 ms");
	for (int i = 0; i < BACKLOG_FILL; i++)
		close(fill[i]);
	close(listener);
}

static void test_cancel(void **state)
{
	struct world *world = *state;
	const struct dial_target target = {.host = "127.0.0.1",
		.port = net_closed_port(),
		.timeout_ms = NET_PATIENCE_MS};
	struct dial *dial;

	dial_cancel(NULL);
	dial_cancel(start(world, &target));
	dial = start(world, &target);
	/* The name is resolved in the first turn. */
	loop_turn(world->loop, 0);
	if (!world->is_done)
		dial_cancel(dial);
	world->is_done = false;
	for (int i = 0; i < 5; i++)
		loop_turn(world->loop, 1);
	assert_false(world->is_done);
}

static void test_words(void **state)
{
	char text[64];

	(void)state;
	dial_describe_timeout(30000, text, sizeof(text));
	assert_string_equal(text, "no answer within 30 s");
	dial_describe_timeout(1500, text, sizeof(text));
	assert_string_equal(text, "no answer within 1500 ms");
	dial_describe_errno(ECONNRESET, text, sizeof(text));
	assert_string_equal(text, "connection reset by peer");
	dial_describe_errno(EIO, text, sizeof(text));
	assert_string_equal(text, "input/output error");
}

#define DIAL_TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		DIAL_TEST(test_connected_socket),
		DIAL_TEST(test_refused),
		DIAL_TEST(test_local_address),
		DIAL_TEST(test_bad_local_addresses),
		DIAL_TEST(test_no_answer),
		DIAL_TEST(test_cancel),
		DIAL_TEST(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
