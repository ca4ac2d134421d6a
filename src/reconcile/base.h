/*
 * What both sides last agreed on about one person, and what was begun since:
 * the durable part of an entry, as JSON in the fact space "base" under
 * "MAPPING|KIND|PERSON ID".
 *
 * A change is noted here (`is_doing`) before it is asked for: when the process
 * dies in between, the side where it came from is believed.
 */
#ifndef RECONCILE_BASE_H
#define RECONCILE_BASE_H

#include "reconcile/merge.h"
#include "reconcile/reconcile.h"
#include "reconcile/ruleset.h"
#include "util/attr.h"

#include <stdbool.h>
#include <stdint.h>

enum { BASE_BYTES_MAX = 32 * 1024, BASE_WORD_BYTES = 256 };

/* Strings are owned; NULL: not known. Zero is empty. */
struct base {
	bool is_set;
	enum reconcile_side home; /* whose native they are */
	char *name;
	struct ruleset rules;  /* what it rests on, on IRC */
	struct ruleset exempt; /* hold on IRC, and nevertheless not in Chime */
	char *own;             /* the rule that we have set for them */
	char *by;
	char *reason;
	int64_t at_ms;
	int64_t until_ms; /* 0: for good */
	bool is_doing;    /* this change was begun */
	enum reconcile_side doing_to;
	bool doing_value;
	bool is_ordered; /* on both sides, by an operator: not done yet */
	bool order_value;
};

void base_release(struct base *base);
/* Nothing in it that a new one would not have. */
bool base_is_empty(const struct base *base);
/* Owned by the caller; NULL when it is empty. */
char *base_encode(const struct base *base) MUST_CHECK;
/* Any text: -EBADMSG when it is not of ours; `ret` is left alone then. What is
 * filled in is owned by the caller. */
int base_decode(const char *text, struct base *ret) MUST_CHECK;

/* "ban", "moderator": in keys. */
const char *base_kind_name(enum standing_kind kind);
char *base_key(const char *mapping, enum standing_kind kind,
	const char *person_id) MUST_CHECK;
/* Writes `text`, or (NULL) forgets. */
void base_write(struct store *store, const char *key, const char *text);

#endif
