/* Streams over TLS. */
#include "net/stream.h"

#include "../support/net_cert.h"
#include "../support/net_peer.h"
#include "../support/net_stream_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* A TLS server: which certificate, and what it was told. */
struct secure {
	const struct net_cert *cert;
	bool wants_client;
	bool cuts; /* closes without a word of TLS */
	char line[64];
};

static void silent(int fd, int n, void *arg)
{
	(void)n;
	(void)arg;
	net_await_close(fd);
}

static void saying(int fd, int n, void *arg)
{
	(void)n;
	net_says(fd, arg);
}

static void test_silent_tls_server(void **state)
{
	struct stream_world *world = *state;
	struct net_peer *peer = net_peer_new(silent, NULL);
	struct stream_target target = {
		.host = "127.0.0.1",
		.port = net_peer_port(peer),
		.connect_timeout_ms = 1000,
		.max_line_bytes = MAX_LINE,
		.max_unsent_bytes = MAX_UNSENT,
	};

	stream_world_trust(world, NULL, NULL);
	target.tls = world->profile;
	world->stream = stream_connect(
		world->loop, &target, stream_world_on_stream, world);
	net_turn_until(world->loop, &world->is_closed);
	assert_string_equal(stream_why(world->stream),
		"TLS handshake failed: no answer within 1 s");
	assert_false(stream_is_untrusted(world->stream));
	net_peer_free(peer);
}

static void secure_script(int fd, int n, void *arg)
{
	struct secure *secure = arg;
	SSL *ssl = net_tls_accept(fd, secure->cert, secure->wants_client);

	(void)n;
	if (!ssl)
		return;
	net_tls_says(ssl, "welcome\r\n");
	if (net_tls_read_line(ssl, secure->line, sizeof(secure->line)))
		net_tls_says(ssl, "bye\r\n");
	if (secure->cuts)
		SSL_free(ssl);
	else
		net_tls_close(ssl);
}

/* Connects to a server with that certificate until it closes. */
static void secure_session(
	struct stream_world *world, const char *host, struct secure *secure)
{
	struct net_peer *peer = net_peer_new(secure_script, secure);

	world->hello = "hi\n";
	stream_world_open_to(world, host, net_peer_port(peer));
	net_turn_until(world->loop, &world->is_closed);
	net_peer_free(peer);
}

static void test_tls_good(void **state)
{
	struct stream_world *world = *state;
	struct secure secure = {.cert = world->certs->good};

	stream_world_trust(world, world->certs->ca->cert_file, NULL);
	secure_session(world, "localhost", &secure);
	assert_true(world->is_connected);
	assert_string_equal(secure.line, "hi");
	assert_string_equal(world->seen, "welcome|bye|");
	assert_string_equal(stream_why(world->stream), "closed by peer");
	assert_true(stream_is_tls(world->stream));
	assert_false(stream_is_untrusted(world->stream));
}

static void test_tls_address_and_dot(void **state)
{
	struct stream_world *world = *state;
	struct secure secure = {.cert = world->certs->good};

	stream_world_trust(world, world->certs->ca->cert_file, NULL);
	secure_session(world, "127.0.0.1", &secure);
	assert_string_equal(world->seen, "welcome|bye|");
}

static void test_tls_cut_is_an_end(void **state)
{
	struct stream_world *world = *state;
	struct secure secure = {.cert = world->certs->good, .cuts = true};

	stream_world_trust(world, world->certs->ca->cert_file, NULL);
	secure_session(world, "localhost", &secure);
	assert_string_equal(world->seen, "welcome|bye|");
	assert_string_equal(stream_why(world->stream), "closed by peer");
}

static void is_refused(struct stream_world *world, const char *host,
	const struct net_cert *cert, const char *why)
{
	struct secure secure = {.cert = cert};

	secure_session(world, host, &secure);
	assert_false(world->is_connected);
	assert_string_equal(stream_why(world->stream), why);
	assert_true(stream_is_untrusted(world->stream));
	assert_string_equal(secure.line, "");
}

