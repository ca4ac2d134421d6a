/*
 * What operators order: set or lifted on both sides, whatever the settings say
 * of ways; for a time, if they wish. Durable.
 */
#ifndef RECONCILE_ORDERS_H
#define RECONCILE_ORDERS_H

#include "reconcile/reconcile.h"

/* reconcile_order(). */
int orders_take(struct reconcile *reconcile,
	const struct reconcile_order *order) MUST_CHECK;
/* The time of some is up. */
void orders_on_until(void *arg);

#endif
