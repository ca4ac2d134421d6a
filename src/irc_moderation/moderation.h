/*
 * Bans, moderators and attributes of one channel, as IRC has them, told to the
 * bridge and changed for it (model/standing.h; the verbs `moderate`, `stand`,
 * `set_attribute` of model/end.h).
 *
 * Lists. Once we are in the channel and wanted, the bans and, where there are
 * any, the exceptions are asked for, and who is there (irc_people/census.h);
 * then both kinds are told (BEGINS, each, COMPLETE), and what happens after it.
 * When the channel or the link is lost nothing is known until the next list.
 * What is not answered in MODERATION_LIST_MS is gone without: then bans are not
 * whole, and without the exceptions nobody is told as banned; when the answer
 * comes after all, both kinds are told again.
 *
 * Bans. A mask is told for each of the people it fits (irc_moderation/faces.h:
 * who is here, or was in this session), and for nobody in particular when there
 * is none; when somebody comes whom it fits, again. Exceptions are heeded: who
 * is excepted is not banned. Quiets and other lists are not bans. Ourselves are
 * nobody.
 *
 * Moderators. Who has one of moderator_modes. Who has lost it by leaving, and
 * who has come without, has not been deprived of it: that is told as automatic,
 * as is what servers, services and we ourselves do, bans too. Where moderators
 * need an account, that of somebody without one is automatic.
 *
 * Changes go through irc_moderation/mode_writer.h. A ban removes all sessions
 * of the person once it stands. Who is shown here for Chime is not banned by
 * us: they are dismissed.
 *
 * Rights follow from our own rank: bans, restriction and a topic that is locked
 * (+t) want a half-operator, moderators an operator.
 */
#ifndef IRC_MODERATION_MODERATION_H
#define IRC_MODERATION_MODERATION_H

#include "irc_moderation/moderation_settings.h"
#include "irc_people/census.h"
#include "irc_people/folk.h"
#include "model/end.h"
#include "net/loop.h"

enum {
	MODERATION_LIST_MS = 60 * 1000,
	MODERATION_STANDS_MAX = 1000, /* under way; more are LATER */
};

struct irc_moderation;

/* Borrowed until irc_moderation_close(), but for the rest: copied. */
struct irc_moderation_params {
	struct irc_folk *folk;
	struct irc_conn *conn;
	struct irc_census *census;
	const char *mapping; /* for logs */
	const char *channel;
	struct irc_moderation_settings settings; /* NULLs are defaults */
	const struct end_sink *sink;
};

struct irc_moderation *irc_moderation_new(struct loop *loop,
	const struct irc_moderation_params *params) MUST_CHECK;
/* Frees at the end of the turn; nothing is called any more. NULL is fine. */
void irc_moderation_close(struct irc_moderation *moderation);

/* model/end.h */
void irc_moderation_watch(struct irc_moderation *moderation, bool on);
void irc_moderation_stand(struct irc_moderation *moderation,
	const struct standing_change *change);
char *irc_moderation_rule(struct irc_moderation *moderation,
	const struct standing_change *change) MUST_CHECK;
void irc_moderation_set(struct irc_moderation *moderation,
	enum attribute attribute, const char *value, const char *by);

/* We are in the channel, and its NAMES have ended; we are not any more. */
void irc_moderation_joined(struct irc_moderation *moderation);
void irc_moderation_left(struct irc_moderation *moderation);
/* Every message of now, of whatever kind and channel, as irc_roster_take();
 * also those that are answers without naming a channel first. */
void irc_moderation_take(
	struct irc_moderation *moderation, const struct irc_message *message);
/* Is it one of these? */
bool irc_moderation_is_answer(const struct irc_message *message);

#endif
