/*
 * One channel of a mapping: the IRC end's implementation of model/end.h.
 */
#ifndef END_IRC_ROOM_H
#define END_IRC_ROOM_H

#include "end_irc/cast.h"
#include "end_irc/end_irc.h"
#include "end_irc/inbound.h"
#include "end_irc/intake.h"
#include "end_irc/outbound.h"
#include "end_irc/render.h"
#include "irc_moderation/moderation.h"
#include "irc_people/roster.h"
#include "util/hash.h"

struct irc_room {
	struct end_room base; /* first: it is what the bridge holds */
	struct end_irc *end;
	char *mapping;
	char *channel;
	char *password; /* the channel's key, or NULL */
	char *key;      /* folded channel: where the end finds it */
	struct end_sink sink;
	struct irc_outbound *outbound;
	struct irc_intake *intake;
	struct irc_roster *roster;
	struct irc_cast *cast;
	struct irc_moderation *moderation;
	bool is_busy; /* the bridge cannot take more from us */
	bool ready;
	bool closed;
	UT_hash_handle hh;
};

/* What a room needs of its end. */
struct irc_room_context {
	struct loop *loop;
	struct end_irc *end;
	struct irc_conn *conn;
	const struct end_irc_params *params;
	struct irc_folk *folk;
	struct irc_census *census;
	struct irc_puppets *puppets; /* or NULL */
};

struct irc_room *irc_room_new(const struct irc_room_context *context,
	const struct end_irc_room_params *params,
	const struct end_sink *sink) MUST_CHECK;
/* Frees at the end of the turn. */
void irc_room_close(struct irc_room *room, struct loop *loop);

void irc_room_set_ready(struct irc_room *room, bool ready, const char *why);
/* We are leaving: nothing goes out any more, but what is said until the link
 * is down is heard. */
void irc_room_leave(struct irc_room *room, const char *why);
/* The link is down. */
void irc_room_lost(struct irc_room *room, const char *why);
/* What happens now, about this channel or somebody in it: the people first. */
void irc_room_people(struct irc_room *room, const struct irc_message *message);
/* PONG, and refusals that name no channel. */
void irc_room_answer(struct irc_room *room, const struct irc_message *message);
/* Something has changed for a puppet; it was kicked out of this channel. */
void irc_room_puppet(struct irc_room *room, const struct irc_puppet *puppet);
void irc_room_puppet_kicked(struct irc_room *room,
	const struct irc_puppet *puppet, const struct irc_message *kick);
/* There is a place for the puppet of this person again. */
void irc_room_vacant(struct irc_room *room, const char *id);
/* A message to this channel; `is_past`: shown unasked by the server. */
void irc_room_message(
	struct irc_room *room, const struct irc_inbound *inbound, bool is_past);

#endif
