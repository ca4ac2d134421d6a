#include "net/stream.h"

#include "../support/net_cert.h"
#include "../support/net_peer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum {
	MAX_LINE = 100,
	MAX_UNSENT = 65536,
	FLOOD_BYTES = 4 * 1024 * 1024,
	SEEN_BYTES = 4096,
};

/* Certificates for all tests: making keys takes time. */
struct certs {
	struct net_cert *ca;
	struct net_cert *good;  /* localhost and 127.0.0.1, by ca */
	struct net_cert *other; /* other names, by ca */
	struct net_cert *expired;
	struct net_cert *self; /* signs itself */
};

struct world {
	struct certs *certs;
	struct loop *loop;
	struct stream *stream;
	struct tls_profile *profile;
	bool is_connected;
	bool is_closed;
	bool is_drained;
	bool has_line;
	bool hold_lines;            /* leave lines in the stream */
	bool pause_at_line;         /* after the first line */
	enum stream_event close_at; /* close in this callback ... */
	bool closes;                /* ... if this says so */
	const char *hello;          /* to write when connected */
	char seen[SEEN_BYTES];      /* lines, joined by "|" */
	char last[MAX_LINE + 1];
	size_t lines;
};

static void see(struct world *world, const char *text, size_t len)
{
	size_t at = strlen(world->seen);

	snprintf(world->last, sizeof(world->last), "%s", text);
	world->lines++;
	world->has_line = true;
	if (at + len + 2 > sizeof(world->seen))
		return;
	for (size_t i = 0; i < len; i++)
		world->seen[at++] = text[i] ? text[i] : '@';
	world->seen[at++] = '|';
	world->seen[at] = '\0';
}

static void take_lines(struct world *world)
{
	char *line;
	size_t len;
	int got;

	while ((got = stream_next_line(world->stream, &line, &len)) != 0) {
		if (got < 0)
			see(world, "TOO LONG", 8);
		else
			see(world, line, len);
		if (!world->pause_at_line)
			continue;
		world->pause_at_line = false;
		stream_pause(world->stream);
		return;
	}
}

static void on_stream(struct stream *stream, enum stream_event event, void *arg)
{
	struct world *world = arg;

	assert_ptr_equal(stream, world->stream);
	assert_false(world->is_closed);
	world->is_connected |= event == STREAM_CONNECTED;
	world->is_closed |= event == STREAM_CLOSED;
	world->is_drained |= event == STREAM_DRAINED;
	if (event == STREAM_CONNECTED && world->hello)
		assert_int_equal(stream_write(stream, world->hello,
					 strlen(world->hello)),
			0);
	if (event == STREAM_READABLE && !world->hold_lines)
		take_lines(world);
	if (world->closes && event == world->close_at) {
		stream_close(stream);
		world->stream = NULL;
		world->is_closed = true;
	}
}

static int setup(void **state)
{
	static struct world world;

	memset(&world, 0, sizeof(world));
	world.certs = *state;
	world.loop = loop_new();
	*state = &world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	stream_close(world->stream);
	loop_free(world->loop);
	tls_profile_free(world->profile);
	return 0;
}

static void open_to(struct world *world, const char *host, uint16_t port)
{
	const struct stream_target target = {
		.host = host,
		.port = port,
		.tls = world->profile,
		.connect_timeout_ms = NET_PATIENCE_MS,
		.max_line_bytes = MAX_LINE,
		.max_unsent_bytes = MAX_UNSENT,
	};

	world->stream = stream_connect(world->loop, &target, on_stream, world);
	assert_false(world->is_connected || world->is_closed);
	assert_int_equal(stream_write(world->stream, "x", 1), -ENOTCONN);
}

static void trust(struct world *world, const char *ca_file, const char *pin)
{
	struct err err;
	const struct tls_params params = {
		.ca_file = ca_file, .pin_sha256 = pin};

	world->profile = tls_profile_new(&params, &err);
	assert_non_null(world->profile);
}

static void saying(int fd, int n, void *arg)
{
	(void)n;
	net_says(fd, arg);
}

/* Answers each line with "you said ..." until the client closes. */
static void echoing(int fd, int n, void *arg)
{
	char text[256];

	(void)n;
	(void)arg;
	while (net_read_until(fd, "\n", text, sizeof(text))) {
		net_says(fd, "you said ");
		net_says(fd, text);
	}
}

static void silent(int fd, int n, void *arg)
{
	(void)n;
	(void)arg;
	net_await_close(fd);
}

