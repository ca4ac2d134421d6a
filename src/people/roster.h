/*
 * The people of one side of a mapping, as the mirror knows them: who is there,
 * who of them is shown on the other side, and what is to be done about it.
 * Holds data and counts; what is to be done is decided in verdict.c and done
 * in drip.c.
 *
 * A member is about 160 bytes, its id and its name. At most `ceiling` of them
 * are kept; more are not known at all.
 */
#ifndef PEOPLE_ROSTER_H
#define PEOPLE_ROSTER_H

#include "net/due.h"
#include "util/hash.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ROSTER_MAX = 100000, ROSTER_NAME_BYTES = 256 };

enum member_place {
	MEMBER_AWAY,    /* for certain not there */
	MEMBER_UNSURE,  /* nothing is known until a list tells */
	MEMBER_LINGERS, /* gone, maybe to come back: until wait_ms */
	MEMBER_HERE,
};

enum member_work { WORK_NONE, WORK_ADMIT, WORK_DISMISS };

/* Why what is to be done is not done before until_ms. */
enum member_bar {
	BAR_NONE,
	BAR_LATER,     /* it could not be done */
	BAR_REFUSED,   /* it may not be done */
	BAR_NOT_SHOWN, /* the end shows nobody, or no more */
	BAR_OUT,       /* was removed on the other side */
	BAR_RETIRED,   /* the end has put them away */
};

/* Which queue it waits in; the lower goes first. */
enum member_queue { QUEUE_PRESSING, QUEUE_GOING, QUEUE_COMING, QUEUE_NONE };

/* What is counted, a bit each. */
enum member_count {
	COUNT_HERE,
	COUNT_SHOWN,
	COUNT_WAITING,
	COUNT_REFUSED,
	MEMBER_COUNTS
};

/* Owned words; each may be NULL. */
struct member_words {
	char *why;    /* a bar */
	char *actor;  /* who removed them over there */
	char *reason; /* and why */
};

struct member {
	UT_hash_handle hh;          /* by id */
	struct due_item due;        /* when to look again */
	struct member *prev, *next; /* in a queue */
	char *name;
	struct member_words *words; /* NULL: none */
	int64_t until_ms;           /* of the bar */
	/* LINGERS: gone for good from then on. HERE: not renamed before. */
	int64_t wait_ms;
	int64_t read_ms;     /* wall; 0: not known */
	uint32_t shown_name; /* a hash of what they are shown as */
	uint32_t sent_name;  /* the same, of the admission under way */
	uint8_t place;       /* enum member_place */
	uint8_t work;        /* enum member_work: what is under way */
	uint8_t bar;         /* enum member_bar */
	uint8_t bar_work;    /* enum member_work: what it bars */
	uint8_t queue;       /* enum member_queue */
	uint8_t tries;       /* in a row that came to BAR_LATER */
	uint8_t counted;     /* bits of enum member_count */
	bool is_shown : 1;
	bool is_listed : 1; /* by the list at hand */
	bool is_hidden : 1;
	bool is_ignored : 1; /* by the filter */
	bool is_unshown : 1; /* by the filter, or as they wish */
	bool is_wanted : 1;  /* whoever the policy shows: as what they were
			      * before was shown */
	bool is_pressing : 1;
	bool is_noted_out : 1; /* BAR_OUT is durable */
	char id[];
};

struct roster {
	struct member *members;
	size_t ceiling;
	size_t counts[MEMBER_COUNTS];
};

void roster_init(struct roster *roster, size_t ceiling);
/* No member may be in a queue or a heap that is still used. */
void roster_release(struct roster *roster);
struct member *roster_find(const struct roster *roster, const char *id);
/* NULL when there are too many. The id must not be there. */
struct member *roster_add(
	struct roster *roster, const char *id, const char *name);
void roster_drop(struct roster *roster, struct member *member);
size_t roster_size(const struct roster *roster);
/* Brings the counts up to date with this member. */
void roster_recount(struct roster *roster, struct member *member);

/* Longer than ROSTER_NAME_BYTES is cut. True when it is another name. */
bool member_rename(struct member *member, const char *name);
/* Never 0. */
uint32_t member_name_hash(const char *name);
/* They are shown under another name than they have. */
bool member_is_stale(const struct member *member);
void member_set_why(struct member *member, const char *why);
void member_set_removal(
	struct member *member, const char *actor, const char *reason);
void member_clear_bar(struct member *member);
/* Removed over there, and not to be shown again by themselves. */
void member_cast_out(struct member *member, const char *why);
/* For people: "shown", "waiting", ... */
const char *member_state(const struct member *member);
/* Why they are not shown, for people; NULL: nothing is known. */
const char *member_why(const struct member *member);

#endif
