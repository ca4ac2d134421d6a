/*
 * The control socket's requests about one mapping as a whole: pause, resume,
 * resync, and who is in its channels. Each names it by `mapping`.
 */
#ifndef DAEMON_CONTROL_MAPPING_H
#define DAEMON_CONTROL_MAPPING_H

#include "daemon/control_answer.h"

/* Parameter `by`: who wants it, for people; else "the operator". */
struct control_answer control_mapping_pause(
	const struct control_request *request) MUST_CHECK;
struct control_answer control_mapping_resume(
	const struct control_request *request) MUST_CHECK;
/* With parameter `confirm` what is held is let go, and nothing is asked:
 * {"mapping", "confirmed": how many}. */
struct control_answer control_mapping_resync(
	const struct control_request *request) MUST_CHECK;
/* {"mapping", "paused", "to_irc": {"known", "people": [{"id", "name", "as",
 * "state", "why", "read_ms"}]}, "to_chime": ...} */
struct control_answer control_mapping_members(
	const struct control_request *request) MUST_CHECK;

#endif
