#include "net/stream.h"

#include "net/dial.h"
#include "net/lines.h"
#include "net/loop_private.h"
#include "net/tls_session.h"
#include "util/alloc.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The most that OpenSSL puts into one record. */
enum { TLS_CHUNK_BYTES = 16384 };

enum stream_state {
	STREAM_IS_DIALING,
	STREAM_IS_SECURING, /* TLS handshake */
	STREAM_IS_OPEN,
	STREAM_HAS_FAILED, /* STREAM_CLOSED is told */
	STREAM_IS_GONE,    /* closed; the memory goes at the end of the turn */
};

struct stream {
	struct loop *loop;
	enum stream_state state;
	stream_fn *fn;
	void *arg;
	char *host;
	struct tls_profile *tls;
	size_t max_unsent_bytes;
	int64_t timeout_ms;
	int64_t end_ms; /* of the time to connect */
	struct dial *dial;
	struct timer *handshake_deadline;
	int fd;
	struct tls_session *session;
	struct event *readable;
	struct event *writable;
	struct lines lines;
	struct evbuffer *unsent;
	bool is_reading; /* `readable` is added */
	bool is_paused;
	bool is_flush_due;
	bool must_announce; /* lines wait that came before a pause */
	bool is_untrusted;
	char *why; /* NULL: nothing happened */
};

static void stream_tell(struct stream *stream, enum stream_event event)
{
	if (stream->state != STREAM_IS_GONE)
		stream->fn(stream, event, stream->arg);
}

static void stream_drop_socket(struct stream *stream)
{
	if (stream->readable)
		event_free(TAKE(stream->readable));
	if (stream->writable)
		event_free(TAKE(stream->writable));
	stream->is_reading = false;
	tls_session_free(TAKE(stream->session));
	if (stream->fd >= 0)
		close(stream->fd);
	stream->fd = -1;
}

/* Only on the way from the loop: it calls the owner. */
static void stream_fail(struct stream *stream, const char *why)
{
	if (stream->state >= STREAM_HAS_FAILED)
		return;
	set_string(&stream->why, why);
	stream->state = STREAM_HAS_FAILED;
	timer_cancel(stream->handshake_deadline);
	stream_drop_socket(stream);
	stream_tell(stream, STREAM_CLOSED);
}

/* `error` is 0 for the end of the stream, or a negative errno. */
static void stream_fail_errno(struct stream *stream, ssize_t error)
{
	char text[128] = "closed by peer";

	if (stream->session && *tls_session_why(stream->session)) {
		stream->is_untrusted =
			tls_session_is_untrusted(stream->session);
		stream_fail(stream, tls_session_why(stream->session));
		return;
	}
	if (error != 0 && error != -EPIPE)
		dial_describe_errno((int)-error, text, sizeof(text));
	stream_fail(stream, text);
}

/* Watches for what can be read, when there is a place to put it. */
static void stream_update_reading(struct stream *stream)
{
	bool want = !stream->is_paused && lines_has_room(&stream->lines);

	if (stream->state != STREAM_IS_OPEN)
		return;
	if (want && !stream->is_reading)
		event_add(stream->readable, NULL);
	else if (!want && stream->is_reading)
		event_del(stream->readable);
	stream->is_reading = want;
	/* The socket stays silent about what OpenSSL has read already. */
	if (want && stream->session && tls_session_has_pending(stream->session))
		event_active(stream->readable, EV_READ, 0);
}

static ssize_t stream_receive(struct stream *stream, char *room, size_t size)
{
	ssize_t n;

	if (stream->session) {
		n = tls_session_read(stream->session, room, size);
		if (n == -EAGAIN && tls_session_wants_write(stream->session))
			event_add(stream->writable, NULL);
		return n;
	}
	n = recv(stream->fd, room, size, 0);
	return n >= 0 ? n : -errno;
}

/* Reads what is there. Returns -EAGAIN, or how the stream ended. */
static ssize_t stream_fill(struct stream *stream, bool *ret_got)
{
	ssize_t n = -EAGAIN;

	do {
		size_t size;
		char *room = lines_room(&stream->lines, &size);

		if (size == 0)
			return -EAGAIN;
		n = stream_receive(stream, room, size);
		if (n <= 0)
			return n == -EINTR ? -EAGAIN : n;
		lines_commit(&stream->lines, (size_t)n);
		*ret_got = true;
	} while (stream->session && tls_session_has_pending(stream->session));
	return -EAGAIN;
}

/* A peer that has Nagle's algorithm on waits for the acknowledgement, which
 * the kernel would delay by 40 ms. The option does not last. */
