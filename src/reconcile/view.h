/*
 * What is known, for those who ask: reconcile_each(), its like for attributes,
 * and the numbers.
 */
#ifndef RECONCILE_VIEW_H
#define RECONCILE_VIEW_H

#include "reconcile/reconcile.h"

void view_entries(const struct reconcile *reconcile, enum standing_kind kind,
	void (*fn)(void *arg, const struct reconcile_entry *entry), void *arg);
void view_attributes(const struct reconcile *reconcile,
	void (*fn)(void *arg, const struct reconcile_attribute *attribute),
	void *arg);
void view_stats(const struct reconcile *reconcile, struct reconcile_stats *ret);

#endif