static void test_tls_wrong_name(void **state)
{
	struct stream_world *world = *state;

	stream_world_trust(world, world->certs->ca->cert_file, NULL);
	is_refused(world, "localhost", world->certs->other,
		"certificate is not valid for localhost (it names: "
		"irc.example, *.irc.example, 192.0.2.1)");
}

static void test_tls_wrong_address(void **state)
{
	struct stream_world *world = *state;

	stream_world_trust(world, world->certs->ca->cert_file, NULL);
	is_refused(world, "127.0.0.1", world->certs->other,
		"certificate is not valid for 127.0.0.1 (it names: "
		"irc.example, *.irc.example, 192.0.2.1)");
}

static void test_tls_self_signed(void **state)
{
	struct stream_world *world = *state;

	stream_world_trust(world, world->certs->ca->cert_file, NULL);
	is_refused(world, "localhost", world->certs->self,
		"certificate chain is not trusted: self-signed certificate");
}

static void test_tls_expired(void **state)
{
	struct stream_world *world = *state;

	stream_world_trust(world, world->certs->ca->cert_file, NULL);
	is_refused(world, "localhost", world->certs->expired,
		"certificate chain is not trusted: certificate has expired");
}

static void test_tls_pin(void **state)
{
	struct stream_world *world = *state;
	struct secure secure = {.cert = world->certs->self};

	/* The pin stands for chain and name. */
	stream_world_trust(world, NULL, world->certs->self->pin);
	secure_session(world, "localhost", &secure);
	assert_string_equal(world->seen, "welcome|bye|");
}

static void test_tls_wrong_pin(void **state)
{
	struct stream_world *world = *state;
	char why[256];

	/* A chain that would do does not help. */
	stream_world_trust(
		world, world->certs->ca->cert_file, world->certs->self->pin);
	snprintf(why, sizeof(why),
		"certificate does not match the pin (it is SHA-256 %s)",
		world->certs->good->pin);
	is_refused(world, "localhost", world->certs->good, why);
}

static void test_tls_client_certificate(void **state)
{
	struct stream_world *world = *state;
	struct secure secure = {
		.cert = world->certs->good, .wants_client = true};
	struct err err;

	world->profile = tls_profile_new(
		&(struct tls_params){
			.ca_file = world->certs->ca->cert_file,
			.cert_file = world->certs->self->cert_file,
			.key_file = world->certs->self->key_file,
		},
		&err);
	assert_non_null(world->profile);
	secure_session(world, "localhost", &secure);
	assert_string_equal(world->seen, "welcome|bye|");
}

static void test_tls_to_a_plain_server(void **state)
{
	static char text[] = ":irc.example NOTICE * :hello\r\n";
	struct stream_world *world = *state;
	struct net_peer *peer = net_peer_new(saying, text);

	stream_world_trust(world, NULL, NULL);
	stream_world_open_to(world, "127.0.0.1", net_peer_port(peer));
	net_turn_until(world->loop, &world->is_closed);
	assert_non_null(
		strstr(stream_why(world->stream), "TLS handshake failed: "));
	assert_false(stream_is_untrusted(world->stream));
	net_peer_free(peer);
}

static void hangs_up(int fd, int n, void *arg)
{
	(void)fd;
	(void)n;
	(void)arg;
}

static void test_tls_hang_up(void **state)
{
	struct stream_world *world = *state;
	struct net_peer *peer = net_peer_new(hangs_up, NULL);

	stream_world_trust(world, NULL, NULL);
	stream_world_open_to(world, "127.0.0.1", net_peer_port(peer));
	net_turn_until(world->loop, &world->is_closed);
	assert_non_null(
		strstr(stream_why(world->stream), "TLS handshake failed: "));
	net_peer_free(peer);
}

