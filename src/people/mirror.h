/*
 * The mirror of people, one way of one mapping: the natives of the source room
 * as they are to be shown in the destination room. What the ends tell comes in
 * here; what is to be done about a person is decided anew whenever anything
 * about them changes (verdict.c), waits in a queue, and is given to the
 * destination a few at a time (drip.c). So it does not matter in which order
 * things become known, and an outcome that is late finds what is true by then.
 *
 * - At most ROSTER_MAX people; the others are not mirrored, and that is said
 *   once.
 * - Who quits, or is lost in a netsplit, lingers; a return within the time
 *   costs no call.
 * - As long as the list of the source is not known nobody is taken away, and a
 *   list that would take away most of those shown must come twice.
 * - A removal in the destination removes the native in the source
 *   (expulsion.c), where the settings say so.
 *
 * Shared by mirror.c (life, what is told of single people), census.c (lists),
 * drip.c and expulsion.c; only they touch its members. All calls on the loop's
 * thread; the ends' verbs are called from inside these functions.
 */
#ifndef PEOPLE_MIRROR_H
#define PEOPLE_MIRROR_H

#include "filter/filter.h"
#include "model/end.h"
#include "people/announce.h"
#include "people/drip.h"
#include "people/kicks.h"
#include "people/people.h"
#include "people/roster.h"
#include "util/log.h"

enum {
	MIRROR_RENAME_MS = 2000, /* several changes of a name are one */
	MIRROR_REFUSED_MS = 60 * 60 * 1000,
	MIRROR_NOT_SHOWN_MS = 10 * 60 * 1000,
	MIRROR_CONFIRM_MS = 60 * 1000,
	/* One list that takes away more than so many, and more than half of
	 * those shown, is not believed. */
	MIRROR_LOSS_MAX = 20,
};

/* Strings are borrowed; the object is what the log calls the mapping. */
struct mirror_setup {
	struct loop *loop;
	struct store *store; /* borrowed; NULL: nothing is remembered */
	const char *object;
	const char *mapping; /* its name */
	enum lane_way way;
	struct mirror_params params;
	const struct filter *filter; /* borrowed; NULL: none */
	struct kicks *kicks;         /* of the mapping; borrowed */
};

struct mirror {
	struct mirror_setup setup;
	enum members_policy policy;
	struct end_room *source; /* NULL until attached; borrowed */
	struct end_room *dest;
	struct roster roster;
	struct drip drip;
	struct announce announce;
	struct due_heap dues;
	struct timer *due;     /* of the first of them */
	struct timer *confirm; /* a list that is not believed */
	bool is_watching;
	bool is_known;
	bool is_listing;
	bool is_doubted;   /* the list before was not believed */
	bool is_over_full; /* it was said */
	struct log_once refused_log;
	uint64_t admitted, dismissed, expelled;
};

struct mirror *mirror_new(const struct mirror_setup *setup) MUST_CHECK;
/* The rooms must be closed, or not be called any more. NULL is fine. */
void mirror_free(struct mirror *mirror);
/* Both are borrowed. Learns who is shown, and begins to watch the source
 * where `is_watching` says so. */
void mirror_attach(struct mirror *mirror, struct end_room *source,
	struct end_room *dest, bool is_watching);

/* The source tells of its natives. */
void mirror_on_roster(struct mirror *mirror, enum roster_state state);
void mirror_on_presence(struct mirror *mirror, const struct presence *presence);
void mirror_on_read(
	struct mirror *mirror, const char *person_id, int64_t at_ms);
/* One of them has said something. */
void mirror_on_speech(struct mirror *mirror, const struct person *person);
/* The destination tells of those who are shown there. */
void mirror_on_likeness(struct mirror *mirror, const struct presence *presence);
void mirror_on_receipt(
	struct mirror *mirror, const struct mirror_receipt *receipt);

/* What was refused is tried again, and the source is asked for a list. */
void mirror_resync(struct mirror *mirror);
void mirror_get_stats(const struct mirror *mirror, struct mirror_stats *ret);

/* For the files of this struct. */

int64_t mirror_now_ms(const struct mirror *mirror);
/* "IRC" or "Chime": where they are shown. */
const char *mirror_side(const struct mirror *mirror);
/* NULL when there is no room for one more. */
struct member *mirror_meet(
	struct mirror *mirror, const char *person_id, const char *name);
/* Decides what is to be done about a member, who may be gone afterwards. */
void mirror_plan(struct mirror *mirror, struct member *member);
void mirror_plan_all(struct mirror *mirror);

#endif
