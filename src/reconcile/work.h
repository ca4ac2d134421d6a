/*
 * What has been decided, being done: it waits, is written down, is asked of the
 * end, and is answered. At most RECONCILE_UNDER_WAY of a kind are under way on
 * a side.
 */
#ifndef RECONCILE_WORK_H
#define RECONCILE_WORK_H

#include "reconcile/reconcile_private.h"

enum { WORK_KIND_BOUNCES = 30 };

/* entry->to, entry->value: it is to be done. It must be idle. */
void work_begin(struct reconcile *reconcile, struct entry *entry);
/* It is not to be done, if it has not been begun: idle afterwards. */
void work_stop(struct reconcile *reconcile, struct entry *entry);
/* Gives out what may be given out. */
void work_pump(struct reconcile *reconcile);
/* Asks for a sync of what is being written down, if none is under way. */
void work_sync(struct reconcile *reconcile);
void work_on_receipt(struct reconcile *reconcile, enum reconcile_side side,
	const struct standing_receipt *receipt);
/* Both sides are at this now: the base, and who is told of it. */
void work_agree(struct reconcile *reconcile, struct entry *entry, bool value);

#endif
