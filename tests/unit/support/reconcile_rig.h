/*
 * A reconcile between two rooms of fake_stands.h, with a store in memory and a
 * clock that stands still. It may crash and boot again, when only what is
 * durable is left.
 */
#ifndef SUPPORT_RECONCILE_RIG_H
#define SUPPORT_RECONCILE_RIG_H

#include "fake_stands.h"
#include "reconcile/reconcile.h"

enum { RECONCILE_RIG_SAID = 512 };

struct reconcile_rig {
	struct loop *loop;
	struct store *store;
	struct reconcile_params params;
	struct reconcile *reconcile;
	struct fake_stands ends[SIDES];
	size_t crowd;
	char said[RECONCILE_RIG_SAID]; /* the last */
	unsigned says;
	char restored[FAKE_STAND_WORD]; /* the last */
	enum reconcile_side restored_side;
	unsigned restores;
};

/* Everything goes both ways, IRC wins, at most twenty at once. Boots. */
void reconcile_rig_init(struct reconcile_rig *rig);
void reconcile_rig_release(struct reconcile_rig *rig);
void reconcile_rig_boot(struct reconcile_rig *rig);
/* And boots. */
void reconcile_rig_crash(struct reconcile_rig *rig);
/* The time passes, in steps that let every timer have its turn. */
void reconcile_rig_wait(struct reconcile_rig *rig, int64_t ms);

/* `who` is an id and a name. A list of all: the words that are separated by
 * blanks, "id" or "id=rule". */
void reconcile_rig_list(struct reconcile_rig *rig, enum reconcile_side side,
	enum standing_kind kind, const char *words);
void reconcile_rig_tell(struct reconcile_rig *rig, enum reconcile_side side,
	const struct standing *standing);
/* Of a native of IRC if the id begins with 'i', else of Chime. */
void reconcile_rig_ban(struct reconcile_rig *rig, enum reconcile_side side,
	const char *id, bool is_set);
void reconcile_rig_mask(
	struct reconcile_rig *rig, const char *id, const char *rule);
void reconcile_rig_unmask(struct reconcile_rig *rig, const char *rule);
/* Answers the oldest call of that side. */
void reconcile_rig_answer(struct reconcile_rig *rig, enum reconcile_side side,
	enum mirror_outcome outcome, const char *rule);
/* "set i1", "lift i1 rule"; "" when nothing is asked: the oldest call. */
const char *reconcile_rig_asked(
	struct reconcile_rig *rig, enum reconcile_side side);

#endif
