/*
 * For the unit tests of src/filter: a loop, a store in memory, a clock that
 * stands still and a log that is caught (support/log_catch.h).
 */
#ifndef FILTER_RIG_H
#define FILTER_RIG_H

#include "model/store.h"
#include "net/loop.h"

struct filter_rig {
	struct loop *loop;
	struct store *store;
};

int filter_rig_setup(void **state);
int filter_rig_teardown(void **state);
/* What was appended is saved, and timers that are due have run. */
void filter_rig_turns(struct filter_rig *rig);

#endif
