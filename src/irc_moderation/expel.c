#include "irc_moderation/expel.h"

#include "irc/channel.h"
#include "irc/split.h"
#include "irc_words/shown_name.h"
#include "util/utf8.h"

#include <errno.h>
#include <string.h>

enum { REASON_BYTES = 250 };

/* Half-operators may, where there are any, and all above them. */
static bool may_kick(
	const struct irc_conn *conn, const struct irc_member *member)
{
	const struct irc_isupport *isupport = irc_conn_isupport(conn);
	int least = irc_isupport_rank_of_mode(isupport, 'h');

	if (least < 0)
		least = irc_isupport_rank_of_mode(isupport, 'o');
	for (const char *mode = member->modes; *mode; mode++) {
		int rank = irc_isupport_rank_of_mode(isupport, *mode);
		if (rank >= 0 && rank <= least)
			return true;
	}
	return false;
}

static void add_reason(
	struct buf *out, const struct removal *removal, const char *deed)
{
	buf_adds(out, deed);
	if (removal->actor) {
		buf_adds(out, " by ");
		shown_name(out, removal->actor, false);
	}
	if (!removal->reason || !*removal->reason)
		return;
	buf_adds(out, ": ");
	irc_text_clean(out, removal->reason, strlen(removal->reason));
	for (char *p = out->data; *p; p++)
		if (*p == '\n')
			*p = ' ';
}

int irc_expel_for(struct irc_conn *conn, const char *channel, const char *nick,
	const struct removal *removal, const char *deed)
{
	const struct irc_channel *seen = irc_conn_channel(conn, channel);
	const struct irc_member *own =
		seen ? irc_channel_member(seen, irc_conn_nick(conn)) : NULL;
	unsigned most = irc_conn_isupport(conn)->kicklen;
	struct buf AUTOBUF reason;

	buf_init(&reason, 4096);
	if (!own || !may_kick(conn, own))
		return -EPERM;
	if (!nick || !irc_channel_member(seen, nick))
		return -ENOENT;
	add_reason(&reason, removal, deed);
	if (!most || most > REASON_BYTES)
		most = REASON_BYTES;
	buf_truncate(&reason, utf8_fit(reason.data, reason.len, most));
	return irc_conn_send(conn, IRC_PRIO_COMMAND, channel,
		&(struct irc_line){
			.command = "KICK",
			.params = {channel, nick, reason.data},
		});
}

int irc_expel(struct irc_conn *conn, const char *channel, const char *nick,
	const struct removal *removal)
{
	return irc_expel_for(
		conn, channel, nick, removal, "removed from the Chime channel");
}
