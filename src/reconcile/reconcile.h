/*
 * Bans, moderators and attributes of one mapping, kept alike on both sides.
 *
 * A three-way merge: the base is what both sides last agreed on (durable, fact
 * space "base"); what a side has changed since goes to the other, within the
 * mapping's settings. Where both have changed to the same nothing is to be
 * done; of attributes that were changed apart one side wins. With no base all
 * bans and moderators of both sides are united, and the winner's attributes
 * hold. What is automatic, and what we are not told of, is no change. Our own
 * changes come back as news that agree with the base.
 *
 * Bounds and what happens there
 * - RECONCILE_UNDER_WAY changes of a kind at once on a side.
 * - One merge that would change more than `max_changes` people, and more than a
 *   tenth of those there, changes nobody: it is held until
 *   reconcile_confirm(), and says so.
 * - What goes to and fro more than RECONCILE_BOUNCES times in a minute is left
 *   alone for ten minutes, and said.
 * - RECONCILE_ENTRIES_MAX people of a kind; beyond them no more are taken in.
 * - A mask that fits several people is not lifted for one of them: they are
 *   exempt (exempt.h).
 * - Where we have no right a kind is only read, which is said when something
 *   is due; that is done when the right comes.
 *
 * Calls on the loop's thread; rooms are called from the loop, not from inside
 * the functions below.
 */
#ifndef RECONCILE_RECONCILE_H
#define RECONCILE_RECONCILE_H

#include "model/end.h"
#include "model/store.h"
#include "net/loop.h"
#include "util/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reconcile;

enum {
	RECONCILE_UNDER_WAY = 12,
	RECONCILE_BOUNCES = 5,
	RECONCILE_ENTRIES_MAX = 20000,
};

enum reconcile_side { SIDE_IRC, SIDE_CHIME, SIDES };

/* Which way changes go. */
struct reconcile_ways {
	bool to_irc;
	bool to_chime;
};

/* Borrowed. */
struct reconcile_person {
	const char *id;
	const char *name;
	enum reconcile_side home; /* whose native they are */
};

struct reconcile_params {
	struct loop *loop;
	struct store *store; /* borrowed */
	const char *mapping; /* key of the facts; copied */
	struct reconcile_ways standings[STANDING_KINDS];
	struct reconcile_ways attributes[ATTRIBUTES];
	enum reconcile_side winner;
	size_t max_changes;
	/* How many people are there: for the share. */
	size_t (*crowd)(void *arg);
	/* Who of those who are there has this id or name: 0, -ENOENT or
	 * -ENOTUNIQ. May be NULL. */
	int (*find)(void *arg, const char *who, struct reconcile_person *ret);
	/* Somebody's ban is over: they may be shown again on this side. */
	void (*restored)(
		void *arg, enum reconcile_side side, const char *person_id);
	/* For the people in both rooms: what is held, a war, a missing right;
	 * each once. */
	void (*say)(void *arg, const char *text);
	void *arg;
};

/* Reads the base (blocks for it). NULL when it cannot be read. */
struct reconcile *reconcile_new(
	const struct reconcile_params *params) MUST_CHECK;
/* The rooms must be closed. NULL is fine. */
void reconcile_free(struct reconcile *reconcile);
/* What was agreed on in a mapping that has ended for good. */
void reconcile_forget(struct store *store, const char *mapping);
/* Both are borrowed; asks those to `moderate` from whom something is wanted.
 */
void reconcile_attach(struct reconcile *reconcile, struct end_room *irc,
	struct end_room *chime);

/* Begins nothing any more. */
void reconcile_stop(struct reconcile *reconcile);

/* What the sinks of the rooms lead to. */
void reconcile_on_standings(struct reconcile *reconcile,
	enum reconcile_side side, const struct standing_list *list);
void reconcile_on_standing(struct reconcile *reconcile,
	enum reconcile_side side, const struct standing *standing);
void reconcile_on_stood(struct reconcile *reconcile, enum reconcile_side side,
	const struct standing_receipt *receipt);
void reconcile_on_attribute(struct reconcile *reconcile,
	enum reconcile_side side, const struct attribute_state *state);
void reconcile_on_attribute_set(struct reconcile *reconcile,
	enum reconcile_side side, const struct attribute_receipt *receipt);
void reconcile_on_right(struct reconcile *reconcile, enum reconcile_side side,
	enum right right, bool may, const char *why);

/* This person of the other side is seen here (again): what meant nothing here
 * before may do so now. */
void reconcile_on_person(struct reconcile *reconcile, enum reconcile_side side,
	const char *person_id);

/* Asks both sides anew for everything, and forgets refusals. */
void reconcile_refresh(struct reconcile *reconcile);
/* What is held may be done, once: how many changes that are. */
size_t reconcile_confirm(struct reconcile *reconcile);

/*
 * By command of an operator: set or lifted on both sides; `until_ms` (wall; 0:
 * for good) lifts it by itself, over restarts too. -ENOENT: nobody of that id
 * or name is known; -ENOTUNIQ: several of that name; -EALREADY; -ENOSPC. What
 * a side refuses is left to the merge, as if people had done the rest.
 */
struct reconcile_order {
	enum standing_kind kind;
	bool is_set;
	const char *who;    /* id, name or nick */
	const char *reason; /* or NULL */
	const char *by;
	int64_t until_ms;
};
int reconcile_order(struct reconcile *reconcile,
	const struct reconcile_order *order) MUST_CHECK;

/* For those who ask. Borrowed. */
struct reconcile_entry {
	const char *person_id; /* NULL: a rule that fits nobody known */
	const char *name;      /* the same */
	const char *rule;      /* or NULL */
	int on[SIDES];         /* 1 set, 0 not, -1 not known */
	int base;              /* the same */
	const char *pending;   /* "to irc: set", ...; or NULL */
	const char *why;       /* it is not done; or NULL */
	const char *by;
	int64_t at_ms, until_ms;
};
void reconcile_each(const struct reconcile *reconcile, enum standing_kind kind,
	void (*fn)(void *arg, const struct reconcile_entry *entry), void *arg);

struct reconcile_attribute {
	enum attribute attribute;
	const char *on[SIDES]; /* NULL: not known */
	const char *base[SIDES];
	const char *pending; /* or NULL */
	const char *why;
};
void reconcile_each_attribute(const struct reconcile *reconcile,
	void (*fn)(void *arg, const struct reconcile_attribute *attribute),
	void *arg);

struct reconcile_stats {
	size_t held;    /* changes that wait for reconcile_confirm() */
	size_t pending; /* that are under way or due */
	uint64_t changed, refused, wars;
	/* For people, NULL: it may. */
	const char *denied[SIDES][RIGHTS];
};
void reconcile_get_stats(
	const struct reconcile *reconcile, struct reconcile_stats *ret);

#endif
