/*
 * Takes a native of the network out of a channel.
 */
#ifndef IRC_MODERATION_EXPEL_H
#define IRC_MODERATION_EXPEL_H

#include "irc/conn.h"
#include "model/presence.h"

/*
 * KICK. -EPERM: we have no rank that allows it; -ENOENT: nobody of that nick is
 * there; errors of irc_conn_send().
 */
int irc_expel(struct irc_conn *conn, const char *channel, const char *nick,
	const struct removal *removal) MUST_CHECK;
/* The same; `deed` is what was done to them: "banned in Chime". */
int irc_expel_for(struct irc_conn *conn, const char *channel, const char *nick,
	const struct removal *removal, const char *deed) MUST_CHECK;

#endif