static void test_lines_then_end(void **state)
{
	static char text[] = "one\r\ntwo\nthree is not finished";
	struct world *world = *state;
	struct net_peer *peer = net_peer_new(saying, text);

	open_to(world, "127.0.0.1", net_peer_port(peer));
	net_turn_until(world->loop, &world->is_closed);
	assert_true(world->is_connected);
	assert_string_equal(world->seen, "one|two|");
	assert_string_equal(stream_why(world->stream), "closed by peer");
	assert_false(stream_is_untrusted(world->stream));
	assert_false(stream_is_tls(world->stream));
	assert_int_equal(stream_write(world->stream, "x", 1), -ENOTCONN);
	net_peer_free(peer);
}

static void test_name_is_resolved(void **state)
{
	static char text[] = "hello\n";
	struct world *world = *state;
	struct net_peer *peer = net_peer_new(saying, text);

	open_to(world, "localhost", net_peer_port(peer));
	net_turn_until(world->loop, &world->is_closed);
	assert_string_equal(world->seen, "hello|");
	net_peer_free(peer);
}

static void test_write_and_drain(void **state)
{
	struct world *world = *state;
	struct net_peer *peer = net_peer_new(echoing, NULL);

	world->hello = "NICK a\r\n";
	open_to(world, "127.0.0.1", net_peer_port(peer));
	net_turn_until(world->loop, &world->is_drained);
	assert_int_equal(stream_unsent(world->stream), 0);
	net_turn_until(world->loop, &world->has_line);
	assert_string_equal(world->seen, "you said NICK a|");
	stream_close(world->stream);
	world->stream = NULL;
	net_peer_free(peer);
}

static void test_long_lines_and_nul(void **state)
{
	static char text[5 * MAX_LINE + 100];
	struct world *world = *state;
	struct net_peer *peer;

	memset(text, 'x', 5 * MAX_LINE);
	snprintf(text + 5 * MAX_LINE, sizeof(text) - 5 * MAX_LINE,
		"\r\nshort\r\n");
	peer = net_peer_new(saying, text);
	open_to(world, "127.0.0.1", net_peer_port(peer));
	net_turn_until(world->loop, &world->is_closed);
	assert_string_equal(world->seen, "TOO LONG|short|");
	net_peer_free(peer);
}

static void saying_nul(int fd, int n, void *arg)
{
	(void)n;
	(void)arg;
	net_say(fd, "a\0b\nc\n", 6);
}

static void test_nul_in_a_line(void **state)
{
	struct world *world = *state;
	struct net_peer *peer = net_peer_new(saying_nul, NULL);

	open_to(world, "127.0.0.1", net_peer_port(peer));
	net_turn_until(world->loop, &world->is_closed);
	assert_string_equal(world->seen, "a@b|c|");
	net_peer_free(peer);
}

/* Counts in `arg` what the client takes before it stops. */
static void flooding(int fd, int n, void *arg)
{
	static char text[65536];
	size_t *sent = arg;
	struct timeval tv = {.tv_usec = 200000};

	(void)n;
	memset(text, 'y', sizeof(text));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv));
	while (*sent < 64 * FLOOD_BYTES) {
		ssize_t did = send(fd, text, sizeof(text), MSG_NOSIGNAL);

		if (did <= 0)
			break;
		*sent += (size_t)did;
	}
}

static void test_endless_line_is_dropped(void **state)
{
	struct world *world = *state;
	size_t sent = 63 * (size_t)FLOOD_BYTES;
	struct net_peer *peer = net_peer_new(flooding, &sent);

	open_to(world, "127.0.0.1", net_peer_port(peer));
	net_turn_until(world->loop, &world->is_closed);
	assert_int_equal(world->lines, 0);
	assert_true(sent >= 64 * (size_t)FLOOD_BYTES);
	net_peer_free(peer);
}

static void test_pause_stops_the_peer(void **state)
{
	struct world *world = *state;
	size_t sent = 0;
	struct net_peer *peer = net_peer_new(flooding, &sent);

	open_to(world, "127.0.0.1", net_peer_port(peer));
	net_turn_until(world->loop, &world->is_connected);
	stream_pause(world->stream);
	/* The peer gives up when the kernel's buffers are full. */
	net_peer_free(peer);
	assert_true(sent < 64 * (size_t)FLOOD_BYTES);
	for (int i = 0; i < 10; i++)
		loop_turn(world->loop, 10);
	assert_false(world->is_closed);
	stream_resume(world->stream);
	stream_resume(world->stream);
	net_turn_until(world->loop, &world->is_closed);
}

