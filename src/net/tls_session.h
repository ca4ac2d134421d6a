/*
 * One client's TLS session over a connected, non-blocking socket: handshake,
 * read, write; and in words why it is not to be trusted. Used by the stream;
 * the profile must outlive it.
 */
#ifndef NET_TLS_SESSION_H
#define NET_TLS_SESSION_H

#include "net/tls.h"
#include "util/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct tls_session;

/* `host` is a name or an address literal. The descriptor stays the caller's. */
struct tls_session *tls_session_new(
	struct tls_profile *profile, const char *host, int fd) MUST_CHECK;
/* Tells the peer when the session is in order. Does not close the socket. */
void tls_session_free(struct tls_session *session);

/*
 * These return what was done (the handshake: 1), 0 for the end of the stream,
 * -EAGAIN when the socket must first be readable or, when
 * tls_session_wants_write() says so, writable; another negative errno when the
 * session is broken, see tls_session_why().
 */
ssize_t tls_session_handshake(struct tls_session *session) MUST_CHECK;
ssize_t tls_session_read(
	struct tls_session *session, void *bytes, size_t size) MUST_CHECK;
ssize_t tls_session_write(
	struct tls_session *session, const void *bytes, size_t len) MUST_CHECK;

/* What the last call that returned -EAGAIN waits for. */
bool tls_session_wants_write(const struct tls_session *session);
/* Bytes are at hand that the socket will not announce any more. */
bool tls_session_has_pending(const struct tls_session *session);
/* For people; "" while nothing is wrong. */
const char *tls_session_why(const struct tls_session *session);
/* The peer's certificate was refused. */
bool tls_session_is_untrusted(const struct tls_session *session);

#endif
