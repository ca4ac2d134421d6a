#include "irc/conn_input.h"

#include "irc/conn_link.h"
#include "irc/conn_nick.h"
#include "irc/conn_private.h"
#include "irc/conn_register.h"
#include "irc/conn_send.h"
#include "irc/delivery_match.h"
#include "irc/numeric.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/str.h"

/* Is the link over, or the connection gone? Nothing more to do then. */
static bool input_is_over(const struct irc_conn *conn)
{
	return conn->is_dead || !conn->wire;
}

static bool input_is_history(
	const struct irc_conn *conn, const struct irc_message *msg)
{
	const struct irc_batch *batch = irc_batches_of(&conn->batches, msg);

	return irc_batch_is_in(batch, "chathistory") ||
	       irc_batch_is_in(batch, "znc.in/playback");
}

/* Once registered such a numeric may refuse one thing only, an OPER or a
 * channel; a ban that came later is told as 465 about nothing else. */
static bool input_is_about_link(
	const struct irc_conn *conn, const struct irc_message *msg)
{
	return conn->state != IRC_CONN_READY || msg->numeric < 0 ||
	       (msg->numeric == ERR_YOUREBANNEDCREEP && msg->nparams == 2);
}

/* What the server says about the end to come; the worst of it counts. */
static void input_note_loss(
	struct irc_conn *conn, const struct irc_message *msg)
{
	enum irc_loss loss;

	if (!irc_loss_of_message(msg, conn->self.nick, &loss))
		return;
	if (conn->parting_why && loss < conn->parting)
		return;
	if (!input_is_about_link(conn, msg))
		return;
	conn->parting = loss;
	set_string(&conn->parting_why, irc_message_last(msg));
}

/* Are we out of the channel of its first parameter now? */
static bool input_is_end_of(
	const struct irc_conn *conn, const struct irc_message *msg, bool is_own)
{
	if (irc_message_is(msg, "KICK"))
		return irc_conn_is_own_nick(conn, irc_message_param(msg, 1));
	return is_own && irc_message_is(msg, "PART");
}

static void input_track(
	struct irc_conn *conn, const struct irc_message *msg, bool is_own)
{
	const struct irc_join_step step = {
		.msg = msg,
		.own_nick = conn->self.nick,
		.is_own = is_own,
		.now_ms = loop_now_ms(conn->loop),
	};
	const char *channel = irc_message_param(msg, 0);

	if (!irc_joins_take(&conn->joins, &step)) {
		/* Forwarded, or forced: nobody wants us in there. */
		conn_leave(conn, channel);
		return;
	}
	if (is_own && irc_message_is(msg, "JOIN") && !conn->params.is_light)
		(void)irc_track_enter(&conn->track, channel);
	irc_track_take(&conn->track, msg,
		irc_caps_has(&conn->caps, IRC_CAP_MULTI_PREFIX));
	if (!input_is_end_of(conn, msg, is_own))
		return;
	irc_track_leave(&conn->track, channel);
	conn_purge(conn, channel);
}

/* What it says of us it says at once, in its own clock. */
static void input_note_time(
	struct irc_conn *conn, const struct irc_message *msg)
{
	const char *time = irc_message_tag(msg, "time");
	int64_t ms;

	if (!time || clock_parse_iso8601(time, &ms) < 0)
		return;
	ms -= clock_wall_ms();
	if (!conn->has_skew || ms > conn->skew_ms)
		conn->skew_ms = ms;
	conn->has_skew = true;
}

int64_t irc_conn_server_ms(const struct irc_conn *conn)
{
	return clock_wall_ms() + (conn->has_skew ? conn->skew_ms : 0);
}

/* In answer to whatever we said to a channel that we thought we are in: no,
 * says the server. */
static void input_note_absence(
	struct irc_conn *conn, const struct irc_message *msg)
{
	const char *channel = irc_message_param(msg, 1);
	struct buf AUTOBUF why;

	buf_init(&why, IRC_BODY_BYTES + 64);
	if ((msg->numeric != ERR_NOTONCHANNEL &&
		    msg->numeric != ERR_NOSUCHCHANNEL &&
		    msg->numeric != ERR_NOSUCHNICK) ||
		!irc_joins_is_in(&conn->joins, channel))
		return;
	buf_addf(&why, "not in it any more: %s", irc_message_last(msg));
	irc_joins_deny(
		&conn->joins, channel, why.data, loop_now_ms(conn->loop));
	irc_track_leave(&conn->track, channel);
	conn_purge(conn, channel);
}

