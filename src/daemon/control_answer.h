/*
 * What one request to the control socket is answered: an HTTP status, and
 * JSON. What the routes of control.c and the files behind them share.
 */
#ifndef DAEMON_CONTROL_ANSWER_H
#define DAEMON_CONTROL_ANSWER_H

#include "daemon/wire.h"
#include "util/attr.h"
#include "util/str.h"

#include <jansson.h>
#include <stdint.h>

struct unmaps;

/* Borrowed for the call. */
struct control_request {
	struct wire *wire;
	struct unmaps *unmaps;
	struct span query;
	int64_t started_ms; /* monotonic: when the daemon began */
};

struct control_answer {
	int status;
	json_t *body; /* owned */
};

static inline struct control_answer control_ok(json_t *body)
{
	return (struct control_answer){200, body};
}

static inline struct control_answer control_refuse(int status, const char *why)
{
	return (struct control_answer){
		status, json_pack("{s:s}", "error", why)};
}

#endif
