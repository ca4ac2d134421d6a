/*
 * The inside of an outbound, for the two who share it: outbound.c (what is
 * said) and doubt.c (what was said before).
 */
#ifndef END_IRC_OUTBOUND_PRIVATE_H
#define END_IRC_OUTBOUND_PRIVATE_H

#include "end_irc/draft.h"
#include "end_irc/job.h"
#include "end_irc/lookup.h"
#include "end_irc/outbound.h"
#include "end_irc/recent.h"

struct line;

struct irc_outbound {
	struct loop *loop;
	struct irc_outbound_params params;
	char *channel;
	struct timer *pump;
	struct irc_job *jobs;
	struct line *lines; /* on the wire; outbound.c's own */
	unsigned open;      /* lines whose fate is unknown */
	bool settling; /* a parcel failed: send nothing, wait for the rest */
	/* What of ours is in the channel's history; of this link, or NULL. */
	struct irc_lookup *lookup;
	struct irc_recent recent;
	bool closed; /* freed at the end of this turn */
};

/* Something may have to be done, from the loop. */
void irc_outbound_wake(struct irc_outbound *o);
/* True when the job is gone: it is complete, or all is closed. */
bool irc_outbound_confirm(struct irc_outbound *o, struct irc_job *job,
	size_t end, const char *msgid);
/* What a draft has from the outbound and the job, but for the words. */
void irc_outbound_read_draft(const struct irc_outbound *o,
	const struct irc_job *job, struct irc_draft *ret);

#endif
