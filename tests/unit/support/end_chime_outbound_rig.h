/*
 * The way out of one room before a scripted Chime (end_chime_service.h), for
 * the tests of sending.
 */
#ifndef SUPPORT_END_CHIME_OUTBOUND_RIG_H
#define SUPPORT_END_CHIME_OUTBOUND_RIG_H

#include "end_chime/outbound.h"
#include "end_chime_service.h"
#include "util/buf.h"

enum { TRUST_MS = 10 * 60 * 1000, LATE_MS = 60 * 1000 };

#define SEND "POST /channels/APP/channel/c/messages"
#define JOIN "POST /channels/APP/channel/c/memberships"
#define USER "POST /app-instance-users"
/* Does Bob's user exist? And that it does, as we made it. */
#define ASK_BOB "GET /app-instance-users/APP/user/irc:net:bob"
#define IS_BOB                                                                 \
	"{\"AppInstanceUser\":{\"Name\":\"Bob\",\"Metadata\":"                 \
	"\"{\\\"belfry\\\":{\\\"v\\\":1,\\\"person\\\":"                       \
	"\\\"net%%2Fbob\\\"}}\"}}"
#define BOB "\"id\":\"net%2Fbob\""

/* A message in a listing, with a token of ours. */
#define MARKED(id, token)                                                      \
	"{\"MessageId\":\"" id "\",\"Content\":\"x\",\"Metadata\":"            \
	"\"{\\\"belfry\\\":{\\\"tok\\\":\\\"" token "\\\"}}\"}"

struct outbound_rig {
	struct service s;
	struct users *users;
	struct chime_outbound *outbound;
	struct buf receipts;
	uint64_t close_at; /* close inside the receipt of this ticket */
	uint64_t again_at; /* add a parcel inside this one */
	int64_t retry_ms;
	int64_t position; /* of the parcels to come; 0: now */
	int64_t turn_ms;  /* as that */
	char why[512];
};

/* Of each test; the rig is its state. */
int outbound_rig_setup(void **state);
int outbound_rig_teardown(void **state);

/* Bob has spoken here before. */
void outbound_rig_know_bob(struct outbound_rig *f);
/* "hi <ticket>" of Bob, with more members of the payload; token "t<ticket>".
 */
void outbound_rig_add(struct outbound_rig *f, uint64_t ticket, const char *more,
	int64_t first_sent_ms);
/* What came since the last time, a line each. */
void outbound_rig_expect_receipts(struct outbound_rig *f, const char *text);

/* A message with this content is sent; and it has been. */
void outbound_rig_expect_send(struct outbound_rig *f, const char *content);
void outbound_rig_sent(struct outbound_rig *f, const char *id);
/* The channel is listed for what was sent then. */
void outbound_rig_expect_look_up(struct outbound_rig *f, int64_t first_sent_ms);

#endif
