#include "irc_moderation/ranks.h"

#include "irc/channel.h"
#include "util/clock.h"
#include "util/str.h"

bool irc_ranks_is_moderator(const struct irc_moderation *moderation,
	const struct irc_member *member)
{
	for (const char *mode = moderation->moderator_modes; *mode; mode++)
		if (irc_member_has_mode(member, *mode))
			return true;
	return false;
}

static bool is_moderator(
	const struct irc_moderation *moderation, const struct irc_face *face)
{
	const struct irc_channel *channel = moderation_channel(moderation);
	const struct irc_member *member =
		channel ? irc_channel_member(channel, face->nick) : NULL;

	return member && irc_ranks_is_moderator(moderation, member);
}

/* Another session of the same person, be it one that is a moderator. */
static bool has_other(const struct irc_moderation *moderation,
	const struct irc_face *face, bool is_moderator)
{
	const struct irc_face *other;
	const struct irc_face *next;

	for (other = moderation->faces.all; other; other = next) {
		next = other->hh.next;
		if (other != face && other->is_here &&
			(other->is_moderator || !is_moderator) &&
			str_eq(other->id, face->id))
			return true;
	}
	return false;
}

static void tell(struct irc_moderation *moderation, struct irc_face *face,
	const char *by, int64_t at_ms)
{
	bool is_fresh = !by && at_ms == 0;
	bool lacks_account =
		face->is_native && moderation->needs_account && !*face->account;
	const struct standing standing = {
		.kind = STANDING_MODERATOR,
		.is_set = face->is_moderator,
		.by = by,
		.at_ms = at_ms,
		.is_automatic = face->is_automatic ||
				(face->is_moderator && lacks_account),
		.is_fresh = is_fresh && !face->is_native && !face->is_moderator,
	};

	if (!face->is_moderator && has_other(moderation, face, true))
		return;
	moderation_tell(moderation, &standing, face);
}

void irc_ranks_tell_all(struct irc_moderation *moderation)
{
	struct irc_face *face;
	struct irc_face *next;

	moderation_tell_list(
		moderation, STANDING_MODERATOR, ROSTER_BEGINS, false);
	HASH_ITER (hh, moderation->faces.all, face, next) {
		face->is_moderator =
			face->is_here && is_moderator(moderation, face);
		/* It may have been lost by leaving. */
		face->is_automatic = !face->is_moderator;
	}
	HASH_ITER (hh, moderation->faces.all, face, next) {
		if (moderation->is_closed)
			return;
		if (face->is_here)
			tell(moderation, face, NULL, 0);
	}
	moderation_tell_list(
		moderation, STANDING_MODERATOR, ROSTER_COMPLETE, false);
}

void irc_ranks_changed(struct irc_moderation *moderation, struct irc_face *face,
	const struct irc_doing *doing)
{
	bool is_one = is_moderator(moderation, face);

	if (face->is_moderator == is_one)
		return;
	face->is_moderator = is_one;
	face->is_automatic = doing->is_automatic;
	tell(moderation, face, irc_doing_by(doing), doing->at_ms);
}

void irc_ranks_undone(struct irc_moderation *moderation, const char *person_id,
	bool is_native, bool is_set)
{
	struct irc_face *face;
	struct irc_face *next;

	HASH_ITER (hh, moderation->faces.all, face, next) {
		if (!face->is_here || face->is_moderator == is_set ||
			face->is_native != is_native ||
			!str_eq(face->id, person_id))
			continue;
		tell(moderation, face, NULL, clock_wall_ms());
		return;
	}
}

void irc_ranks_seen(struct irc_moderation *moderation, struct irc_face *face)
{
	face->is_moderator = is_moderator(moderation, face);
	if (!face->is_moderator)
		face->is_automatic = true;
	tell(moderation, face, NULL, 0);
}

void irc_ranks_gone(
	struct irc_moderation *moderation, const struct irc_face *face)
{
	const struct standing standing = {
		.kind = STANDING_MODERATOR,
		.is_automatic = true,
		.is_gone = true,
	};

	if (face->is_here && !has_other(moderation, face, false))
		moderation_tell(moderation, &standing, face);
}
