/*
 * What an owner may wish of a connection that runs already: another nick, to
 * leave a channel with a word.
 */
#ifndef IRC_CONN_WISH_H
#define IRC_CONN_WISH_H

struct irc_conn;

/* The nick that is wanted from now on, as `nick` of the parameters; a suffix
 * stays. Asked for at once when READY, and worked for as ever; when somebody
 * has it, one that is like it is taken meanwhile. Not paced: servers allow
 * few. */
void irc_conn_rename(struct irc_conn *conn, const char *nick);
/* As irc_conn_part(), with a reason (NULL: none). */
void irc_conn_leave(
	struct irc_conn *conn, const char *channel, const char *reason);

#endif
