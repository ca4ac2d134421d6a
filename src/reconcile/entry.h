/*
 * One person and one kind of standing, as both sides tell of it, as it was
 * agreed on, and what is being done about it. Holds data; what is to be done is
 * decided in step.c and done in work.c.
 */
#ifndef RECONCILE_ENTRY_H
#define RECONCILE_ENTRY_H

#include "net/due.h"
#include "reconcile/base.h"
#include "reconcile/war.h"
#include "util/backoff.h"
#include "util/hash.h"

/* Why nothing is asked of this side now. */
enum bar {
	BAR_NONE,
	BAR_LATER,     /* until `due` */
	BAR_REFUSED,   /* until something changes */
	BAR_NOT_SHOWN, /* until they are told of there */
};

struct entry_side {
	enum tri is; /* as it was told last */
	bool is_automatic;
	bool is_fresh;        /* they have just come, without it */
	struct ruleset rules; /* that fit them; of bans on IRC */
	unsigned listed;      /* number of the list that named them last */
	unsigned touched;     /* of the list during which we have changed it */
	enum bar bar;
	bool bar_value; /* of the change that was not done */
};

enum entry_work {
	ENTRY_IDLE,
	ENTRY_HELD,   /* until it is confirmed */
	ENTRY_QUEUED, /* may be begun */
	ENTRY_NOTING, /* being written down */
	ENTRY_SENT,   /* the end was asked */
};

struct entry {
	UT_hash_handle hh;         /* by id, of a kind */
	struct entry *prev, *next; /* where it waits (work.h) */
	struct due_item due;       /* monotonic: to be looked at again */
	struct due_item until;     /* wall: a timed order ends */
	enum standing_kind kind;
	char *name;
	struct entry_side sides[SIDES];
	struct base base;
	char *noted; /* as the store has the base; NULL: not at all */
	enum entry_work work;
	/* What is held, queued or under way; of idle ones: was allowed last. */
	enum reconcile_side to;
	bool value;
	bool is_allowed; /* the share limit has been passed */
	char *rule;      /* that is being lifted; NULL: all */
	char *why;       /* of a bar */
	struct backoff backoff;
	struct war war;
	bool is_doubtful; /* it was sent, and may have been done */
	bool is_exempt_said;
	bool is_overtaken; /* what it is refused for may be so no more */
	/* Was banned where they are shown, be it that only that side said so:
	 * when it is over they may be shown again. */
	bool is_shut;
	char id[];
};

enum { ENTRY_RETRY_MIN_MS = 2000, ENTRY_RETRY_MAX_MS = 10 * 60 * 1000 };

struct entry *entry_new(enum standing_kind kind, const char *id) MUST_CHECK;
/* Must be in no queue, table or heap. */
void entry_free(struct entry *entry);
void entry_set_name(struct entry *entry, const char *name);
void entry_set_home(
	struct entry *entry, enum reconcile_side side, bool is_native);
/* Nothing is known of the side any more, or it is off for all. */
void entry_clear_side(
	struct entry *entry, enum reconcile_side side, enum tri is);
void entry_clear_bar(struct entry *entry, enum reconcile_side side);
/* Somebody of Chime has come to IRC anew, without what they have in Chime: this
 * was taken from them by nobody, and they get it again. */
bool entry_is_anew(const struct entry *entry);
/*
 * How the side counts in the merge. What is automatic counts only where it
 * agrees with the base, with the other side or with what we were doing; what
 * rests on exempt rules alone does not count as long as Chime says no.
 */
enum tri entry_counts(const struct entry *entry, enum reconcile_side side);

enum reconcile_side side_other(enum reconcile_side side);
/* "IRC", "Chime". */
const char *side_name(enum reconcile_side side);

#endif
