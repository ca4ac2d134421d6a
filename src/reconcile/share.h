/*
 * The most that one merge may change: more people of a kind on a side than
 * `max_changes`, and than a tenth of those there, and nobody is changed until
 * somebody confirms it.
 */
#ifndef RECONCILE_SHARE_H
#define RECONCILE_SHARE_H

#include "reconcile/reconcile_private.h"

struct share {
	enum standing_kind kind;
	enum reconcile_side side;
	const struct entry *fresh; /* a list */
	size_t count;              /* of these */
};

/* With those that are under way. Says so when not. */
bool share_allows(struct reconcile *reconcile, const struct share *share);
/* Is somebody held whom the same rule fits? A mistake stays one for those who
 * come later, one by one. */
bool share_is_of_held(
	const struct reconcile *reconcile, const struct entry *entry);
/* How many of all kinds are held. */
size_t share_held(const struct reconcile *reconcile);

#endif
