/*
 * Who is in a channel: lists its memberships again and again and tells the
 * differences. The first list, and each that was asked for by
 * roster_refresh(), is told as a whole; so is one that lacks more than
 * ROSTER_LOSS_MAX and more than half of those told last: it may be broken, and
 * only who is told a whole list can doubt it. Hidden members, of whom only a
 * moderator is told, are asked for with the first, with each refresh and with
 * each ROSTER_HIDDEN_EVERYth list, and not again before the next refresh when
 * that is refused.
 *
 * Only a list that came to its end is told anything of: one that failed
 * half-way begins anew. While the channel cannot be read nothing is asked; once
 * it can again, all is told as a whole.
 *
 * A listing begins when `every_ms` have passed, later for long lists: one
 * channel takes a twentieth of its bearer's rate, and all of them together
 * (`load`) a fifth. It makes way for other calls of its bearer, for
 * ROSTER_PATIENCE_MS at most.
 *
 * Those of our own (the bridge's user, puppets) are never told as people. What
 * a member has read (ReadMarkerTimestamp, which the service gives though its
 * model does not say so) is told when it has moved.
 */
#ifndef END_CHIME_ROSTER_H
#define END_CHIME_ROSTER_H

#include "chime/client.h"
#include "chime_users/users.h"
#include "end_chime/members.h"
#include "model/presence.h"
#include "util/attr.h"

enum {
	ROSTER_HIDDEN_EVERY = 10,
	ROSTER_PATIENCE_MS = 2 * 60 * 1000,
	ROSTER_LOSS_MAX = 20,
	/* After a poke: soon, but not oftener than that, or than in a third of
	 * the interval. */
	ROSTER_SOON_MS = 1000,
	ROSTER_SOON_EVERY_MS = 10 * 1000,
};

struct roster;

struct roster_params {
	struct chime_client *client; /* borrowed, as users */
	const struct users *users;
	const char *object;  /* for logs; copied, as all strings */
	const char *channel; /* ARN */
	const char *bearer;  /* ARN of the user who lists */
	int64_t every_ms;
	/* The pages of all rosters of this bearer, kept by them. Borrowed. */
	unsigned *load;
	/* From the loop only; each may close the roster. */
	void (*state)(void *arg, enum roster_state state);
	void (*presence)(void *arg, const struct presence *presence);
	void (*has_read)(void *arg, const char *arn, int64_t at_ms);
	/* A list is complete and was told. It was begun then (monotonic);
	 * `all` are valid for the call. */
	void (*listed)(void *arg, const struct members *all, int64_t began_ms);
	void *arg;
};

/* May all be called inside callbacks of the client and of the roster. */
struct roster *roster_new(
	struct loop *loop, const struct roster_params *params) MUST_CHECK;
/* Frees at the end of the turn; no callback comes any more. NULL is fine. */
void roster_close(struct roster *roster);

/* A fresh list, at once, told as a whole. */
void roster_refresh(struct roster *roster);
/* Somebody may have come or gone: list soon. */
void roster_poke(struct roster *roster);
/* This one has spoken: list soon when nothing is known of them. */
void roster_heard(struct roster *roster, const char *arn);
/* Called from the loop, on changes: it begins as readable. */
void roster_set_readable(struct roster *roster, bool is_readable);
/* A moment up to which one has read, learnt otherwise than by a list. */
void roster_mark(struct roster *roster, const char *arn, int64_t at_ms);

#endif