/* Lines that nobody takes fill the stream's buffer, and no more. */
static void test_lines_not_taken_stop_the_peer(void **state)
{
	struct world *world = *state;
	size_t sent = 0;
	struct net_peer *peer = net_peer_new(flooding, &sent);

	world->hold_lines = true;
	open_to(world, "127.0.0.1", net_peer_port(peer));
	net_turn_until(world->loop, &world->is_connected);
	for (int i = 0; i < 50; i++)
		loop_turn(world->loop, 10);
	net_peer_free(peer);
	assert_true(sent < 64 * (size_t)FLOOD_BYTES);
	assert_false(world->is_closed);
	take_lines(world);
	world->hold_lines = false;
	net_turn_until(world->loop, &world->is_closed);
}

static void test_pause_keeps_lines_and_end(void **state)
{
	static char text[] = "one\ntwo\nthree\n";
	struct world *world = *state;
	struct net_peer *peer = net_peer_new(saying, text);

	world->pause_at_line = true;
	open_to(world, "127.0.0.1", net_peer_port(peer));
	net_turn_until(world->loop, &world->has_line);
	for (int i = 0; i < 20; i++)
		loop_turn(world->loop, 5);
	assert_string_equal(world->seen, "one|");
	assert_false(world->is_closed);
	stream_resume(world->stream);
	assert_string_equal(world->seen, "one|");
	net_turn_until(world->loop, &world->is_closed);
	assert_string_equal(world->seen, "one|two|three|");
	net_peer_free(peer);
}

static void test_write_limit(void **state)
{
	static char text[MAX_UNSENT + 1];
	struct world *world = *state;
	struct net_peer *peer = net_peer_new(silent, NULL);

	open_to(world, "127.0.0.1", net_peer_port(peer));
	net_turn_until(world->loop, &world->is_connected);
	assert_int_equal(
		stream_write(world->stream, text, sizeof(text)), -ENOBUFS);
	assert_int_equal(stream_unsent(world->stream), 0);
	assert_int_equal(stream_write(world->stream, text, MAX_UNSENT), 0);
	assert_int_equal(stream_write(world->stream, text, 1), -ENOBUFS);
	assert_int_equal(stream_unsent(world->stream), MAX_UNSENT);
	net_turn_until(world->loop, &world->is_drained);
	assert_int_equal(stream_write(world->stream, text, 1), 0);
	stream_close(world->stream);
	world->stream = NULL;
	net_peer_free(peer);
}

/* Reads late and counts. */
static void slow_reader(int fd, int n, void *arg)
{
	size_t *count = arg;
	char text[4096];
	ssize_t did;

	(void)n;
	(void)net_read_until(fd, "\n", text, sizeof(text));
	while ((did = read(fd, text, sizeof(text))) > 0)
		*count += (size_t)did;
}

static void write_much(struct world *world)
{
	static char text[MAX_UNSENT];
	size_t sent = 0;

	memset(text, 'z', sizeof(text));
	assert_int_equal(stream_write(world->stream, "go\n", 3), 0);
	while (sent < FLOOD_BYTES) {
		if (stream_write(world->stream, text, sizeof(text)) == 0) {
			sent += sizeof(text);
			continue;
		}
		world->is_drained = false;
		net_turn_until(world->loop, &world->is_drained);
	}
	while (stream_unsent(world->stream) > 0) {
		world->is_drained = false;
		net_turn_until(world->loop, &world->is_drained);
	}
}

static void test_much_is_written(void **state)
{
	struct world *world = *state;
	size_t count = 0;
	struct net_peer *peer = net_peer_new(slow_reader, &count);

	open_to(world, "127.0.0.1", net_peer_port(peer));
	net_turn_until(world->loop, &world->is_connected);
	write_much(world);
	stream_close(world->stream);
	world->stream = NULL;
	net_peer_free(peer);
	assert_int_equal(count, FLOOD_BYTES);
}

static void test_close_sends_the_last_line(void **state)
{
	struct world *world = *state;
	size_t count = 0;
	struct net_peer *peer = net_peer_new(slow_reader, &count);

	open_to(world, "127.0.0.1", net_peer_port(peer));
	net_turn_until(world->loop, &world->is_connected);
	assert_int_equal(stream_write(world->stream, "go\nQUIT\r\n", 9), 0);
	stream_close(world->stream);
	world->stream = NULL;
	net_peer_free(peer);
	assert_int_equal(count, 6);
}

