/*
 * The one thing that goes forward: something happened on one side of a
 * mapping. An end makes it from its wire's words, the bridge hands it on, the
 * other end puts it into its own words. `const` and valid for the call only.
 */
#ifndef MODEL_EVENT_H
#define MODEL_EVENT_H

#include "model/person.h"
#include "model/text.h"

#include <stdint.h>

enum event_kind {
	EVENT_MESSAGE,
	EVENT_ACTION, /* "/me waves" */
	EVENT_NOTICE, /* something automatic said it: never answered */
};

/* Whose doing it was; the loop guard decides by this alone. */
enum event_origin {
	ORIGIN_PERSON,
	ORIGIN_SELF,  /* we caused it ourselves (own user, puppet, own nick) */
	ORIGIN_BRIDGE /* it carries the mark of a bridge, ours or another's */
};

struct event {
	enum event_kind kind;
	enum event_origin origin;
	struct person sender;
	const struct text *text;
	/*
	 * The id the source gave it (Chime MessageId, IRC msgid); "" when the
	 * source has none. Identifies the event for ever on that source.
	 */
	const char *source_id;
	/*
	 * Where it stands in the source's own order, in ms of the source's
	 * clock. Several events may share a position.
	 */
	int64_t position;
	/* The source's clock minus ours, as far as the end knows: how old it is
	 * must not depend on a clock of ours that is wrong or jumps. */
	int64_t clock_off_ms;
};

#endif
