/*
 * The parameters of a request to the control socket:
 * "?mapping=NAME&way=to_irc".
 */
#ifndef DAEMON_CONTROL_QUERY_H
#define DAEMON_CONTROL_QUERY_H

#include "daemon/control_answer.h"
#include "util/buf.h"

enum { CONTROL_VALUE_BYTES = 512 };

/* The value; "" when it is absent, unreadable or longer than `out` takes. */
void control_query(const struct control_request *request, const char *name,
	struct buf *out);
/* The running mapping that parameter `mapping` names, or NULL. */
struct mapping *control_query_mapping(
	const struct control_request *request) MUST_CHECK;

#endif