static void stream_acknowledge(const struct stream *stream)
{
	int one = 1;

	(void)setsockopt(
		stream->fd, IPPROTO_TCP, TCP_QUICKACK, &one, sizeof(one));
}

static void stream_read(struct stream *stream)
{
	bool got = stream->must_announce;
	ssize_t end;

	stream->must_announce = false;
	end = stream_fill(stream, &got);
	if (got) {
		stream_acknowledge(stream);
		stream_tell(stream, STREAM_READABLE);
	}
	if (stream->state != STREAM_IS_OPEN)
		return;
	lines_rest(&stream->lines);
	/* Paused within: the end will still be there after the pause. */
	if (end != -EAGAIN && !stream->is_paused)
		stream_fail_errno(stream, end);
	else
		stream_update_reading(stream);
}

static ssize_t stream_send(struct stream *stream)
{
	size_t len = evbuffer_get_length(stream->unsent);
	ssize_t n;

	if (!stream->session) {
		n = evbuffer_write(stream->unsent, stream->fd);
		return n >= 0 ? n : -errno;
	}
	if (len > TLS_CHUNK_BYTES)
		len = TLS_CHUNK_BYTES;
	n = tls_session_write(stream->session,
		evbuffer_pullup(stream->unsent, (ev_ssize_t)len), len);
	if (n > 0)
		evbuffer_drain(stream->unsent, (size_t)n);
	return n;
}

/* Returns 0 when all is sent, -EAGAIN when the rest must wait. */
static ssize_t stream_flush(struct stream *stream)
{
	while (evbuffer_get_length(stream->unsent) > 0) {
		ssize_t n = stream_send(stream);

		if (n == -EINTR)
			continue;
		if (n <= 0)
			return n == 0 ? -EPIPE : n;
	}
	return 0;
}

/* What the peer said last often tells why it no longer listens. */
static void stream_fail_writing(struct stream *stream, ssize_t error)
{
	bool got = false;

	if (!stream->is_paused) {
		(void)stream_fill(stream, &got);
		if (got)
			stream_tell(stream, STREAM_READABLE);
	}
	if (stream->state == STREAM_IS_OPEN)
		stream_fail_errno(stream, error);
}

/* Over TLS a write may have to wait for what the peer says. */
static void stream_await_writable(struct stream *stream)
{
	if (!stream->session || tls_session_wants_write(stream->session))
		event_add(stream->writable, NULL);
}

static void stream_do_flush(struct stream *stream)
{
	ssize_t error;

	if (stream->state != STREAM_IS_OPEN ||
		evbuffer_get_length(stream->unsent) == 0)
		return;
	error = stream_flush(stream);
	if (error == 0)
		stream_tell(stream, STREAM_DRAINED);
	else if (error == -EAGAIN)
		stream_await_writable(stream);
	else
		stream_fail_writing(stream, error);
}

static void stream_on_flush(void *arg)
{
	struct stream *stream = arg;

	stream->is_flush_due = false;
	stream_do_flush(stream);
}

static void stream_opened(struct stream *stream)
{
	timer_cancel(stream->handshake_deadline);
	stream->state = STREAM_IS_OPEN;
	stream_tell(stream, STREAM_CONNECTED);
	stream_update_reading(stream);
}

static void stream_handshake(struct stream *stream)
{
	ssize_t n = tls_session_handshake(stream->session);

	if (n == 1) {
		event_del(stream->readable);
		stream_opened(stream);
		return;
	}
	if (n != -EAGAIN) {
		stream_fail_errno(stream, n);
		return;
	}
	if (tls_session_wants_write(stream->session)) {
		event_del(stream->readable);
		event_add(stream->writable, NULL);
	} else {
		event_add(stream->readable, NULL);
	}
}

static void stream_on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct stream *stream = arg;

	(void)fd;
	(void)what;
	if (stream->state == STREAM_IS_SECURING) {
		stream_handshake(stream);
		return;
	}
	if (!stream->is_paused)
		stream_read(stream);
	/* Over TLS a write may have waited for this. */
	if (stream->state == STREAM_IS_OPEN && stream->session)
		stream_do_flush(stream);
}

static void stream_on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct stream *stream = arg;

	(void)fd;
	(void)what;
	if (stream->state == STREAM_IS_SECURING) {
		stream_handshake(stream);
		return;
	}
	stream_do_flush(stream);
	/* Over TLS a read may have waited for this. */
	if (stream->state == STREAM_IS_OPEN && stream->session &&
		!stream->is_paused)
		stream_read(stream);
}

