/*
 * The payload of a parcel to IRC, written and read.
 *
 * The payload is one version byte, one kind byte ('m', 'a', 'n'), the prefix
 * that stands before every line when the bridge speaks, LF, and the text (mIRC
 * formatting, lines separated by LF). Version 2 has a byte 1 (which no text
 * holds) behind that, then who speaks: 's' (may be shown as a person) or 'u'
 * (spoken for by the bridge), the id, LF, the name. A progress is an offset
 * into these bytes, and means the same in both versions, however the text is
 * said.
 */
#ifndef END_IRC_RENDER_H
#define END_IRC_RENDER_H

#include "model/event.h"
#include "util/attr.h"
#include "util/buf.h"
#include "util/str.h"

#include <stdbool.h>
#include <stddef.h>

enum {
	RENDER_PAYLOAD_BYTES = 64 * 1024, /* most of one event */
	RENDER_PREFIX_BYTES = 160,        /* most of a name with its template */
	RENDER_ID_BYTES = 2048,           /* one that is longer is not shown */
};

struct render_params {
	const char *nick_template; /* {name}, {id} */
	bool anti_ping;
};

/*
 * The event as payload. -ENODATA when nothing is left to say, -EMSGSIZE when
 * it is longer than RENDER_PAYLOAD_BYTES.
 */
int render_payload(struct buf *out, const struct event *event,
	const struct render_params *params) MUST_CHECK;

/* The parts of a payload; all borrowed from it. */
struct rendered {
	const char *command; /* PRIVMSG or NOTICE */
	const char *prefix;  /* tells who does it, too, when it is an action */
	size_t prefix_len;
	const char *text;
	size_t text_len;
	size_t text_at; /* offset of the text in the payload */
	bool is_action;
	/* Who says it; empty in version 1. */
	bool is_unshown;
	struct span id;
	struct span name;
};
/* -EINVAL when it is not a payload of a version we know. */
int render_read(
	struct rendered *ret, const char *payload, size_t len) MUST_CHECK;

#endif
