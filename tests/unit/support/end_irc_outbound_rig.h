/*
 * One room's way out on an IRC connection that the test is the server of, with
 * all the receipts that come back, as lines: "TICKET OUTCOME PROGRESS ID".
 */
#ifndef SUPPORT_END_IRC_OUTBOUND_RIG_H
#define SUPPORT_END_IRC_OUTBOUND_RIG_H

#include "end_irc/outbound.h"
#include "irc_peer.h"

struct outbound_rig {
	struct irc_peer peer;
	struct irc_outbound_params params; /* to be changed before it begins */
	struct irc_outbound *outbound;
	struct buf receipts;
	uint64_t close_at; /* close inside the receipt of this ticket */
	uint64_t again_at; /* add a parcel inside this one */
};

/* For each test of a group; the window is one. */
int outbound_rig_setup(void **state);
int outbound_rig_teardown(void **state);
/* Ready and in #a. */
void outbound_rig_begin(struct outbound_rig *rig, const char *caps);
void outbound_rig_add_from(struct outbound_rig *rig, uint64_t ticket,
	const char *payload, size_t progress);
void outbound_rig_add(
	struct outbound_rig *rig, uint64_t ticket, const char *payload);
/* Turns the loop; these and no other receipts have come since. */
void outbound_rig_expect(struct outbound_rig *rig, const char *text);

#endif