static void stream_on_late_handshake(void *arg)
{
	struct stream *stream = arg;
	char text[64];
	char why[128];

	dial_describe_timeout(stream->timeout_ms, text, sizeof(text));
	snprintf(why, sizeof(why), "TLS handshake failed: %s", text);
	stream_fail(stream, why);
}

static void stream_on_dialed(int fd, const char *why, void *arg)
{
	struct stream *stream = arg;
	struct event_base *base = loop_base(stream->loop);

	stream->dial = NULL;
	if (fd < 0) {
		stream_fail(stream, why);
		return;
	}
	stream->fd = fd;
	stream->readable = net_must(event_new(
		base, fd, EV_READ | EV_PERSIST, stream_on_readable, stream));
	stream->writable = net_must(
		event_new(base, fd, EV_WRITE, stream_on_writable, stream));
	if (!stream->tls) {
		stream_opened(stream);
		return;
	}
	stream->state = STREAM_IS_SECURING;
	stream->session = tls_session_new(stream->tls, stream->host, fd);
	timer_arm(stream->handshake_deadline,
		stream->end_ms - loop_now_ms(stream->loop));
	stream_handshake(stream);
}

struct stream *stream_connect(struct loop *loop,
	const struct stream_target *target, stream_fn *fn, void *arg)
{
	struct stream *stream = xcalloc(1, sizeof(*stream));
	const struct dial_target dial = {
		.host = target->host,
		.port = target->port,
		.bind_address = target->bind_address,
		.timeout_ms = target->connect_timeout_ms,
	};

	stream->loop = loop;
	stream->fn = fn;
	stream->arg = arg;
	stream->fd = -1;
	stream->host = xstrdup(target->host);
	stream->tls = target->tls;
	stream->max_unsent_bytes = target->max_unsent_bytes;
	stream->timeout_ms = target->connect_timeout_ms;
	stream->end_ms = loop_now_ms(loop) + target->connect_timeout_ms;
	lines_init(&stream->lines, target->max_line_bytes);
	stream->unsent = net_must(evbuffer_new());
	stream->handshake_deadline =
		timer_new(loop, stream_on_late_handshake, stream);
	stream->dial = dial_start(loop, &dial, stream_on_dialed, stream);
	return stream;
}

static void stream_free_memory(void *arg)
{
	struct stream *stream = arg;

	lines_release(&stream->lines);
	evbuffer_free(stream->unsent);
	free(stream->host);
	free(stream->why);
	free(stream);
}

void stream_close(struct stream *stream)
{
	if (!stream || stream->state == STREAM_IS_GONE)
		return;
	if (stream->state == STREAM_IS_OPEN)
		(void)stream_flush(stream);
	stream->state = STREAM_IS_GONE;
	dial_cancel(TAKE(stream->dial));
	timer_free(TAKE(stream->handshake_deadline));
	stream_drop_socket(stream);
	loop_defer(stream->loop, stream_free_memory, stream);
}

int stream_next_line(struct stream *stream, char **ret_line, size_t *ret_len)
{
	int ret = lines_next(&stream->lines, ret_line, ret_len);

	if (ret == 0 && !stream->is_reading)
		stream_update_reading(stream);
	return ret;
}

int stream_write(struct stream *stream, const void *bytes, size_t len)
{
	size_t unsent = evbuffer_get_length(stream->unsent);

	if (stream->state != STREAM_IS_OPEN)
		return -ENOTCONN;
	if (len > stream->max_unsent_bytes ||
		unsent > stream->max_unsent_bytes - len)
		return -ENOBUFS;
	if (evbuffer_add(stream->unsent, bytes, len) != 0)
		abort();
	/* At the end of the turn: many lines, one system call. */
	if (!stream->is_flush_due && unsent == 0 && len > 0) {
		stream->is_flush_due = true;
		loop_defer(stream->loop, stream_on_flush, stream);
	}
	return 0;
}

size_t stream_unsent(const struct stream *stream)
{
	return evbuffer_get_length(stream->unsent);
}

void stream_pause(struct stream *stream)
{
	stream->is_paused = true;
	stream_update_reading(stream);
}

void stream_resume(struct stream *stream)
{
	if (!stream->is_paused)
		return;
	stream->is_paused = false;
	stream_update_reading(stream);
	if (stream->state == STREAM_IS_OPEN &&
		!lines_is_empty(&stream->lines)) {
		stream->must_announce = true;
		event_active(stream->readable, EV_READ, 0);
	}
}

const char *stream_why(const struct stream *stream)
{
	return stream->why ? stream->why : "";
}

bool stream_is_untrusted(const struct stream *stream)
{
	return stream->is_untrusted;
}

bool stream_is_tls(const struct stream *stream)
{
	return stream->tls != NULL;
}
