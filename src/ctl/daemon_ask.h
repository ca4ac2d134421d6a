/*
 * What commands about the running daemon share: a request with its parameters,
 * asked through the socket of the configuration that -c names. Failures are
 * told on standard error.
 */
#ifndef CTL_DAEMON_ASK_H
#define CTL_DAEMON_ASK_H

#include "ctl/args.h"
#include "util/attr.h"
#include "util/buf.h"

#include <jansson.h>

enum { DAEMON_TARGET_BYTES = 1024 };

/* Puts "key=value" behind a request's path, escaped. */
void daemon_add_query(struct buf *target, const char *key, const char *value);
/*
 * The answer, owned; or NULL and the exit status: EX_UNAVAILABLE nobody
 * listens, EX_USAGE no socket is known, EX_CONFIG, 1 the daemon refused.
 */
json_t *daemon_ask(const struct args *args, const char *method,
	const char *target, int *ret_status) MUST_CHECK;

#endif