static void close_at(struct world *world, enum stream_event event)
{
	struct net_peer *peer = net_peer_new(echoing, NULL);

	world->is_connected = false;
	world->is_closed = false;
	world->closes = true;
	world->close_at = event;
	world->hello = "hello\n";
	open_to(world, "127.0.0.1", net_peer_port(peer));
	net_turn_until(world->loop, &world->is_closed);
	for (int i = 0; i < 10; i++)
		loop_turn(world->loop, 1);
	net_peer_free(peer);
}

static void test_close_in_callbacks(void **state)
{
	struct world *world = *state;

	close_at(world, STREAM_CONNECTED);
	close_at(world, STREAM_DRAINED);
	close_at(world, STREAM_READABLE);
}

static void test_close_in_closed(void **state)
{
	struct world *world = *state;

	world->closes = true;
	world->close_at = STREAM_CLOSED;
	open_to(world, "127.0.0.1", net_closed_port());
	net_turn_until(world->loop, &world->is_closed);
	loop_turn(world->loop, 0);
}

static void test_close_while_connecting(void **state)
{
	struct world *world = *state;

	open_to(world, "127.0.0.1", net_closed_port());
	stream_close(world->stream);
	open_to(world, "localhost", net_closed_port());
	stream_close(world->stream);
	world->stream = NULL;
	for (int i = 0; i < 10; i++)
		loop_turn(world->loop, 1);
	assert_false(world->is_closed);
}

static void test_refused(void **state)
{
	struct world *world = *state;

	open_to(world, "127.0.0.1", net_closed_port());
	net_turn_until(world->loop, &world->is_closed);
	assert_false(world->is_connected);
	assert_string_equal(stream_why(world->stream), "connection refused");
}

static void test_silent_tls_server(void **state)
{
	struct world *world = *state;
	struct net_peer *peer = net_peer_new(silent, NULL);
	struct stream_target target = {
		.host = "127.0.0.1",
		.port = net_peer_port(peer),
		.connect_timeout_ms = 1000,
		.max_line_bytes = MAX_LINE,
		.max_unsent_bytes = MAX_UNSENT,
	};

	trust(world, NULL, NULL);
	target.tls = world->profile;
	world->stream = stream_connect(world->loop, &target, on_stream, world);
	net_turn_until(world->loop, &world->is_closed);
	assert_string_equal(stream_why(world->stream),
		"TLS handshake failed: no answer within 1 s");
	assert_false(stream_is_untrusted(world->stream));
	net_peer_free(peer);
}

/* A TLS server: which certificate, and what it was told. */
struct secure {
	const struct net_cert *cert;
	bool wants_client;
	bool cuts; /* closes without a word of TLS */
	char line[64];
};

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
	struct world *world, const char *host, struct secure *secure)
{
	struct net_peer *peer = net_peer_new(secure_script, secure);

	world->hello = "hi\n";
	open_to(world, host, net_peer_port(peer));
	net_turn_until(world->loop, &world->is_closed);
	net_peer_free(peer);
}

static void test_tls_good(void **state)
{
	struct world *world = *state;
	struct secure secure = {.cert = world->certs->good};

	trust(world, world->certs->ca->cert_file, NULL);
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
	struct world *world = *state;
	struct secure secure = {.cert = world->certs->good};

	trust(world, world->certs->ca->cert_file, NULL);
	secure_session(world, "127.0.0.1", &secure);
	assert_string_equal(world->seen, "welcome|bye|");
}

static void test_tls_cut_is_an_end(void **state)
{
	struct world *world = *state;
	struct secure secure = {.cert = world->certs->good, .cuts = true};

	trust(world, world->certs->ca->cert_file, NULL);
	secure_session(world, "localhost", &secure);
	assert_string_equal(world->seen, "welcome|bye|");
	assert_string_equal(stream_why(world->stream), "closed by peer");
}

static void is_refused(struct world *world, const char *host,
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
	struct world *world = *state;

	trust(world, world->certs->ca->cert_file, NULL);
	is_refused(world, "localhost", world->certs->other,
		"certificate is not valid for localhost (it names: "
		"irc.example, *.irc.example, 192.0.2.1)");
}

static void test_tls_wrong_address(void **state)
{
	struct world *world = *state;

	trust(world, world->certs->ca->cert_file, NULL);
	is_refused(world, "127.0.0.1", world->certs->other,
		"certificate is not valid for 127.0.0.1 (it names: "
		"irc.example, *.irc.example, 192.0.2.1)");
}

static void test_tls_self_signed(void **state)
{
	struct world *world = *state;

	trust(world, world->certs->ca->cert_file, NULL);
	is_refused(world, "localhost", world->certs->self,
		"certificate chain is not trusted: self-signed certificate");
}

