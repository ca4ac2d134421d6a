/*
 * The channel's attributes (topic, name, restricted) on both sides: their three
 * way merge, and doing what it says. The base of each is durable (fact space
 * "base", "MAPPING|topic|"): either side's own form of what was agreed, for one
 * may have cut it. A change is noted before it is asked for; after a death the
 * other side shows whether it was made, and a third value there is a change of
 * its own.
 *
 * Where changes go one way only, the side they come from wins. With no base the
 * winner's goes if it is not empty, else the other's.
 */
#ifndef RECONCILE_ATTRIBUTES_H
#define RECONCILE_ATTRIBUTES_H

#include "reconcile/attribute_base.h"
#include "reconcile/entry.h"
#include "reconcile/reconcile.h"
#include "util/attr.h"

struct attribute_entry {
	char *on[SIDES]; /* NULL: not known */
	char *by;        /* who changed it last; or NULL */
	struct attribute_base base;
	char *noted; /* as the store has the base */
	enum entry_work work;
	enum reconcile_side to; /* what is due, or under way */
	enum bar bar;
	char *why;       /* of the bar */
	int64_t due_ms;  /* monotonic, of BAR_LATER */
	bool is_written; /* the sync that is under way covers it */
	struct backoff backoff;
	struct war war;
};

struct attributes {
	struct attribute_entry all[ATTRIBUTES];
	struct timer *timer;
};

struct reconcile;

int attributes_init(struct reconcile *reconcile) MUST_CHECK; /* -EIO */
void attributes_release(struct reconcile *reconcile);
const char *attribute_name(enum attribute attribute);

void attributes_on_state(struct reconcile *reconcile, enum reconcile_side side,
	const struct attribute_state *state);
void attributes_on_receipt(struct reconcile *reconcile,
	enum reconcile_side side, const struct attribute_receipt *receipt);
/* Is not tried again until something changes: forgets that. */
void attributes_forgive(struct reconcile *reconcile);
/* Decides what is to be done. */
void attributes_look(struct reconcile *reconcile);
/* Begins to do it. */
void attributes_pump(struct reconcile *reconcile);
/* What has been noted is covered by the sync that is asked for now; is there
 * any? */
bool attributes_noted(struct reconcile *reconcile);
/* The sync is done: the ends are asked. */
void attributes_send(struct reconcile *reconcile);
/* How many are due or under way. */
size_t attributes_pending(const struct reconcile *reconcile);

#endif
