/*
 * What people ask the bridge itself, on IRC: "/msg belfry who", and "!chime
 * who" in a mapped channel. Knows no commands; takes the words, says who asks,
 * and gives the answer to that person alone, as NOTICE.
 *
 * Answered are people only, who speak in PRIVMSG: no server, robot, bridge,
 * NOTICE, CTCP, nor history. Bounds: COMMAND_BURST commands per person and one
 * more every COMMAND_INTERVAL_MS, COMMANDS_BURST for all together within
 * COMMANDS_WINDOW_MS, and none while COMMAND_QUEUE_MAX lines wait to be
 * sent; what is past that is met with silence. An answer has at most
 * COMMAND_ANSWER_LINES lines.
 */
#ifndef END_IRC_COMMAND_H
#define END_IRC_COMMAND_H

#include "end_irc/end_irc.h"
#include "irc_people/folk.h"

#include <stdbool.h>

enum {
	COMMAND_BURST = 5,
	COMMAND_INTERVAL_MS = 3000,
	COMMANDS_BURST = 20,
	COMMANDS_WINDOW_MS = 10000,
	COMMAND_QUEUE_MAX = 100,
	COMMAND_ANSWER_LINES = 40,
	COMMAND_ASKERS_MAX = 1000, /* whose budget is remembered */
};

struct irc_commands;

struct irc_commands_params {
	struct loop *loop;
	struct irc_conn *conn;               /* borrowed */
	const struct irc_folk *folk;         /* borrowed */
	const struct end_irc_params *params; /* copied: command, operators */
};

struct irc_commands *irc_commands_new(
	const struct irc_commands_params *params) MUST_CHECK;
void irc_commands_free(struct irc_commands *commands);

/* Are these the words of a command in a channel: "!chime", "!chime who"? */
bool irc_command_is(const char *text);

/* A PRIVMSG or NOTICE of now, to us or, with its mapping, to a mapped channel.
 * True when it is a command, answered or not: nobody else's business. */
bool irc_commands_take(struct irc_commands *commands,
	const struct irc_message *message, const char *mapping);

#endif
