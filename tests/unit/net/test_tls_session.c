#include "net/tls_session.h"

#include "../support/net_cert.h"
#include "../support/net_peer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct world {
	struct net_cert *cert; /* names localhost and an address */
	struct net_peer *peer;
	struct tls_profile *profile;
	int fd;
	struct tls_session *session;
};

static void script(int fd, int n, void *arg)
{
	SSL *ssl = net_tls_accept(fd, arg, false);
	char line[64];

	(void)n;
	if (!ssl)
		return;
	if (net_tls_read_line(ssl, line, sizeof(line)))
		net_tls_says(ssl, line);
	net_tls_close(ssl);
}

static int setup(void **state)
{
	static struct world world;
	struct err err;

	/* A loop has SIGPIPE ignored. */
	loop_free(loop_new());
	world.cert = net_cert_new(&(struct net_cert_params){
		.common_name = "no name",
		.alt_names = "DNS:localhost,DNS:*.irc.example,IP:127.0.0.1,"
			     "IP:::1"});
	world.peer = net_peer_new(script, world.cert);
	world.profile = tls_profile_new(
		&(struct tls_params){.ca_file = world.cert->cert_file}, &err);
	*state = &world;
	return world.profile ? 0 : -1;
}

static int teardown(void **state)
{
	struct world *world = *state;

	net_peer_free(world->peer);
	tls_profile_free(world->profile);
	net_cert_free(world->cert);
	return 0;
}

static void open_session(struct world *world, const char *host)
{
	world->fd = net_dial(net_peer_port(world->peer));
	assert_int_equal(fcntl(world->fd, F_SETFL, O_NONBLOCK), 0);
	world->session = tls_session_new(world->profile, host, world->fd);
}

static void close_session(struct world *world)
{
	tls_session_free(world->session);
	close(world->fd);
}

static void wait_for_socket(struct world *world)
{
	struct pollfd pfd = {.fd = world->fd, .events = POLLIN};

	if (tls_session_wants_write(world->session))
		pfd.events = POLLOUT;
	assert_int_equal(poll(&pfd, 1, NET_PATIENCE_MS), 1);
}

static ssize_t shake_hands(struct world *world)
{
	ssize_t n;

	while ((n = tls_session_handshake(world->session)) == -EAGAIN)
		wait_for_socket(world);
	return n;
}

static ssize_t read_some(struct world *world, char *text, size_t size)
{
	ssize_t n;

	while ((n = tls_session_read(world->session, text, size)) == -EAGAIN)
		wait_for_socket(world);
	return n;
}

static void test_life(void **state)
{
	struct world *world = *state;
	char text[8];

	open_session(world, "localhost");
	assert_int_equal(shake_hands(world), 1);
	assert_int_equal(tls_session_write(world->session, "abcdefg\n", 8), 8);
	/* In two pieces: the second is no longer in the socket. */
	assert_int_equal(read_some(world, text, 3), 3);
	assert_true(tls_session_has_pending(world->session));
	assert_int_equal(read_some(world, text, 8), 4);
	assert_memory_equal(text, "defg", 4);
	assert_false(tls_session_has_pending(world->session));
	assert_int_equal(read_some(world, text, 8), 0);
	assert_string_equal(tls_session_why(world->session), "");
	assert_false(tls_session_is_untrusted(world->session));
	close_session(world);
	tls_session_free(NULL);
}

static void test_names_that_match(void **state)
{
	static const char *const hosts[] = {
		"LocalHost", "localhost.", "a.irc.example", "127.0.0.1", "::1"};
	struct world *world = *state;

	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		open_session(world, hosts[i]);
		assert_int_equal(shake_hands(world), 1);
		close_session(world);
	}
}

static void test_names_that_do_not(void **state)
{
	static const char *const hosts[] = {"localhost2", "irc.example",
		"a.b.irc.example", "no name", "127.0.0.2", "::2"};
	struct world *world = *state;

	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		open_session(world, hosts[i]);
		assert_true(shake_hands(world) < 0);
		assert_true(tls_session_is_untrusted(world->session));
		assert_non_null(
			strstr(tls_session_why(world->session), hosts[i]));
		assert_non_null(strstr(tls_session_why(world->session),
			"(it names: localhost, *.irc.example, 127.0.0.1, "
			"::1)"));
		close_session(world);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_life),
		cmocka_unit_test(test_names_that_match),
		cmocka_unit_test(test_names_that_do_not),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
