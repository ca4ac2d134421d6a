/*
 * What a side tells of people's standings, put into the entries. What is to be
 * done about it is looked at later (pass.h).
 */
#ifndef RECONCILE_NEWS_H
#define RECONCILE_NEWS_H

#include "reconcile/reconcile_private.h"

void news_list(struct reconcile *reconcile, enum reconcile_side side,
	const struct standing_list *list);
void news_standing(struct reconcile *reconcile, enum reconcile_side side,
	const struct standing *standing);
/* We have changed it there: `rule` is what was set or lifted, or NULL. */
void news_done(
	struct reconcile *reconcile, struct entry *entry, const char *rule);

#endif
