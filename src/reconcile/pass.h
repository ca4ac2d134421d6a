/*
 * Looks at what has become known and decides what is to be done. News is
 * gathered for PASS_MS, so that a list, or a rule that fits many, is one
 * merge; a list that is coming is waited for, but not longer than PASS_LIST_MS.
 *
 * A merge that would change too many people at once on a side is held.
 */
#ifndef RECONCILE_PASS_H
#define RECONCILE_PASS_H

#include "reconcile/reconcile_private.h"

enum {
	PASS_MS = 250,
	PASS_MAX_MS = 2000,
	PASS_LIST_MS = 60 * 1000,
};

/* There is news. */
void pass_soon(struct reconcile *reconcile);
void pass_on_timer(void *arg);
/* Looks at one entry, which may be gone afterwards. */
void pass_look(struct reconcile *reconcile, struct entry *entry);
/* It is looked at again after this time. */
void pass_later(
	struct reconcile *reconcile, struct entry *entry, int64_t wait_ms);
/* A retry is due, or a rest is over. */
void pass_on_due(void *arg);
/* Allows what is held; how many that are. */
size_t pass_confirm(struct reconcile *reconcile);

#endif
