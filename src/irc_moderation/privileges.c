#include "irc_moderation/privileges.h"

#include "irc/channel.h"

#include <stdio.h>
#include <string.h>

enum { WHY_BYTES = IRC_NAME_BYTES * 2 + 64 };

/* The rank of a mode; where the server has no such, that of an operator. */
static int rank_of(const struct irc_isupport *isupport, char mode)
{
	int rank = irc_isupport_rank_of_mode(isupport, mode);

	return rank >= 0 ? rank : irc_isupport_rank_of_mode(isupport, 'o');
}

/* Ours, 0 is the highest; IRC_PREFIXES_MAX without. */
static int own_rank(const struct irc_moderation *moderation)
{
	const struct irc_channel *channel = moderation_channel(moderation);
	const struct irc_member *own =
		channel ? irc_channel_member(
				  channel, irc_conn_nick(moderation->conn))
			: NULL;
	int rank = -1;

	if (own && own->modes[0])
		rank = irc_isupport_rank_of_mode(
			moderation_isupport(moderation), own->modes[0]);
	return rank >= 0 ? rank : IRC_PREFIXES_MAX;
}

/* The least that allows it: the larger, the lower. */
static int wanted_rank(
	const struct irc_moderation *moderation, enum right right)
{
	const struct irc_isupport *isupport = moderation_isupport(moderation);
	const struct irc_channel *channel = moderation_channel(moderation);
	const char *modes = moderation->moderator_modes;
	int op = rank_of(isupport, 'o');
	int given;

	switch (right) {
	case RIGHT_MODERATORS:
		given = rank_of(isupport, modes[strlen(modes) - 1]);
		return given < op ? given : op;
	case RIGHT_TOPIC:
		if (irc_channel_modes_known(channel) &&
			!irc_channel_has_mode(channel, 't'))
			return IRC_PREFIXES_MAX;
		return rank_of(isupport, 'h');
	case RIGHT_NAME:
		return op;
	default:
		return rank_of(isupport, 'h');
	}
}

static bool may_do(const struct irc_moderation *moderation, enum right right,
	char why[WHY_BYTES])
{
	if (right == RIGHT_NAME &&
		!irc_conn_has_cap(moderation->conn, "draft/channel-rename")) {
		snprintf(why, WHY_BYTES,
			"channels of this IRC server cannot be renamed");
		return false;
	}
	snprintf(why, WHY_BYTES, "%s is not an operator in %s",
		irc_conn_nick(moderation->conn), moderation->channel);
	return own_rank(moderation) <= wanted_rank(moderation, right);
}

void irc_privileges_tell(struct irc_moderation *moderation, bool all)
{
	char why[WHY_BYTES];

	/* Outside nothing is known of what we may; what was stays. */
	if (!moderation->is_in || !moderation_channel(moderation))
		return;
	for (int i = 0; i < RIGHTS && moderation_tells(moderation); i++) {
		bool may = may_do(moderation, (enum right)i, why);
		if (!all && moderation->may[i] == (int)may)
			continue;
		moderation->may[i] = may;
		if (moderation->sink.right)
			moderation->sink.right(moderation->sink.arg,
				(enum right)i, may, may ? NULL : why);
	}
}
