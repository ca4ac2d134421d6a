/*
 * Bans, moderators and attributes of a mapping, for those who ask and those who
 * order. What keeps them alike is reconcile/reconcile.h; a mapping whose
 * settings keep none of them alike has none of this.
 */
#ifndef BRIDGE_MODERATION_H
#define BRIDGE_MODERATION_H

#include "reconcile/reconcile.h"

#include <stdbool.h>

struct mapping;
struct mapping_env;
struct moderation_params;

/* reconcile_order(); also -EOPNOTSUPP: nothing is kept alike here. */
int mapping_order(struct mapping *mapping,
	const struct reconcile_order *order) MUST_CHECK;
/* What is held may be done, once. How many changes that are; 0: none. */
size_t mapping_confirm(struct mapping *mapping);
/* Everybody of the kind, and rules that fit nobody (person_id is NULL). */
void mapping_standings(struct mapping *mapping, enum standing_kind kind,
	void (*fn)(void *arg, const struct reconcile_entry *entry), void *arg);
/* Those that are kept alike. */
void mapping_attributes(struct mapping *mapping,
	void (*fn)(void *arg, const struct reconcile_attribute *attribute),
	void *arg);
/* False, and nothing is filled in: nothing is kept alike here. */
bool mapping_moderation_stats(
	const struct mapping *mapping, struct reconcile_stats *ret);

/* For mapping.c: makes mapping->reconcile, or leaves it NULL when nothing is to
 * be kept alike. -EIO. */
int mapping_keep_alike(struct mapping *mapping, const struct mapping_env *env,
	const struct moderation_params *params) MUST_CHECK;

#endif
