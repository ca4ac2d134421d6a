/*
 * Which lines a light connection (is_light of irc/conn_params.h) need not even
 * parse: what others do and say in channels, which another connection of ours
 * on the same network hears too. Pure; sees the line as it came.
 *
 * In doubt a line is not passed over: everything that is about us, everything
 * that answers us, and what is odd.
 */
#ifndef IRC_LIGHT_H
#define IRC_LIGHT_H

#include "irc/casemap.h"

#include <stdbool.h>
#include <stddef.h>

struct irc_light {
	enum irc_casemap map;
	const char *own_nick;
	const char *wanted_nick; /* who has it matters too */
};

/* `line` without its ending, any bytes, not terminated. */
bool irc_light_is_of_others(
	const struct irc_light *light, const char *line, size_t len);

#endif