/* Sends lines as large records, then counts what comes. */
static void secure_flood(int fd, int n, void *arg)
{
	static char text[16000];
	struct secure *secure = arg;
	SSL *ssl = net_tls_accept(fd, secure->cert, false);
	size_t count = 0;
	int did;

	(void)n;
	if (!ssl)
		return;
	memset(text, 'l', sizeof(text) - 1);
	for (size_t i = 49; i < sizeof(text) - 1; i += 50)
		text[i] = '\n';
	for (int i = 0; i < 20; i++)
		net_tls_says(ssl, text);
	while (count < FLOOD_BYTES + 3 &&
		(did = SSL_read(ssl, text, sizeof(text))) > 0)
		count += (size_t)did;
	snprintf(text, sizeof(text), "\n%zu\n", count);
	net_tls_says(ssl, text);
	net_tls_close(ssl);
}

static void test_tls_much_both_ways(void **state)
{
	struct stream_world *world = *state;
	struct secure secure = {.cert = world->certs->good};
	struct net_peer *peer = net_peer_new(secure_flood, &secure);

	stream_world_trust(world, world->certs->ca->cert_file, NULL);
	/* A pause in the middle of a record that OpenSSL holds already. */
	world->pause_at_line = true;
	stream_world_open_to(world, "localhost", net_peer_port(peer));
	net_turn_until(world->loop, &world->has_line);
	stream_resume(world->stream);
	stream_world_write_much(world);
	net_turn_until(world->loop, &world->is_closed);
	/* Two more: the last piece, and the count. */
	assert_int_equal(world->lines, 20 * 319 + 2);
	assert_int_equal(strtol(world->last, NULL, 10), FLOOD_BYTES + 3);
	net_peer_free(peer);
}

/* Two records with 319 lines each, then silence. */
static void secure_two_records(int fd, int n, void *arg)
{
	static char text[16000];
	const struct secure *secure = arg;
	SSL *ssl = net_tls_accept(fd, secure->cert, false);
	char line[16];

	(void)n;
	if (!ssl)
		return;
	memset(text, 'l', sizeof(text) - 1);
	for (size_t i = 49; i < sizeof(text) - 1; i += 50)
		text[i] = '\n';
	net_tls_says(ssl, text);
	net_tls_says(ssl, text);
	(void)net_tls_read_line(ssl, line, sizeof(line));
	net_tls_close(ssl);
}

/* Nobody takes lines: the stream is full in the middle of the second record,
 * of which the socket says nothing any more. */
static void test_tls_full_in_a_record(void **state)
{
	struct stream_world *world = *state;
	struct secure secure = {.cert = world->certs->good};
	struct net_peer *peer = net_peer_new(secure_two_records, &secure);

	stream_world_trust(world, world->certs->ca->cert_file, NULL);
	world->hold_lines = true;
	stream_world_open_to(world, "localhost", net_peer_port(peer));
	net_turn_until(world->loop, &world->is_connected);
	for (int i = 0; i < 50; i++)
		loop_turn(world->loop, 10);
	world->hold_lines = false;
	stream_world_take_lines(world);
	assert_true(world->lines >= 319);
	while (world->lines < 2 * 319) {
		world->has_line = false;
		net_turn_until(world->loop, &world->has_line);
	}
	stream_close(world->stream);
	world->stream = NULL;
	net_peer_free(peer);
}

#define STREAM_TEST(fn)                                                        \
	cmocka_unit_test_setup_teardown(                                       \
		fn, stream_world_setup, stream_world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STREAM_TEST(test_silent_tls_server),
		STREAM_TEST(test_tls_good),
		STREAM_TEST(test_tls_address_and_dot),
		STREAM_TEST(test_tls_cut_is_an_end),
		STREAM_TEST(test_tls_wrong_name),
		STREAM_TEST(test_tls_wrong_address),
		STREAM_TEST(test_tls_self_signed),
		STREAM_TEST(test_tls_expired),
		STREAM_TEST(test_tls_pin),
		STREAM_TEST(test_tls_wrong_pin),
		STREAM_TEST(test_tls_client_certificate),
		STREAM_TEST(test_tls_to_a_plain_server),
		STREAM_TEST(test_tls_hang_up),
		STREAM_TEST(test_tls_much_both_ways),
		STREAM_TEST(test_tls_full_in_a_record),
	};

	return cmocka_run_group_tests(
		tests, stream_world_make_certs, stream_world_free_certs);
}
