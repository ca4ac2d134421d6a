/*
 * One IRC connection as a client: connects (several servers in turn),
 * negotiates CAP 302 and SASL, registers, joins what it is told to stay in,
 * keeps the link alive and comes back with back-off after every loss. Knows
 * IRC, not who uses it.
 *
 * States move by one setter; each has a deadline. Disconnects are classified
 * before a retry: normal, throttled (>= 30 s), banned (>= 15 min), killed (>=
 * 30 s), untrusted certificate, SASL refused. Back-off 2 s .. 5 min with
 * jitter, reset after a link that was stable for 5 min.
 *
 * SASL PLAIN is only sent over TLS or to a loopback address. What others may do
 * to us is met so: a channel that is not wanted (forwarded, forced) is left at
 * once; a nick that is taken away is asked for again, ever more slowly.
 *
 * The events are called from the loop only. irc_conn_free() may be called
 * inside them; afterwards none comes.
 */
#ifndef IRC_CONN_H
#define IRC_CONN_H

#include "irc/conn_params.h"
#include "irc/isupport.h"
#include "irc/line.h"
#include "irc/message.h"
#include "net/loop.h"
#include "util/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct irc_conn;
struct irc_channel;
struct irc_user;

enum irc_conn_state {
	IRC_CONN_IDLE,        /* not started */
	IRC_CONN_CONNECTING,  /* name, TCP, TLS */
	IRC_CONN_REGISTERING, /* CAP, SASL, NICK/USER until 001 and end of MOTD
			       */
	IRC_CONN_READY,
	IRC_CONN_CLOSING, /* QUIT sent, waiting for the end */
	IRC_CONN_WAITING, /* until the next attempt */
};

struct irc_conn_events {
	/* After every change. `why` is one line for people, never NULL. */
	void (*state)(struct irc_conn *conn, enum irc_conn_state state,
		const char *why, void *arg);
	/* Every message, after the connection acted on it: for the call. */
	void (*message)(struct irc_conn *conn,
		const struct irc_message *message, void *arg);
	/* A channel (by the name that was asked for) that we are to stay in:
	 * joined (366 seen), or refused or lost, with the reason. */
	void (*channel)(struct irc_conn *conn, const char *channel, bool joined,
		const char *why, void *arg);
};

struct irc_conn *irc_conn_new(struct loop *loop,
	const struct irc_conn_params *params,
	const struct irc_conn_events *events, void *arg) MUST_CHECK;
void irc_conn_free(struct irc_conn *conn);

void irc_conn_start(struct irc_conn *conn);
/* QUIT, wait for the end (<= 2 s), then IDLE; nothing new is sent. */
void irc_conn_stop(struct irc_conn *conn, const char *reason);

enum irc_conn_state irc_conn_state(const struct irc_conn *conn);
/* Ready, but not logged in though SASL is configured: why; else NULL. */
const char *irc_conn_login_problem(const struct irc_conn *conn);
const char *irc_conn_state_name(enum irc_conn_state state);
/* Our own nick now (001 and NICK are believed), and the configured one. */
const char *irc_conn_nick(const struct irc_conn *conn);
/* With its suffix, cut as this server wants it once that is known. */
const char *irc_conn_wanted_nick(const struct irc_conn *conn);
/* "nick!user@host" as others saw us last; NULL while the host is not known
 * (it is at the latest when we have joined a channel). Until the next turn. */
const char *irc_conn_mask(struct irc_conn *conn);
bool irc_conn_is_own_nick(const struct irc_conn *conn, const char *nick);
const struct irc_isupport *irc_conn_isupport(const struct irc_conn *conn);
/* Is this capability (by name) enabled now? */
bool irc_conn_has_cap(const struct irc_conn *conn, const char *cap);

/*
 * Reads and shows nothing until irc_conn_resume(). The server is kept content
 * meanwhile, its silence ends nothing. Only while READY, until the link ends.
 */
void irc_conn_pause(struct irc_conn *conn);
void irc_conn_resume(struct irc_conn *conn);

/*
 * Wants to be in `channel`: joins as soon as ready, rejoins after reconnects
 * and kicks (slowly: irc/join.h). A forward (470) counts as a refusal.
 */
void irc_conn_join(struct irc_conn *conn, const char *channel, const char *key);
/* Leaves it, drops what is queued for it. */
void irc_conn_part(struct irc_conn *conn, const char *channel);
/* The same, but leaves it in a few seconds only: who joins it meanwhile is told
 * that we are there, and keeps the rights that we have. */
