/*
 * The control socket's requests about moderation of one mapping: who is banned
 * or moderator on each side, what the channels are called, and an operator's
 * order to ban somebody or to lift it. Each names the mapping by `mapping`.
 */
#ifndef DAEMON_CONTROL_STANDINGS_H
#define DAEMON_CONTROL_STANDINGS_H

#include "daemon/control_answer.h"

/*
 * {"mapping", "held", "entries": [{"id", "name", "rule", "irc", "chime",
 * "base", "pending", "why", "by", "at_ms", "until_ms"}]}: what is not known is
 * left out; "irc", "chime", "base" are true or false.
 */
struct control_answer control_standings_bans(
	const struct control_request *request) MUST_CHECK;
struct control_answer control_standings_moderators(
	const struct control_request *request) MUST_CHECK;
/* {"mapping", "attributes": [{"attribute", "irc": {"value", "base"}, "chime":
 * ..., "pending", "why"}]} */
struct control_answer control_standings_attributes(
	const struct control_request *request) MUST_CHECK;
/* Parameters `who`; `for` ("30m"), `reason`, `by`. */
struct control_answer control_standings_ban(
	const struct control_request *request) MUST_CHECK;
struct control_answer control_standings_unban(
	const struct control_request *request) MUST_CHECK;

#endif
