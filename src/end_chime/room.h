/*
 * One Chime channel of a mapping: the Chime end's implementation of
 * model/end.h. Opened first, then read by a poller and spoken to through an
 * outbound.
 */
#ifndef END_CHIME_ROOM_H
#define END_CHIME_ROOM_H

#include "chime_moderation/mandate.h"
#include "chime_users/users.h"
#include "end_chime/end_chime.h"

struct chime_room;

/* What rooms share; borrowed from the end. */
struct room_context {
	struct loop *loop;
	const struct end_chime_params *params;
	struct users *users;
	struct mandate *mandate;
	struct chime_room *rooms; /* the open ones */
	unsigned list_load;       /* of end_chime/roster.h, pace.h */
};

struct end_room *chime_room_new(struct room_context *context,
	const struct end_chime_room_params *params,
	const struct end_sink *sink) MUST_CHECK;
/* The pace of polling in the params of the context has changed. */
void chime_rooms_repace(struct room_context *context);
/* Is this mapping open, or another one of the channel (ARN, or NULL)? */
bool chime_rooms_have(const struct room_context *context, const char *mapping,
	const char *channel);
/* Does anything wait anywhere that this puppet says? */
bool chime_rooms_are_busy(const struct room_context *context, const char *arn);

#endif