static void test_tls_expired(void **state)
{
	struct world *world = *state;

	trust(world, world->certs->ca->cert_file, NULL);
	is_refused(world, "localhost", world->certs->expired,
		"certificate chain is not trusted: certificate has expired");
}

static void test_tls_pin(void **state)
{
	struct world *world = *state;
	struct secure secure = {.cert = world->certs->self};

	/* The pin stands for chain and name. */
	trust(world, NULL, world->certs->self->pin);
	secure_session(world, "localhost", &secure);
	assert_string_equal(world->seen, "welcome|bye|");
}

static void test_tls_wrong_pin(void **state)
{
	struct world *world = *state;
	char why[256];

	/* A chain that would do does not help. */
	trust(world, world->certs->ca->cert_file, world->certs->self->pin);
	snprintf(why, sizeof(why),
		"certificate does not match the pin (it is SHA-256 %s)",
		world->certs->good->pin);
	is_refused(world, "localhost", world->certs->good, why);
}

static void test_tls_client_certificate(void **state)
{
	struct world *world = *state;
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
	struct world *world = *state;
	struct net_peer *peer = net_peer_new(saying, text);

	trust(world, NULL, NULL);
	open_to(world, "127.0.0.1", net_peer_port(peer));
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
	struct world *world = *state;
	struct net_peer *peer = net_peer_new(hangs_up, NULL);

	trust(world, NULL, NULL);
	open_to(world, "127.0.0.1", net_peer_port(peer));
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
	struct world *world = *state;
	struct secure secure = {.cert = world->certs->good};
	struct net_peer *peer = net_peer_new(secure_flood, &secure);

	trust(world, world->certs->ca->cert_file, NULL);
	/* A pause in the middle of a record that OpenSSL holds already. */
	world->pause_at_line = true;
	open_to(world, "localhost", net_peer_port(peer));
	net_turn_until(world->loop, &world->has_line);
	stream_resume(world->stream);
	write_much(world);
	net_turn_until(world->loop, &world->is_closed);
	/* Two more: the last piece, and the count. */
	assert_int_equal(world->lines, 20 * 319 + 2);
	assert_int_equal(strtol(world->last, NULL, 10), FLOOD_BYTES + 3);
	net_peer_free(peer);
}

static int make_certs(void **state)
{
	static struct certs certs;

	certs.ca = net_cert_new(&(struct net_cert_params){
		.common_name = "Test CA", .is_ca = true});
	certs.good =
		net_cert_new(&(struct net_cert_params){.common_name = "good",
			.alt_names = "DNS:localhost,IP:127.0.0.1",
			.issuer = certs.ca});
	certs.other = net_cert_new(&(struct net_cert_params){
		.common_name = "localhost",
		.alt_names = "DNS:irc.example,DNS:*.irc.example,IP:192.0.2.1",
		.issuer = certs.ca});
	certs.expired = net_cert_new(
		&(struct net_cert_params){.common_name = "localhost",
			.alt_names = "DNS:localhost",
			.issuer = certs.ca,
			.is_expired = true});
	certs.self = net_cert_new(&(struct net_cert_params){
		.common_name = "localhost", .alt_names = "DNS:localhost"});
	*state = &certs;
	return 0;
}

static int free_certs(void **state)
{
	struct certs *certs = *state;

	net_cert_free(certs->ca);
	net_cert_free(certs->good);
	net_cert_free(certs->other);
	net_cert_free(certs->expired);
	net_cert_free(certs->self);
	return 0;
}

#define STREAM_TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STREAM_TEST(test_lines_then_end),
		STREAM_TEST(test_name_is_resolved),
		STREAM_TEST(test_write_and_drain),
		STREAM_TEST(test_long_lines_and_nul),
		STREAM_TEST(test_nul_in_a_line),
		STREAM_TEST(test_endless_line_is_dropped),
		STREAM_TEST(test_pause_stops_the_peer),
		STREAM_TEST(test_lines_not_taken_stop_the_peer),
		STREAM_TEST(test_pause_keeps_lines_and_end),
		STREAM_TEST(test_write_limit),
		STREAM_TEST(test_much_is_written),
		STREAM_TEST(test_close_sends_the_last_line),
		STREAM_TEST(test_close_in_callbacks),
		STREAM_TEST(test_close_in_closed),
		STREAM_TEST(test_close_while_connecting),
		STREAM_TEST(test_refused),
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
	};

	return cmocka_run_group_tests(tests, make_certs, free_certs);
}
