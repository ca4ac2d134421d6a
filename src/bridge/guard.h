/*
 * The loop guard and the policy: may this event be relayed at all? A pure
 * decision from the event's origin and the mapping's setting.
 */
#ifndef BRIDGE_GUARD_H
#define BRIDGE_GUARD_H

#include "bridge/terms.h"
#include "model/event.h"
#include "model/store.h"

enum guard_verdict {
	GUARD_PASS,
	GUARD_ECHO,   /* we or another bridge caused it: never sent on */
	GUARD_POLICY, /* this direction is switched off */
};

enum guard_verdict guard_judge(enum message_policy policy, enum lane_way way,
	enum event_origin origin);

#endif
