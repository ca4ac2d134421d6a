/*
 * A parcel that was sent before, by an earlier process or on a link that died:
 * is it there already? The channel's history is looked through
 * (end_irc/lookup.h) for its mark, else for its text as it may have been said
 * in each way, by whoever may have said it; what is found of it is confirmed.
 * Works on what is in end_irc/outbound_private.h.
 */
#ifndef END_IRC_DOUBT_H
#define END_IRC_DOUBT_H

#include "util/attr.h"

#include <stdbool.h>

struct irc_outbound;
struct irc_job;

/*
 * True when it is to be sent, what is left of it. False when there is nothing
 * to be done (the job may be gone), or only when the history is known: the
 * outbound wakes up then.
 */
bool irc_doubt_settle(
	struct irc_outbound *outbound, struct irc_job *job) MUST_CHECK;

#endif
