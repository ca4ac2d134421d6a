/*
 * The moderators of a channel as standings of people: part of
 * irc_moderation/moderation.h.
 */
#ifndef IRC_MODERATION_RANKS_H
#define IRC_MODERATION_RANKS_H

#include "irc_moderation/moderation_private.h"

/* All who are here, as a list. */
void irc_ranks_tell_all(struct irc_moderation *moderation);
/* The modes of this one, who is here, have changed. */
void irc_ranks_changed(struct irc_moderation *moderation, struct irc_face *face,
	const struct irc_doing *doing);
/* Somebody has come, or has another account. */
void irc_ranks_seen(struct irc_moderation *moderation, struct irc_face *face);
/* This one leaves, or is somebody else from now on: what they were is not
 * known any more. */
void irc_ranks_gone(
	struct irc_moderation *moderation, const struct irc_face *face);

/*
 * After the receipt that this person is a moderator now, or is none: somebody
 * may have been quicker than the receipt, and what is told last is how it is.
 */
void irc_ranks_undone(struct irc_moderation *moderation, const char *person_id,
	bool is_native, bool is_set);

/* Has this member one of the moderators' modes? */
bool irc_ranks_is_moderator(const struct irc_moderation *moderation,
	const struct irc_member *member);

#endif
