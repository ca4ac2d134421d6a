/*
 * Parcels of one room on their way into the channel: one call at a time, in
 * order. A parcel is sent by the puppet of its person (made when needed), or
 * by the bridge's own user, with the token it was given; one whose first
 * attempt is older than a token can be trusted is looked up first, by the token
 * in the Metadata of what lies in the channel since then
 * (end_chime/lookup.h). When that fails, the parcel waits.
 *
 * Who cannot have a puppet (there is no room for another user, or for another
 * member) is spoken for by the bridge's own user, with the name in front. That
 * is another message, with a token of its own; so that it is never said twice,
 * what an earlier try may have said the other way is looked up first.
 *
 * What was late when its turn first came carries its time in the text; the
 * time is in the Metadata of each.
 */
#ifndef END_CHIME_OUTBOUND_H
#define END_CHIME_OUTBOUND_H

#include "chime_users/users.h"
#include "model/end.h"

struct chime_outbound;

struct chime_outbound_params {
	struct chime_client *client; /* borrowed, as users */
	struct users *users;
	const char *object;  /* for logs; copied, as all strings */
	const char *channel; /* ARN */
	const char *bridge;  /* ARN of the bridge's own user */
	/* A conversation of two (ARN of the other one, end_chime/peer.h):
	 * nobody is made a member, `bridge` is the puppet. Or NULL. */
	const char *peer;
	int64_t token_trust_ms;
	int64_t late_after_ms;  /* 0: never */
	unsigned look_up_pages; /* most of one look-up; 0: 20000 */
	/* From the loop only; may close the outbound. */
	void (*receipt)(void *arg, const struct receipt *receipt);
	/* This puppet has said something, which is there. Comes before the
	 * receipt and closes nothing. Or NULL. */
	void (*spoke)(void *arg, const char *puppet);
	/* This person is a member now, by speaking. May close the outbound. */
	void (*joined)(void *arg, const char *person_id);
	/* What the bridge's user itself asked for was forbidden, not by the
	 * keys' policy: it may be no member any more. Closes nothing. Or NULL.
	 */
	void (*refused)(void *arg);
	void *arg;
};

struct chime_outbound *chime_outbound_new(struct loop *loop,
	const struct chime_outbound_params *params) MUST_CHECK;
/* Frees at the end of the turn; no receipt comes any more. NULL is fine. */
void chime_outbound_close(struct chime_outbound *outbound);

enum {
	OUTBOUND_NOTES_MAX = 16,
};

/* Says something as the bridge's user, in turn; forgotten when it fails, or
 * when more than OUTBOUND_NOTES_MAX wait. */
void chime_outbound_note(struct chime_outbound *outbound, const char *text);
/* This one (ARN) has spoken in the channel. */
void chime_outbound_heard(struct chime_outbound *outbound, const char *arn);
/* It goes on in another channel (ARN). */
void chime_outbound_move(struct chime_outbound *outbound, const char *channel);
/* Does anything wait that this person says? */
bool chime_outbound_has(
	const struct chime_outbound *outbound, const char *person_id);
/* Takes a copy of the parcel and sends it when its turn comes. */
void chime_outbound_add(
	struct chime_outbound *outbound, const struct parcel *parcel);

#endif
