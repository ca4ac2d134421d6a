#include "irc/conn_wish.h"

#include "irc/conn_nick.h"
#include "irc/conn_private.h"
#include "irc/conn_send.h"
#include "util/alloc.h"
#include "util/str.h"

#include <stdlib.h>

void irc_conn_rename(struct irc_conn *conn, const char *nick)
{
	const char *old = conn->params.nick;
	char choice[IRC_NICK_BYTES];
	const struct irc_nick_wish wish = {
		.wanted = nick,
		.suffix = conn->params.nick_suffix,
	};

	if (str_eq(old, nick))
		return;
	conn->params.nick = xstrdup(nick);
	free((char *)(uintptr_t)old);
	conn->self.forced = 0;
	irc_nick_choice(&wish, 0, choice);
	set_string(&conn->self.wanted, choice);
	if (conn->state == IRC_CONN_IDLE || conn->state == IRC_CONN_WAITING)
		set_string(&conn->self.nick, choice);
	conn->self.is_renamed = conn->state == IRC_CONN_REGISTERING;
	conn->self.is_moving =
		conn->self.is_renamed || conn->state == IRC_CONN_READY;
	conn->self.moves = 0;
	if (conn->state != IRC_CONN_READY)
		return;
	conn->registration.nick_refusals = 0;
	conn_nick_begin(conn);
	/* It asks by itself only for what NICKLEN has changed. */
	if (conn->self.asked_ms == 0)
		timer_arm(conn->self.regain, 0);
	conn_soon(conn);
}

void irc_conn_leave(
	struct irc_conn *conn, const char *channel, const char *reason)
{
	const struct irc_line line = {
		.command = "PART",
		.params = {channel, reason},
	};
	bool is_in = conn->state == IRC_CONN_READY &&
		     irc_joins_is_in(&conn->joins, channel);

	conn_purge(conn, channel);
	if (is_in && reason &&
		conn_queue(conn,
			&(struct conn_line){
				.priority = IRC_PRIO_COMMAND,
				.line = &line,
			},
			NULL) == 0)
		(void)irc_joins_remove(&conn->joins, channel);
	irc_conn_part(conn, channel);
}
