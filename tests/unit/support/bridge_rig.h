/*
 * A whole bridge between two fake worlds, with a store in memory and a clock
 * that stands still, driven in single steps. It may crash after any of them
 * and boot again; in the end it says whether the promises were kept.
 */
#ifndef SUPPORT_BRIDGE_RIG_H
#define SUPPORT_BRIDGE_RIG_H

#include "bridge/bridge.h"
#include "fake_end.h"

#include <stdbool.h>
#include <stddef.h>

struct rig {
	struct loop *loop;
	struct store *store;
	struct fake_world irc;
	struct fake_world chime;
	struct mapping_params params;
	/* As long as it runs. */
	struct bridge *bridge;
	struct mapping *mapping;
	struct fake_end *irc_end;
	struct fake_end *chime_end;
	/* The ledger. */
	size_t base;     /* messages of Chime before this were never promised */
	unsigned doubts; /* crashes and cuts: each may repeat `window` */
	size_t taken_early; /* lines that were gone before they were saved */
};

/* `params.name` may be NULL. Boots. */
void rig_init(struct rig *rig, const struct mapping_params *params);
void rig_release(struct rig *rig);
/* A rig with a window of one for each test of a group, its log caught; and,
 * inside a test, the same rig with other settings. */
int rig_setup(void **state);
int rig_teardown(void **state);
void rig_reset(struct rig *rig, const struct mapping_params *params);
void rig_boot(struct rig *rig);
/* Everything but what is durable and what the worlds know is gone. */
void rig_crash(struct rig *rig);

/* Both ends ready, the source's position told and durable. */
void rig_up(struct rig *rig);
/* So many turns of the loop. */
void rig_turns(struct rig *rig, int turns);
struct lane_stats rig_stats(const struct rig *rig, enum lane_way way);

/* One step of one part; false when it had nothing to do. */
typedef bool rig_step_fn(struct rig *rig);
enum rig_step {
	STEP_TURN,
	STEP_PRESENT_CHIME,
	STEP_PRESENT_IRC,
	STEP_ARRIVE_IRC,
	STEP_CONFIRM_IRC,
	STEP_ARRIVE_CHIME,
	STEP_CONFIRM_CHIME,
	STEP_HOLD,
	STEP_UNHOLD,
	STEP_READY_IRC,
	STEP_READY_CHIME,
	STEP_SAY_CHIME,
	STEP_SAY_IRC,
	STEP_SAY_ECHO,
	STEP_CUT_IRC,
	STEP_CUT_CHIME,
	STEP_LATER_IRC,
	STEP_LATER_CHIME,
	STEP_REFUSE_IRC,
	STEP_REFUSE_CHIME,
	STEP_WAIT,
	STEP_CRASH,
	STEPS,
};
bool rig_step(struct rig *rig, enum rig_step step);

/* Lets all that was said arrive. Aborts when it does not. */
void rig_finish(struct rig *rig);
/* Aborts when a promise was broken. */
void rig_check(struct rig *rig);

#endif