void irc_conn_part_soon(struct irc_conn *conn, const char *channel);

/* Priorities of the send queue, most urgent first. */
enum irc_priority {
	IRC_PRIO_LINK,    /* PONG, registration: not paced */
	IRC_PRIO_COMMAND, /* JOIN, MODE, … */
	IRC_PRIO_TEXT,    /* PRIVMSG, NOTICE */
	IRC_PRIO_BULK,    /* WHO and other things that can wait */
};

/*
 * Queues one line (built by irc_line_build). `target` is the channel it is
 * for, or NULL; queued lines are purged when we leave it. 0, -ENOTCONN,
 * -ENOBUFS (queue full), -EINVAL (cannot be a line).
 */
int irc_conn_send(struct irc_conn *conn, enum irc_priority priority,
	const char *target, const struct irc_line *line) MUST_CHECK;

/* WHO (WHOX where there is) in the form that fills in who the members of the
 * channel are. Errors as irc_conn_send(). */
int irc_conn_who(struct irc_conn *conn, const char *channel) MUST_CHECK;

/* Bytes left for the text of `command target :text` in the line as others
 * receive it, with our present nick!user@host (worst case while unknown). The
 * target is a channel or a nick. */
size_t irc_conn_text_room(
	const struct irc_conn *conn, const char *command, const char *target);
/* The same for RELAYMSG, where the server makes user and host: worst case. */
size_t irc_conn_relay_room(const struct irc_conn *conn, const char *relay_nick,
	const char *channel);
/* What a nick for RELAYMSG must hold one of ("" anything goes); NULL: the
 * server has no draft/relaymsg. */
const char *irc_conn_relay_separators(const struct irc_conn *conn);

/* Everything up to that (wall) time has been read by the person whose session
 * this is (draft/read-marker). -ENOTSUP; errors of irc_conn_send(). */
int irc_conn_mark_read(
	struct irc_conn *conn, const char *target, int64_t time_ms) MUST_CHECK;

/* Tracked state of a joined channel (irc/channel.h), or NULL. */
const struct irc_channel *irc_conn_channel(
	const struct irc_conn *conn, const char *channel);

/* What the server calls it: not what it was asked for by when somebody has
 * renamed it on this link (RENAME); nobody else needs to know. Valid until the
 * next message. */
const char *irc_conn_channel_name(
	const struct irc_conn *conn, const char *channel);

/* Somebody in any of our channels, by nick; NULL when nobody is. The one after
 * `prev`, the first for NULL; NULL at the end. Valid until the next message. */
const struct irc_user *irc_conn_user(
	const struct irc_conn *conn, const char *nick);
const struct irc_user *irc_conn_next_user(
	const struct irc_conn *conn, const struct irc_user *prev);

/* The server's wall clock now, as far as its server-time tells; else ours. */
int64_t irc_conn_server_ms(const struct irc_conn *conn);

/* For the message that the `message` event is being called with: */

/* What kind of batch it came in: "chathistory", "netsplit", "netjoin", … NULL
 * outside. "labeled-response" only where nothing better is known. */
const char *irc_conn_batch_type(
	const struct irc_conn *conn, const struct irc_message *message);
/* Did it happen before (chathistory, playback)? Then it changed no state. */
bool irc_conn_is_history(
	const struct irc_conn *conn, const struct irc_message *message);
/* Is it a line of irc_deliver() coming back? */
bool irc_conn_is_own_echo(
	const struct irc_conn *conn, const struct irc_message *message);
/* QUIT, NICK, ACCOUNT, CHGHOST, SETNAME, AWAY: the i-th channel that its sender
 * shares with us (shared, for QUIT); NULL past the end. */
const struct irc_channel *irc_conn_affected(
	const struct irc_conn *conn, size_t i);

/* All counted since irc_conn_new(). */
struct irc_conn_stats {
	uint64_t lines_received;
	uint64_t lines_sent;
	uint64_t lines_bad;     /* unreadable or too long: left out */
	uint64_t lines_dropped; /* from the send queue: full, purged, too old */
	uint64_t links;         /* times that READY was reached */
	size_t queued;          /* lines waiting now */
	int64_t lag_ms;         /* of the last PING answered; -1 none yet */
};
void irc_conn_stats(const struct irc_conn *conn, struct irc_conn_stats *ret);
const struct irc_server *irc_conn_server(const struct irc_conn *conn);
/* Logged in as this account; "" when not. */
const char *irc_conn_account(const struct irc_conn *conn);

#endif
