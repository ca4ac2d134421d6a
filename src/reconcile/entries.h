/*
 * The table of entries of a reconcile: finding, meeting and forgetting them,
 * and what they are written down as.
 */
#ifndef RECONCILE_ENTRIES_H
#define RECONCILE_ENTRIES_H

#include "reconcile/reconcile_private.h"

/* Reads what is durable. -EIO. */
int entries_read(struct reconcile *reconcile) MUST_CHECK;
void entries_release(struct reconcile *reconcile);
struct entry *entries_find(const struct reconcile *reconcile,
	enum standing_kind kind, const char *id);
/* The one that is there, or a new one; NULL when there are too many. */
struct entry *entries_meet(
	struct reconcile *reconcile, enum standing_kind kind, const char *id);
/* They are not on this side any more: as those who are not in the table. */
void entries_leave(const struct reconcile *reconcile, struct entry *entry,
	enum reconcile_side side);
/* Forgets it when there is nothing to know about it. True: it is gone. */
bool entries_drop(struct reconcile *reconcile, struct entry *entry);
/* Writes down what has changed in the base, if anything has. */
void entries_note(struct reconcile *reconcile, struct entry *entry);
/* Brings the timer of what is ordered for a time up to date. */
void entries_time(struct reconcile *reconcile, struct entry *entry);
/* The timer has run out too early: for the first of them again. */
void entries_time_again(struct reconcile *reconcile);
/* How many people this rule fits, of bans; counts no further than two. */
size_t entries_fit(const struct reconcile *reconcile, const char *rule);
/* The other kind of the same person; NULL: nothing is known of it. Who is a
 * moderator in Chime cannot be banned, and the other way round. */
struct entry *entries_counterpart(
	const struct reconcile *reconcile, const struct entry *entry);
/* This one is not set any more on that side: what was refused of the other kind
 * may be tried again. */
void entries_make_way(struct reconcile *reconcile, const struct entry *entry,
	enum reconcile_side side);
/* Have we set this rule for somebody? */
bool entries_is_own(const struct reconcile *reconcile, const char *rule);
/*
 * The rule is gone on IRC, for all. `is_ours`: we have lifted it, for `whom`;
 * who else is banned in Chime is to be banned on IRC again.
 */
void entries_rule_gone(struct reconcile *reconcile, const char *rule,
	const struct entry *whom, bool is_ours);

#endif
