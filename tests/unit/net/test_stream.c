#include "net/stream.h"

#include "../support/net_peer.h"
#include "../support/net_stream_world.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

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
	struct stream_world *world = *state;
	struct net_peer *peer = net_peer_new(saying, text);

	stream_world_open_to(world, "127.0.0.1", net_peer_port(peer));
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
	struct stream_world *world = *state;
	struct net_peer *peer = net_peer_new(saying, text);

	stream_world_open_to(world, "localhost", net_peer_port(peer));
	net_turn_until(world->loop, &world->is_closed);
	assert_string_equal(world->seen, "hello|");
	net_peer_free(peer);
}

static void test_write_and_drain(void **state)
{
	struct stream_world *world = *state;
	struct net_peer *peer = net_peer_new(echoing, NULL);

	world->hello = "NICK a\r\n";
	stream_world_open_to(world, "127.0.0.1", net_peer_port(peer));
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
	struct stream_world *world = *state;
	struct net_peer *peer;

	memset(text, 'x', 5 * MAX_LINE);
	snprintf(text + 5 * MAX_LINE, sizeof(text) - 5 * MAX_LINE,
		"\r\nshort\r\n");
	peer = net_peer_new(saying, text);
	stream_world_open_to(world, "127.0.0.1", net_peer_port(peer));
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
	struct stream_world *world = *state;
	struct net_peer *peer = net_peer_new(saying_nul, NULL);

	stream_world_open_to(world, "127.0.0.1", net_peer_port(peer));
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
	struct stream_world *world = *state;
	size_t sent = 63 * (size_t)FLOOD_BYTES;
	struct net_peer *peer = net_peer_new(flooding, &sent);

	stream_world_open_to(world, "127.0.0.1", net_peer_port(peer));
	net_turn_until(world->loop, &world->is_closed);
	assert_int_equal(world->lines, 0);
	assert_true(sent >= 64 * (size_t)FLOOD_BYTES);
	net_peer_free(peer);
}

static void test_pause_stops_the_peer(void **state)
{
	struct stream_world *world = *state;
	size_t sent = 0;
	struct net_peer *peer = net_peer_new(flooding, &sent);

	stream_world_open_to(world, "127.0.0.1", net_peer_port(peer));
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
	struct stream_world *world = *state;
	size_t sent = 0;
	struct net_peer *peer = net_peer_new(flooding, &sent);

	world->hold_lines = true;
	stream_world_open_to(world, "127.0.0.1", net_peer_port(peer));
	net_turn_until(world->loop, &world->is_connected);
	for (int i = 0; i < 50; i++)
		loop_turn(world->loop, 10);
	net_peer_free(peer);
	assert_true(sent < 64 * (size_t)FLOOD_BYTES);
	assert_false(world->is_closed);
	stream_world_take_lines(world);
	world->hold_lines = false;
	net_turn_until(world->loop, &world->is_closed);
}

static void test_pause_keeps_lines_and_end(void **state)
{
	static char text[] = "one\ntwo\nthree\n";
	struct stream_world *world = *state;
	struct net_peer *peer = net_peer_new(saying, text);

	world->pause_at_line = true;
	stream_world_open_to(world, "127.0.0.1", net_peer_port(peer));
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
	struct stream_world *world = *state;
	struct net_peer *peer = net_peer_new(silent, NULL);

	stream_world_open_to(world, "127.0.0.1", net_peer_port(peer));
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

static void test_much_is_written(void **state)
{
	struct stream_world *world = *state;
	size_t count = 0;
	struct net_peer *peer = net_peer_new(slow_reader, &count);

	stream_world_open_to(world, "127.0.0.1", net_peer_port(peer));
	net_turn_until(world->loop, &world->is_connected);
	stream_world_write_much(world);
	stream_close(world->stream);
	world->stream = NULL;
	net_peer_free(peer);
	assert_int_equal(count, FLOOD_BYTES);
}

static void test_close_sends_the_last_line(void **state)
{
	struct stream_world *world = *state;
	size_t count = 0;
	struct net_peer *peer = net_peer_new(slow_reader, &count);

	stream_world_open_to(world, "127.0.0.1", net_peer_port(peer));
	net_turn_until(world->loop, &world->is_connected);
	assert_int_equal(stream_write(world->stream, "go\nQUIT\r\n", 9), 0);
	stream_close(world->stream);
	world->stream = NULL;
	net_peer_free(peer);
	assert_int_equal(count, 6);
}

static void close_at(struct stream_world *world, enum stream_event event)
{
	struct net_peer *peer = net_peer_new(echoing, NULL);

	world->is_connected = false;
	world->is_closed = false;
	world->closes = true;
	world->close_at = event;
	world->hello = "hello\n";
	stream_world_open_to(world, "127.0.0.1", net_peer_port(peer));
	net_turn_until(world->loop, &world->is_closed);
	for (int i = 0; i < 10; i++)
		loop_turn(world->loop, 1);
	net_peer_free(peer);
}

static void test_close_in_callbacks(void **state)
{
	struct stream_world *world = *state;

	close_at(world, STREAM_CONNECTED);
	close_at(world, STREAM_DRAINED);
	close_at(world, STREAM_READABLE);
}

static void test_close_in_closed(void **state)
{
	struct stream_world *world = *state;

	world->closes = true;
	world->close_at = STREAM_CLOSED;
	stream_world_open_to(world, "127.0.0.1", net_closed_port());
	net_turn_until(world->loop, &world->is_closed);
	loop_turn(world->loop, 0);
}

static void test_close_while_connecting(void **state)
{
	struct stream_world *world = *state;

	stream_world_open_to(world, "127.0.0.1", net_closed_port());
	stream_close(world->stream);
	stream_world_open_to(world, "localhost", net_closed_port());
	stream_close(world->stream);
	world->stream = NULL;
	for (int i = 0; i < 10; i++)
		loop_turn(world->loop, 1);
	assert_false(world->is_closed);
}

static void test_refused(void **state)
{
	struct stream_world *world = *state;

	stream_world_open_to(world, "127.0.0.1", net_closed_port());
	net_turn_until(world->loop, &world->is_closed);
	assert_false(world->is_connected);
	assert_string_equal(stream_why(world->stream), "connection refused");
}

#define STREAM_TEST(fn)                                                        \
	cmocka_unit_test_setup_teardown(                                       \
		fn, stream_world_setup, stream_world_teardown)

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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
