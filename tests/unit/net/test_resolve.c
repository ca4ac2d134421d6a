#include "net/resolve.h"

#include "../support/net_peer.h"
#include "net/loop_private.h"

#include <arpa/inet.h>
#include <event2/dns.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { PACKET_BYTES = 512, HEADER_BYTES = 12 };

struct world {
	struct loop *loop;
	bool is_done;
	size_t count;
	char first[64];
	char why[256];
	struct resolve *resolve;
	/* A name server on a thread: knows one address, 192.0.2.7. */
	int server;
	pthread_t thread;
};

static int setup(void **state)
{
	static struct world world;

	memset(&world, 0, sizeof(world));
	world.loop = loop_new();
	world.server = -1;
	*state = &world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	loop_free(world->loop);
	if (world->server >= 0) {
		struct sockaddr_in sin;
		socklen_t len = sizeof(sin);

		/* An empty packet ends it. */
		assert_int_equal(getsockname(world->server,
					 (struct sockaddr *)&sin, &len),
			0);
		assert_int_equal(sendto(world->server, "", 0, 0,
					 (struct sockaddr *)&sin, len),
			0);
		pthread_join(world->thread, NULL);
		close(world->server);
	}
	return 0;
}

static void on_answer(const struct resolve_answer *answer, void *arg)
{
	struct world *world = arg;
	char host[INET6_ADDRSTRLEN] = "";
	const struct sockaddr_storage *sa = &answer->addresses[0].sa;
	uint16_t port = 0;

	assert_false(world->is_done);
	world->is_done = true;
	world->count = answer->count;
	snprintf(world->why, sizeof(world->why), "%s", answer->why);
	if (answer->count == 0)
		return;
	if (sa->ss_family == AF_INET6) {
		const struct sockaddr_in6 *sin6 =
			(const struct sockaddr_in6 *)sa;

		inet_ntop(AF_INET6, &sin6->sin6_addr, host, sizeof(host));
		port = ntohs(sin6->sin6_port);
	} else {
		const struct sockaddr_in *sin = (const struct sockaddr_in *)sa;

		inet_ntop(AF_INET, &sin->sin_addr, host, sizeof(host));
		port = ntohs(sin->sin_port);
	}
	snprintf(world->first, sizeof(world->first), "%s %u", host, port);
}

static void start(struct world *world, const char *host)
{
	world->is_done = false;
	world->resolve =
		resolve_start(world->loop, host, 6697, on_answer, world);
	assert_false(world->is_done);
}

static void look_up(struct world *world, const char *host)
{
	start(world, host);
	net_turn_until(world->loop, &world->is_done);
}

/* Answers A with 192.0.2.7 for names that begin with "k", with NXDOMAIN for
 * "n", else not at all; AAAA always with nothing. */
static size_t answer_query(unsigned char *packet, size_t len)
{
	static const unsigned char record[] = {0xc0, HEADER_BYTES, 0, 1, 0, 1,
		0, 0, 0, 60, 0, 4, 192, 0, 2, 7};
	unsigned char letter = packet[HEADER_BYTES + 1];
	bool is_a = packet[len - 3] == 1;

	if (letter != 'k' && letter != 'n')
		return 0;
	packet[2] = 0x81;
	packet[3] = letter == 'n' ? 0x83 : 0x80;
	if (letter == 'k' && is_a) {
		packet[7] = 1;
		memcpy(packet + len, record, sizeof(record));
		len += sizeof(record);
	}
	return len;
}

static void *serve_names(void *arg)
{
	int fd = *(int *)arg;
	unsigned char packet[PACKET_BYTES];
	struct sockaddr_in from;

	for (;;) {
		socklen_t from_len = sizeof(from);
		ssize_t n = recvfrom(fd, packet, PACKET_BYTES - 32, 0,
			(struct sockaddr *)&from, &from_len);
		size_t len;

		if (n <= HEADER_BYTES + 5)
			return NULL;
		len = answer_query(packet, (size_t)n);
		if (len > 0)
			sendto(fd, packet, len, 0, (struct sockaddr *)&from,
				from_len);
	}
}

/* Makes the loop ask our server instead of those of resolv.conf. */
static void use_own_server(struct world *world)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(sin);
	struct evdns_base *dns = loop_dns_acquire(world->loop);

	world->server = socket(AF_INET, SOCK_DGRAM, 0);
	assert_int_equal(bind(world->server, (struct sockaddr *)&sin, len), 0);
	assert_int_equal(
		getsockname(world->server, (struct sockaddr *)&sin, &len), 0);
	assert_int_equal(pthread_create(&world->thread, NULL, serve_names,
				 &world->server),
		0);
	evdns_base_clear_nameservers_and_suspend(dns);
	evdns_base_search_clear(dns);
	assert_int_equal(evdns_base_nameserver_sockaddr_add(
				 dns, (struct sockaddr *)&sin, len, 0),
		0);
	evdns_base_resume(dns);
	loop_dns_release(world->loop, false);
}

static void test_literals(void **state)
{
	struct world *world = *state;

	look_up(world, "192.0.2.1");
	assert_int_equal(world->count, 1);
	assert_string_equal(world->first, "192.0.2.1 6697");
	look_up(world, "2001:db8::1");
	assert_string_equal(world->first, "2001:db8::1 6697");
}

static void test_hosts_file(void **state)
{
	struct world *world = *state;

	look_up(world, "localhost");
	assert_true(world->count >= 1);
	assert_true(strcmp(world->first, "127.0.0.1 6697") == 0 ||
		    strcmp(world->first, "::1 6697") == 0);
}

static void test_dns(void **state)
{
	struct world *world = *state;

	use_own_server(world);
	look_up(world, "known.example");
	assert_int_equal(world->count, 1);
	assert_string_equal(world->first, "192.0.2.7 6697");
}

static void test_no_such_name(void **state)
{
	struct world *world = *state;

	use_own_server(world);
	look_up(world, "none.example");
	assert_int_equal(world->count, 0);
	assert_string_equal(world->why,
		"name none.example does not resolve: there is no such name");
}

static void test_impossible_name(void **state)
{
	struct world *world = *state;
	char host[100];

	use_own_server(world);
	memset(host, 'k', sizeof(host) - 1);
	host[sizeof(host) - 1] = '\0';
	look_up(world, host);
	assert_int_equal(world->count, 0);
	assert_non_null(strstr(world->why, "does not resolve: "));
	look_up(world, "");
	assert_int_equal(world->count, 0);
}

static void test_cancel(void **state)
{
	struct world *world = *state;

	use_own_server(world);
	resolve_cancel(NULL);
	start(world, "192.0.2.1");
	resolve_cancel(world->resolve);
	start(world, "silent.example");
	resolve_cancel(world->resolve);
	start(world, "silent.example");
	for (int i = 0; i < 5; i++)
		loop_turn(world->loop, 5);
	resolve_cancel(world->resolve);
	look_up(world, "known.example");
	/* Cancelled, and the loop goes before evdns can say so. */
	start(world, "silent.example");
	resolve_cancel(world->resolve);
	assert_false(world->is_done);
}

int main(void)
{
#define RESOLVE_TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
	const struct CMUnitTest tests[] = {
		RESOLVE_TEST(test_literals),
		RESOLVE_TEST(test_hosts_file),
		RESOLVE_TEST(test_dns),
		RESOLVE_TEST(test_no_such_name),
		RESOLVE_TEST(test_impossible_name),
		RESOLVE_TEST(test_cancel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
