/*
 * The control socket's requests about what was set aside: messages and lines
 * that the other side would never take, or that became too old.
 */
#ifndef DAEMON_CONTROL_ASIDE_H
#define DAEMON_CONTROL_ASIDE_H

#include "daemon/control_answer.h"

/* Of the mapping that the query names, or of all. */
struct control_answer control_aside_list(
	const struct control_request *request) MUST_CHECK;
/* The one that the query names by mapping, way and seq. */
struct control_answer control_aside_retry(
	const struct control_request *request) MUST_CHECK;
struct control_answer control_aside_forget(
	const struct control_request *request) MUST_CHECK;

#endif
