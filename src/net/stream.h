/*
 * One byte stream over TCP or TLS, read by lines: what an IRC connection
 * needs. Name resolution never blocks (evdns); each address of a name is tried
 * in turn; TCP_NODELAY is set, and TCP_QUICKACK after reads (a server that
 * leaves Nagle on would else stall 40 ms per line). What is sent and not
 * acknowledged within 30 s ends the stream.
 *
 * The callback may close the stream. It is never called from inside a
 * function of this header, and never after stream_close(). Memory per stream
 * is bounded by max_line_bytes + 16 KiB in, max_unsent_bytes out: a peer that
 * sends faster than lines are taken waits.
 */
#ifndef NET_STREAM_H
#define NET_STREAM_H

#include "net/loop.h"
#include "net/tls.h"
#include "util/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stream;

enum stream_event {
	STREAM_CONNECTED, /* once; TLS, when asked for, is verified */
	STREAM_READABLE,  /* new bytes: call stream_next_line() until it says 0
			   */
	STREAM_DRAINED,   /* the write buffer became empty */
	STREAM_CLOSED, /* failed or ended, see stream_why(); call stream_close()
			*/
};

typedef void stream_fn(
	struct stream *stream, enum stream_event event, void *arg);

struct stream_target {
	const char *host; /* name or address literal */
	uint16_t port;
	const char *bind_address;   /* local address, or NULL */
	struct tls_profile *tls;    /* borrowed until close; NULL: plain */
	int64_t connect_timeout_ms; /* name, TCP and TLS together */
	size_t max_line_bytes;      /* longest line accepted */
	size_t max_unsent_bytes;    /* ceiling of the write buffer */
};

/* Strings are copied. Never NULL; failures arrive as STREAM_CLOSED. */
struct stream *stream_connect(struct loop *loop,
	const struct stream_target *target, stream_fn *fn,
	void *arg) MUST_CHECK;
/* Closes at once and frees. Of what is unsent only what the kernel takes right
 * now still goes. NULL is fine. */
void stream_close(struct stream *stream);

/*
 * The next whole line without its LF or CRLF. Returns 1 and a terminated line,
 * the caller's to change, valid until the next call or the end of the callback;
 * 0 when there is none; -EMSGSIZE when a line longer than max_line_bytes was
 * dropped (call again). A line may hold NUL bytes, hence the length. Still
 * gives what came before the end after STREAM_CLOSED.
 */
int stream_next_line(
	struct stream *stream, char **ret_line, size_t *ret_len) MUST_CHECK;

/* Sent at the end of the turn. 0; -ENOBUFS at max_unsent_bytes (nothing is
 * written); -ENOTCONN. */
int stream_write(
	struct stream *stream, const void *bytes, size_t len) MUST_CHECK;
/* Bytes not yet handed to the kernel. */
size_t stream_unsent(const struct stream *stream);

/* Stop and go on reading (bytes wait in the kernel, and so does the peer's
 * close). Lines left over are announced again after the pause. */
void stream_pause(struct stream *stream);
void stream_resume(struct stream *stream);

/* Why it closed, for people: "connection refused", "certificate of … is not
 * valid for irc.example.org". Valid until stream_close(). */
const char *stream_why(const struct stream *stream);
/* Was it the peer's certificate (name, chain, pin)? Retrying soon is useless.
 */
bool stream_is_untrusted(const struct stream *stream);
bool stream_is_tls(const struct stream *stream);

#endif