/* What happens now, as opposed to history. */
static void input_act(struct irc_conn *conn, const struct irc_message *msg)
{
	bool is_own = irc_conn_is_own_nick(conn, msg->source.nick);

	if (is_own)
		input_note_time(conn, msg);
	conn_link_take(conn, msg);
	input_note_loss(conn, msg);
	conn_register_take(conn, msg);
	if (input_is_over(conn))
		return;
	/* Before our nick changes: a NICK of ours comes from the old one. */
	input_track(conn, msg, is_own);
	conn_nick_take(conn, msg, is_own);
	conn->is_own_echo = irc_deliveries_take(conn, msg, is_own);
	input_note_absence(conn, msg);
}

/* From here on all know the channel by the name that it was asked for by. */
static void input_rename(struct irc_conn *conn, struct irc_message *msg)
{
	enum irc_casemap map = conn->isupport.casemap;
	const char *channel;

	irc_renames_in(&conn->renames, map, msg);
	channel = irc_message_param(msg, 0);
	if (irc_message_is(msg, "RENAME") && *irc_message_param(msg, 1) &&
		irc_joins_is_in(&conn->joins, channel))
		irc_renames_add(&conn->renames, map, channel,
			irc_message_param(msg, 1));
}

static void input_process(struct irc_conn *conn, const struct irc_message *msg)
{
	irc_batches_take(&conn->batches, msg);
	conn->is_own_echo = false;
	conn->is_history = input_is_history(conn, msg);
	conn->message = msg;
	if (!conn->is_history)
		input_act(conn, msg);
	if (!conn->is_dead)
		irc_histories_take(conn, msg);
	if (!conn->is_dead && conn->events.message)
		conn->events.message(conn, msg, conn->arg);
	conn->message = NULL;
	irc_batches_end(&conn->batches);
}

void conn_input_line(struct irc_conn *conn, char *line, size_t len)
{
	struct irc_message msg;
	enum irc_parse rc;

	conn->stats.lines_received++;
	conn->link.heard_ms = loop_now_ms(conn->loop);
	if (conn_nick_is_of_others(conn, line, len))
		return;
	rc = irc_message_parse(&msg, line, len);
	if (rc == IRC_PARSE_EMPTY)
		return;
	if (rc != IRC_PARSE_OK) {
		conn->stats.lines_bad++;
		log_debug(conn->params.name, "left out a line with %s",
			irc_parse_text(rc));
		return;
	}
	input_rename(conn, &msg);
	input_process(conn, &msg);
	if (!input_is_over(conn) && irc_message_is(&msg, "ERROR"))
		conn_lose(conn, conn->parting, str_or_empty(conn->parting_why));
}

const char *irc_conn_channel_name(
	const struct irc_conn *conn, const char *channel)
{
	return irc_renames_name(
		&conn->renames, conn->isupport.casemap, channel);
}

const char *irc_conn_batch_type(
	const struct irc_conn *conn, const struct irc_message *message)
{
	return irc_batch_meaning(irc_batches_of(&conn->batches, message));
}

bool irc_conn_is_history(
	const struct irc_conn *conn, const struct irc_message *message)
{
	return conn->message == message && conn->is_history;
}

bool irc_conn_is_own_echo(
	const struct irc_conn *conn, const struct irc_message *message)
{
	return conn->message == message && conn->is_own_echo;
}

const struct irc_channel *irc_conn_affected(
	const struct irc_conn *conn, size_t i)
{
	if (!conn->message || conn->is_history)
		return NULL;
	return irc_track_affected(&conn->track, i);
}

const struct irc_user *irc_conn_user(
	const struct irc_conn *conn, const char *nick)
{
	const struct irc_person *person =
		irc_people_find(&conn->track.people, nick);

	return person ? &person->user : NULL;
}

const struct irc_user *irc_conn_next_user(
	const struct irc_conn *conn, const struct irc_user *prev)
{
	/* What readers see comes first in it. */
	const struct irc_person *person =
		prev ? ((const struct irc_person *)prev)->hh.next
		     : conn->track.people.by_nick;

	return person ? &person->user : NULL;
}
