/*
 * A record of the state file as one line of JSON, and back. Members are those
 * that the kind of record has, all of them, in the order of the manual; text
 * that is not UTF-8, or has a NUL in it, is {"base64": "..."}.
 *
 * The format is versioned: STATE_JSON_VERSION is in the first line of an
 * export, see belfryctl(1).
 */
#ifndef CTL_STATE_JSON_H
#define CTL_STATE_JSON_H

#include "model/store.h"
#include "util/attr.h"
#include "util/buf.h"
#include "util/err.h"

#include <jansson.h>

enum { STATE_JSON_VERSION = 1, STATE_JSON_TEXTS = 8 };

/* A record that was read: its strings are in `texts`. */
struct state_row {
	struct store_record record;
	struct buf texts[STATE_JSON_TEXTS];
};

/* A new reference. */
json_t *state_json_of(const struct store_record *record) MUST_CHECK;

/* -EINVAL with `err`: not a record, or one with other members than its kind
 * has. Release the row in any case. */
int state_json_read(const json_t *object, struct state_row *ret,
	struct err *err) MUST_CHECK;
void state_row_release(struct state_row *row);

/* "cursor", "done", "intent", "outbox", "aside", "fact"; of the way "to_irc",
 * "to_chime". */
const char *state_kind_name(enum store_kind kind);
const char *state_way_name(enum lane_way way);

#endif
