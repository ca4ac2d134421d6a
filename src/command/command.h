/*
 * What people and operators ask of the bridge, in words, from IRC: "help",
 * "who", "whois NAME", "link", "mute MASK", ... One row per command says who
 * may use it and how it is used. Pure as far as the caller sees: answers are
 * said within the call, all of it from memory.
 *
 * People may ask about mappings; who is an operator is told by the caller.
 * Changes (mute, opt-out, pause) are durable. At most COMMAND_LINES_MAX lines
 * answer one command.
 */
#ifndef COMMAND_COMMAND_H
#define COMMAND_COMMAND_H

#include "bridge/bridge.h"

enum { COMMAND_LINES_MAX = 20, COMMAND_WORDS_MAX = 512 };

/* Borrowed for the call. */
struct command {
	const char *network; /* of the asker: mappings of others are unknown */
	const char *mapping; /* it was said in its channel; NULL: in private */
	const struct person *person;
	bool is_operator;
	const char *words;
	void (*say)(void *arg, const char *line);
	void *arg;
};

void bridge_command(struct bridge *bridge, const struct command *command);

#endif
