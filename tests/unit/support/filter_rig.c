#include "filter_rig.h"

#include "log_catch.h"
#include "store/memory.h"
#include "util/clock.h"

enum { START_MS = 1000000 };

int filter_rig_setup(void **state)
{
	static struct filter_rig rig;

	clock_freeze(START_MS, START_MS);
	rig.loop = loop_new();
	rig.store = store_memory_new(rig.loop);
	log_catch_start();
	*state = &rig;
	return 0;
}

int filter_rig_teardown(void **state)
{
	struct filter_rig *rig = *state;

	store_close(rig->store);
	loop_free(rig->loop);
	log_catch_stop();
	clock_unfreeze();
	return 0;
}

void filter_rig_turns(struct filter_rig *rig)
{
	for (int i = 0; i < 3; i++)
		loop_turn(rig->loop, 0);
}
