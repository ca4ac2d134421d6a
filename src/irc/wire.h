/*
 * The byte stream under an IRC connection, as a table of functions: a TCP or
 * TLS stream in the daemon, a script in tests and fuzzers. The rules are those
 * of net/stream.h: `fn` is never called from inside one of these functions, and
 * never after close(); lines are pulled after STREAM_READABLE until there is
 * none.
 */
#ifndef IRC_WIRE_H
#define IRC_WIRE_H

#include "irc/conn.h"
#include "net/stream.h"
#include "util/err.h"

#include <stdbool.h>
#include <stddef.h>

typedef void irc_wire_fn(enum stream_event event, void *arg);

struct irc_wire_target {
	struct loop *loop;
	const struct irc_server *server;
	const struct irc_conn_params *params;
	irc_wire_fn *fn;
	void *arg;
};

struct irc_wire_ops {
	/* Begins to connect; NULL with `err` set when that is impossible. */
	void *(*open)(void *context, const struct irc_wire_target *target,
		struct err *err);
	void (*close)(void *wire);
	/* As stream_next_line() and stream_write(). */
	int (*next_line)(void *wire, char **ret_line, size_t *ret_len);
	int (*write)(void *wire, const void *bytes, size_t len);
	/* As stream_pause() and stream_resume(). */
	void (*pause)(void *wire, bool is_paused);
	const char *(*why)(const void *wire);
	bool (*is_untrusted)(const void *wire);
	bool (*is_tls)(const void *wire);
};

enum {
	IRC_WIRE_LINE_BYTES = 16 * 1024 + 512,
	/* Little: what waits here cannot be taken back. */
	IRC_WIRE_UNSENT_BYTES = 32 * 1024,
};

/* net/stream.h; needs no context. */
extern const struct irc_wire_ops irc_wire_stream;

#endif
