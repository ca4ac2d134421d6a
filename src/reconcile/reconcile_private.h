/*
 * What the files of this room share: the object itself. Only they touch its
 * members.
 */
#ifndef RECONCILE_RECONCILE_PRIVATE_H
#define RECONCILE_RECONCILE_PRIVATE_H

#include "reconcile/attributes.h"
#include "reconcile/entry.h"
#include "reconcile/reconcile.h"
#include "reconcile/rights.h"
#include "reconcile/rulebook.h"

/* What is known of a kind on a side. */
struct kind_list {
	bool is_known;   /* a list has come */
	bool is_listing; /* one is coming */
	bool is_whole;   /* who was not named is off; else not known */
	unsigned number; /* of the list that is coming, or came last */
};

struct work_queue {
	struct entry *waiting;
	size_t count;     /* of these */
	size_t under_way; /* being noted, or sent */
	bool is_hold_said;
};

struct kind {
	struct entry *entries;
	struct kind_list lists[SIDES];
	struct work_queue queues[SIDES];
	struct war war;
	bool is_over_full; /* it was said */
};

struct reconcile {
	struct reconcile_params params; /* strings are not valid */
	char *mapping;
	char *object; /* what the log calls it */
	struct end_room *rooms[SIDES];
	struct kind kinds[STANDING_KINDS];
	struct rulebook rulebook; /* of bans on IRC */
	struct attributes attributes;
	struct rights rights;
	struct timer *pass;
	int64_t pass_since_ms; /* since when there is news */
	struct due_heap dues;
	struct timer *due;
	struct due_heap untils;
	struct timer *until;
	struct timer *rest; /* of a kind that is left alone */
	/* What is being written down: before the sync was asked for, and what
	 * it covers. */
	struct entry *noting;
	struct entry *syncing;
	struct store_sync *sync;
	bool is_stopped;
	uint64_t changed, refused, wars;
};

static inline int64_t reconcile_now_ms(const struct reconcile *reconcile)
{
	return loop_now_ms(reconcile->params.loop);
}

static inline void reconcile_say(
	const struct reconcile *reconcile, const char *text)
{
	if (reconcile->params.say)
		reconcile->params.say(reconcile->params.arg, text);
}

/* Is it to be changed on that side, by the settings? */
bool reconcile_wants(const struct reconcile *reconcile,
	enum reconcile_side side, enum right right);

/* Whether we may; if not, what is due tells the people there, once. */
static inline bool reconcile_may(
	struct reconcile *reconcile, enum reconcile_side side, enum right right)
{
	return rights_allow(&reconcile->rights, side, right,
		&(struct rights_voice){
			reconcile->params.say, reconcile->params.arg});
}

#endif
