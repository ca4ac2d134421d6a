/*
 * A bridge with people on both sides, and somebody on IRC who asks it: for the
 * tests of commands. Mapping "m" is net/#project, "o" is net/#other, "x" is
 * else/#project. Bob is in #project and Alice in its Chime channel.
 */
#ifndef SUPPORT_COMMAND_RIG_H
#define SUPPORT_COMMAND_RIG_H

#include "bridge_rig.h"
#include "command/command.h"
#include "util/buf.h"

struct command_rig {
	struct rig rig;
	/* Who asks: Bob, in private, no operator, unless a test says else. */
	struct person person;
	bool is_operator;
	const char *mapping;
	/* The answer to the last command, a line each. */
	struct buf said;
	size_t lines;
};

int command_rig_setup(void **state);
int command_rig_teardown(void **state);
/* What is answered. */
const char *command_rig_ask(struct command_rig *rig, const char *words);
/* Somebody comes to #project (LANE_TO_CHIME) or to its Chime channel. */
void command_rig_come(struct command_rig *rig, enum lane_way way,
	const char *id, const char *name);

#endif
