/*
 * What is sent to a Chime channel: the payload of a parcel, and the Metadata
 * that marks a message as a bridge's.
 *
 * The payload is compact JSON: {"v":1, "name", "kind", "content"} and, when a
 * puppet is to say it, "id": the person's id, percent-encoded (an IRC nick
 * may be any bytes). The Metadata is one line:
 * {"belfry":{"v":1, "kind", "tok", "time", "id"}} with the idempotency token,
 * by which a restart can find the message, when it was said (ISO 8601), and the
 * source's id of it. What the bridge itself says is of the kind "note".
 */
#ifndef END_CHIME_CONTENT_H
#define END_CHIME_CONTENT_H

#include "model/event.h"
#include "util/attr.h"
#include "util/buf.h"

#include <jansson.h>
#include <stdbool.h>

enum { CONTENT_BYTES = 4096 }; /* of UTF-8; longer is cut, with an ellipsis */

/* Pure: the event as payload. Who has no puppet (none at all, or is_unshown) is
 * named in the text. -ENODATA: nothing to say. */
int content_prepare(struct buf *out, const struct event *event,
	bool has_puppets) MUST_CHECK;

struct content {
	json_t *root; /* what the strings are borrowed from */
	const char *name;
	const char *kind; /* message, action, notice */
	const char *content;
	char *person_id; /* owned; NULL: the bridge's user says it */
};
/* -EINVAL: not a payload of a version we know. Release it after use. */
int content_read(
	struct content *ret, const char *payload, size_t len) MUST_CHECK;
/* What the bridge itself says: plain text, any bytes. Release it after use. */
void content_note(struct content *ret, const char *text);
void content_release(struct content *content);

struct content_mark {
	const char *kind;
	const char *source_id; /* or "" */
	const char *token;
	int64_t said_ms; /* wall */
};
/* The same bytes for the same mark, at most 1024; owned. */
char *content_metadata(const struct content_mark *mark) MUST_CHECK;

/* What was to be said by a puppet, in the words of the bridge's own user, with
 * the name in front. Cut to CONTENT_BYTES. Owned. */
char *content_spoken_for(const struct content *content) MUST_CHECK;

/* "(14:02 UTC) " before what was said at another time than it is sent; with
 * the date when that is a day ago or more. Cut to CONTENT_BYTES. Owned. */
char *content_late(
	const char *content, int64_t said_ms, int64_t sent_ms) MUST_CHECK;

#endif
