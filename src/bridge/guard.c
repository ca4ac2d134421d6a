#include "bridge/guard.h"

#include <stdbool.h>

static const bool allowed[][2] = {
	[MESSAGES_BOTH] = {[LANE_TO_IRC] = true, [LANE_TO_CHIME] = true},
	[MESSAGES_TO_IRC] = {[LANE_TO_IRC] = true},
	[MESSAGES_TO_CHIME] = {[LANE_TO_CHIME] = true},
};

enum guard_verdict guard_judge(
	enum message_policy policy, enum lane_way way, enum event_origin origin)
{
	if (origin != ORIGIN_PERSON)
		return GUARD_ECHO;
	return allowed[policy][way] ? GUARD_PASS : GUARD_POLICY;
}
