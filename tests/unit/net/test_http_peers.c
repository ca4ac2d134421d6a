/* The HTTP client and servers that are not ours. */
#include "net/http.h"

#include "../support/net_cert.h"
#include "../support/net_http_world.h"
#include "../support/net_peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { ROUNDS = 20 };

/* Answers each connection's requests with the text given. */
static void say_script(int fd, int n, void *arg)
{
	char text[4096];

	(void)n;
	while (net_read_until(fd, "\r\n\r\n", text, sizeof(text))) {
		net_says(fd, arg);
		if (strstr(arg, "Connection: close") || !strstr(arg, "HTTP/"))
			break;
	}
}

static void answer_is(
	struct http_world *world, const char *text, enum http_failure failure)
{
	char copy[1024];
	struct net_peer *peer;

	snprintf(copy, sizeof(copy), "%s", text);
	peer = net_peer_new(say_script, copy);
	http_world_get(world, net_peer_port(peer), "/");
	assert_int_equal(world->failure, failure);
	/* Closes what is kept alive: the peer's script ends. */
	http_free(world->http);
	net_peer_free(peer);
	world->http = http_new(world->loop,
		&(struct http_params){.max_connections = 4},
		&(struct err){.code = 0});
}

static void test_odd_answers(void **state)
{
	struct http_world *world = *state;

	answer_is(world, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
		HTTP_OK);
	answer_is(world,
		"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n"
		"Connection: close\r\n\r\nok",
		HTTP_BROKEN);
	answer_is(world, "220 mail.example ESMTP\r\n", HTTP_BROKEN);
	answer_is(world, "\x16\x03\x01\x02\n", HTTP_BROKEN);
	answer_is(world,
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
		"Connection: close\r\n\r\nzz\r\nfoo",
		HTTP_BROKEN);
	answer_is(world,
		"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"
		"Content-Length: 3\r\n\r\nabc",
		HTTP_BROKEN);
	answer_is(world,
		"HTTP/1.1 100 Continue\r\nX: y\r\n\r\n"
		"HTTP/1.1 204 No Content\r\n\r\n",
		HTTP_OK);
	assert_int_equal(world->status, 204);
}

/* 20,000 letters "a", in gzip. */
static const unsigned char bomb[] = {0x1f, 0x8b, 0x8, 0x0, 0x0, 0x0, 0x0, 0x0,
	0x2, 0x3, 0xed, 0xc1, 0x31, 0x1, 0x0, 0x0, 0x0, 0xc2, 0xa0, 0xac, 0xeb,
	0x5f, 0xc2, 0x1a, 0x1e, 0x40, 0x1, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0,
	0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0xf0, 0x60, 0x31, 0x87,
	0xbd, 0xca, 0x20, 0x4e, 0x0, 0x0};

static void bomb_script(int fd, int n, void *arg)
{
	char text[4096];

	(void)n;
	(void)arg;
	if (!net_read_until(fd, "\r\n\r\n", text, sizeof(text)))
		return;
	assert_non_null(strstr(text, "gzip"));
	snprintf(text, sizeof(text),
		"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"
		"Content-Length: %zu\r\n\r\n",
		sizeof(bomb));
	net_says(fd, text);
	net_say(fd, bomb, sizeof(bomb));
	net_await_close(fd);
}

static void test_limit_counts_what_is_unpacked(void **state)
{
	struct http_world *world = *state;
	struct net_peer *peer = net_peer_new(bomb_script, NULL);

	http_world_get(world, net_peer_port(peer), "/");
	assert_int_equal(world->failure, HTTP_TOO_LARGE);
	net_peer_free(peer);
}

static void test_connection_is_kept(void **state)
{
	static char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
	struct http_world *world = *state;
	struct net_peer *peer = net_peer_new(say_script, answer);

	for (int i = 0; i < ROUNDS; i++)
		http_world_get(world, net_peer_port(peer), "/");
	assert_int_equal(world->failure, HTTP_OK);
	assert_int_equal(net_peer_count(peer), 1);
	http_free(world->http);
	world->http = NULL;
	net_peer_free(peer);
}

/* A kept connection that the server closes does not fail the next call. */
static void close_script(int fd, int n, void *arg)
{
	char text[4096];

	(void)n;
	if (net_read_until(fd, "\r\n\r\n", text, sizeof(text)))
		net_says(fd, arg);
}

