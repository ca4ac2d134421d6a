#include "net_stream_world.h"

#include "net_peer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void see(struct stream_world *world, const char *text, size_t len)
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

void stream_world_take_lines(struct stream_world *world)
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

void stream_world_on_stream(
	struct stream *stream, enum stream_event event, void *arg)
{
	struct stream_world *world = arg;

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
		stream_world_take_lines(world);
	if (world->closes && event == world->close_at) {
		stream_close(stream);
		world->stream = NULL;
		world->is_closed = true;
	}
}

int stream_world_setup(void **state)
{
	static struct stream_world world;

	memset(&world, 0, sizeof(world));
	world.certs = *state;
	world.loop = loop_new();
	*state = &world;
	return 0;
}

int stream_world_teardown(void **state)
{
	struct stream_world *world = *state;

	stream_close(world->stream);
	loop_free(world->loop);
	tls_profile_free(world->profile);
	return 0;
}

void stream_world_open_to(
	struct stream_world *world, const char *host, uint16_t port)
{
	const struct stream_target target = {
		.host = host,
		.port = port,
		.tls = world->profile,
		.connect_timeout_ms = NET_PATIENCE_MS,
		.max_line_bytes = MAX_LINE,
		.max_unsent_bytes = MAX_UNSENT,
	};

	world->stream = stream_connect(
		world->loop, &target, stream_world_on_stream, world);
	assert_false(world->is_connected || world->is_closed);
	assert_int_equal(stream_write(world->stream, "x", 1), -ENOTCONN);
}

void stream_world_trust(
	struct stream_world *world, const char *ca_file, const char *pin)
{
	struct err err;
	const struct tls_params params = {
		.ca_file = ca_file, .pin_sha256 = pin};

	world->profile = tls_profile_new(&params, &err);
	assert_non_null(world->profile);
}

void stream_world_write_much(struct stream_world *world)
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

int stream_world_make_certs(void **state)
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

int stream_world_free_certs(void **state)
{
	struct certs *certs = *state;

	net_cert_free(certs->ca);
	net_cert_free(certs->good);
	net_cert_free(certs->other);
	net_cert_free(certs->expired);
	net_cert_free(certs->self);
	return 0;
}
