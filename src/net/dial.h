/*
 * A TCP connection to a host: resolves its name and tries each address in
 * turn. Each gets an equal share of the time that is left, so that one that
 * swallows packets does not use it up.
 */
#ifndef NET_DIAL_H
#define NET_DIAL_H

#include "net/loop.h"
#include "util/attr.h"

#include <stddef.h>
#include <stdint.h>

struct dial;

struct dial_target {
	const char *host;
	uint16_t port;
	const char *bind_address; /* a literal, or NULL */
	int64_t timeout_ms;       /* name and connection together */
};

/*
 * `fd` is connected and the callee's, non-blocking, close-on-exec, with
 * TCP_NODELAY and keep-alive set; or -1, and `why` says why for people.
 */
typedef void dial_fn(int fd, const char *why, void *arg);

/* Copies the target. The callback comes once, never from inside this
 * function; afterwards the handle is gone. */
struct dial *dial_start(struct loop *loop, const struct dial_target *target,
	dial_fn *fn, void *arg) MUST_CHECK;
/* The callback never comes. NULL is fine. */
void dial_cancel(struct dial *dial);

/* "no answer within 30 s" */
void dial_describe_timeout(int64_t timeout_ms, char *text, size_t size);
/* As strerror(), without the capital. */
void dial_describe_errno(int error, char *text, size_t size);

#endif
