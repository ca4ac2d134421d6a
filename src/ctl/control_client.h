/*
 * Asking the running daemon, through its control socket: one request, one
 * answer, blocking.
 */
#ifndef CTL_CONTROL_CLIENT_H
#define CTL_CONTROL_CLIENT_H

#include "config/belfry.h"
#include "util/attr.h"
#include "util/err.h"

#include <jansson.h>

/*
 * `target` is path and query: "/v1/status". The answer, owned; or NULL with
 * `err`: -ENOENT the configuration names no socket, -ECONNREFUSED nobody
 * listens there, -EPROTO the daemon refused, with its reason.
 */
json_t *control_ask(const struct belfry_config *config, const char *method,
	const char *target, struct err *err) MUST_CHECK;

#endif
