/*
 * Listening sockets: non-blocking, close-on-exec, for TCP with TCP_NODELAY
 * (which what is accepted inherits). The caller owns the descriptor.
 */
#ifndef NET_LISTEN_H
#define NET_LISTEN_H

#include "util/attr.h"
#include "util/err.h"

#include <stdint.h>

/*
 * "127.0.0.1:8787" or "[::1]:0"; port 0 is any free one. Returns the
 * descriptor; or a negative errno, with `err` naming the address.
 */
int listen_tcp(
	const char *address, uint16_t *ret_port, struct err *err) MUST_CHECK;
/* Is it of that form? 0, or -EINVAL with `err` naming it. */
int listen_check(const char *address, struct err *err) MUST_CHECK;
/*
 * A Unix socket of mode 0600. A socket left behind by a dead process is
 * replaced; one that still answers, or another kind of file, is an error.
 */
int listen_unix(const char *path, struct err *err) MUST_CHECK;

#endif
