/*
 * Bans and moderators of one channel, as they are asked for: the Chime end's
 * stand (model/end.h). In the background. How many are asked for at once is
 * bounded by who asks; of one person and kind one at a time, others are told
 * to come later.
 *
 * "It is so already" is done. When the service refuses, the bans are asked for:
 * if they may be listed, the refusal is about this one (a moderator, an
 * administrator, who cannot be banned; somebody banned, who cannot moderate);
 * if not, the bridge has lost its rights, and it is to be tried later.
 *
 * A person of IRC who has no user in Chime is not shown there: nothing is done
 * until they have one. Who is to moderate is made a member first. Who is banned
 * is no member any more, and none again by itself when the ban is lifted. They
 * are called as they are called now.
 *
 * The bridge's own user is never touched.
 */
#ifndef CHIME_MODERATION_STANDS_H
#define CHIME_MODERATION_STANDS_H

#include "chime/client.h"
#include "chime_users/users.h"
#include "model/standing.h"
#include "net/loop.h"
#include "util/attr.h"

#include <stdbool.h>

struct stands;

struct stands_params {
	struct chime_client *client; /* borrowed, as users */
	struct users *users;
	const char *object; /* for logs; copied, as all strings */
	const char *bridge; /* ARN of the bridge's own user */
	bool puppets;       /* false: people of IRC have no users */
	/* Once for each stands_add(); from the loop, as all. May close. */
	void (*stood)(void *arg, const struct standing_receipt *receipt);
	/* Comes before it and closes nothing: it is so now. */
	void (*changed)(void *arg, enum standing_kind kind, const char *arn,
		bool is_set);
	/* This person is a member now. May close. */
	void (*joined)(void *arg, const char *person_id);
	/* Our keys may not do that. May close. */
	void (*denied)(void *arg, enum standing_kind kind, const char *why);
	/* The bridge's user may not moderate, it seems. Closes nothing. */
	void (*doubted)(void *arg);
	void *arg;
};

struct stands *stands_new(
	struct loop *loop, const struct stands_params *params) MUST_CHECK;
/* Frees at the end of the turn; no receipt comes any more. NULL is fine. */
void stands_close(struct stands *stands);
/* The channel (ARN) can be used; NULL: not any more, all is to come later. */
void stands_open(struct stands *stands, const char *channel);

void stands_add(struct stands *stands, const struct standing_change *change);
/* Is anything under way for this user? */
bool stands_is_changing(
	const struct stands *stands, enum standing_kind kind, const char *arn);

#endif