static void test_closed_idle_connection(void **state)
{
	static char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
	struct http_world *world = *state;
	struct net_peer *peer = net_peer_new(close_script, answer);

	for (int i = 0; i < ROUNDS; i++) {
		http_world_get(world, net_peer_port(peer), "/");
		assert_int_equal(world->failure, HTTP_OK);
	}
	assert_int_equal(net_peer_count(peer), ROUNDS);
	net_peer_free(peer);
}

static void secure_script(int fd, int n, void *arg)
{
	SSL *ssl = net_tls_accept(fd, arg, false);
	char line[256];

	(void)n;
	if (!ssl)
		return;
	while (net_tls_read_line(ssl, line, sizeof(line)))
		if (strcmp(line, "\r") == 0)
			net_tls_says(ssl, "HTTP/1.1 200 OK\r\n"
					  "Content-Length: 6\r\n\r\nsecret");
	net_tls_close(ssl);
}

static void get_secure(struct http_world *world, const struct net_peer *peer,
	const char *host, const char *ca_file)
{
	struct err err;
	char to[64];

	http_free(world->http);
	world->http = http_new(
		world->loop, &(struct http_params){.ca_file = ca_file}, &err);
	assert_non_null(world->http);
	snprintf(to, sizeof(to), "https://%s:%u/", host, net_peer_port(peer));
	assert_non_null(http_world_start(world, "GET", to));
	net_turn_until(world->loop, &world->answered);
	http_free(world->http);
	world->http = NULL;
}

static void test_tls(void **state)
{
	struct http_world *world = *state;
	struct net_cert *cert = net_cert_new(&(struct net_cert_params){
		.common_name = "localhost", .alt_names = "DNS:localhost"});
	struct net_peer *peer = net_peer_new(secure_script, cert);

	get_secure(world, peer, "localhost", cert->cert_file);
	assert_int_equal(world->failure, HTTP_OK);
	assert_string_equal(world->body, "secret");
	get_secure(world, peer, "localhost", NULL);
	assert_int_equal(world->failure, HTTP_UNTRUSTED);
	assert_non_null(strstr(world->why, "certificate"));
	get_secure(world, peer, "127.0.0.1", cert->cert_file);
	assert_int_equal(world->failure, HTTP_UNTRUSTED);
	net_peer_free(peer);
	net_cert_free(cert);
}

/* Says OK to a request for the whole URL, as a proxy must be sent. */
static void proxy_script(int fd, int n, void *arg)
{
	char text[4096];

	(void)n;
	(void)arg;
	while (net_read_until(fd, "\r\n\r\n", text, sizeof(text)))
		net_says(fd,
			strncmp(text, "GET http://far.test/a/../b?c=%2F HTTP",
				36) == 0
				? "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n"
				  "\r\n"
				: "HTTP/1.1 400 Bad\r\n"
				  "Content-Length: 0\r\n\r\n");
}

static void test_through_a_proxy(void **state)
{
	struct http_world *world = *state;
	struct net_peer *peer = net_peer_new(proxy_script, NULL);

	setenv("http_proxy", http_world_url(net_peer_port(peer), ""), 1);
	http_free(world->http);
	world->http = http_new(world->loop,
		&(struct http_params){.max_connections = 4},
		&(struct err){.code = 0});
	assert_non_null(
		http_world_start(world, "GET", "http://far.test/a/../b?c=%2F"));
	net_turn_until(world->loop, &world->answered);
	unsetenv("http_proxy");
	assert_int_equal(world->status, 200);
	http_free(world->http);
	world->http = NULL;
	net_peer_free(peer);
}

#define HTTP_TEST(fn)                                                          \
	cmocka_unit_test_setup_teardown(                                       \
		fn, http_world_setup, http_world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		HTTP_TEST(test_odd_answers),
		HTTP_TEST(test_limit_counts_what_is_unpacked),
		HTTP_TEST(test_connection_is_kept),
		HTTP_TEST(test_closed_idle_connection),
		HTTP_TEST(test_tls),
		HTTP_TEST(test_through_a_proxy),
	};

	/* A proxy of the environment is no matter of these tests. */
	unsetenv("http_proxy");
	unsetenv("https_proxy");
	unsetenv("HTTPS_PROXY");
	unsetenv("all_proxy");
	unsetenv("ALL_PROXY");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
