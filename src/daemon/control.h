/*
 * The operator's door: HTTP over a Unix socket that only the daemon's user and
 * root can open. Answers are JSON; refusals are {"error": "..."}.
 *
 *	GET  /v1/status
 *	GET  /v1/aside[?mapping=NAME]
 *	POST /v1/aside/retry?mapping=NAME&way=to_irc|to_chime&seq=N
 *	POST /v1/aside/forget?...
 *	POST /v1/pause?mapping=NAME[&by=WHO], /v1/resume
 *	POST /v1/resync?mapping=NAME[&confirm=1]
 *	GET  /v1/members?mapping=NAME, /v1/bans, /v1/moderators,
 *	     /v1/attributes
 *	POST /v1/ban?mapping=NAME&who=WHO[&for=2h][&reason=TEXT][&by=WHO]
 *	POST /v1/unban?mapping=NAME&who=WHO[&by=WHO]
 *	     (both: "denied", the sides where the bridge may not)
 *	POST /v1/unmap?mapping=NAME[&delete_channel=1]
 *	GET  /v1/unmap?mapping=NAME
 *
 * One request at a time per connection, 16 KiB at most.
 */
#ifndef DAEMON_CONTROL_H
#define DAEMON_CONTROL_H

#include "daemon/wire.h"
#include "net/loop.h"
#include "util/attr.h"
#include "util/err.h"

struct control;

/* The wire is borrowed. NULL with `err`: the socket cannot be made. */
struct control *control_new(struct loop *loop, const char *path,
	struct wire *wire, struct err *err) MUST_CHECK;
/* Before the wire, and not a turn of the loop between. NULL is fine. */
void control_free(struct control *control);

#endif
