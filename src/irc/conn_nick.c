#include "irc/conn_nick.h"

#include "irc/conn_private.h"
#include "irc/conn_send.h"
#include "irc/numeric.h"
#include "util/alloc.h"
#include "util/str.h"

#include <string.h>

enum {
	/* What every server allows (RFC 1459): tried when others are not. */
	NICKLEN_SURE = 9,
	/* Servers that cut nicks make long choices alike: after so many
	 * refusals the choices are cut to what is sure. */
	TRIES_UNCUT = 4,
	RETRY_DOUBLINGS = 5,
};

/* While registering NICKLEN is not known, so it is guessed from refusals. */
int conn_nick_ask(struct irc_conn *conn, unsigned n)
{
	char tame[IRC_NICK_BYTES];
	char choice[IRC_NICK_BYTES];
	const char *wanted = conn->params.nick;
	unsigned nicklen = 0;

	if (n >= TRIES_UNCUT || conn->registration.nick_refusals > 0)
		nicklen = NICKLEN_SURE;
	if (conn->registration.nick_refusals > 1) {
		irc_nick_tame(wanted, tame);
		wanted = tame;
	}
	irc_nick_choice(wanted, n, nicklen, choice);
	set_string(&conn->self.nick, choice);
	return conn_command(conn, "NICK", choice, NULL);
}

static void nick_try_next(struct irc_conn *conn, const struct irc_message *msg)
{
	struct conn_register *registration = &conn->registration;
	struct buf AUTOBUF why;

	buf_init(&why, IRC_BODY_BYTES + 64);
	/* The first refusals of the nick itself are met by changing it, not
	 * by a suffix. */
	if (msg->numeric == ERR_ERRONEUSNICKNAME &&
		registration->nick_refusals < 2)
		registration->nick_refusals++;
	else
		registration->nick_tries++;
	if (registration->nick_tries < IRC_NICK_TRIES_MAX) {
		(void)conn_nick_ask(conn, registration->nick_tries);
		return;
	}
	buf_addf(&why, "no nick is accepted: %s", irc_message_last(msg));
	conn_lose(conn, IRC_LOSS_UNSERVED, why.data);
}

void conn_nick_on_refused(struct irc_conn *conn, const struct irc_message *msg)
{
	if (conn->state == IRC_CONN_REGISTERING &&
		!conn->registration.is_welcome)
		nick_try_next(conn, msg);
	else if (msg->numeric == ERR_ERRONEUSNICKNAME)
		conn->self.is_hopeless = true;
}

void conn_nick_set(struct irc_conn *conn, const char *nick)
{
	set_string(&conn->self.nick, nick);
}

/* The wanted nick as this server can give it. */
static void nick_target(const struct irc_conn *conn, char ret[IRC_NICK_BYTES])
{
	irc_nick_choice(conn->params.nick, 0, conn->isupport.nicklen, ret);
}

static bool nick_is_as_wanted(const struct irc_conn *conn)
{
	char target[IRC_NICK_BYTES];

	nick_target(conn, target);
	return irc_conn_is_own_nick(conn, conn->params.nick) ||
	       irc_conn_is_own_nick(conn, target);
}

static int64_t nick_retry_ms(const struct irc_conn *conn)
{
	unsigned doublings = conn->self.forced < RETRY_DOUBLINGS
				     ? conn->self.forced
				     : RETRY_DOUBLINGS;

	return (int64_t)CONN_NICK_RETRY_MS << doublings;
}

static void nick_plan(struct irc_conn *conn)
{
	if (conn->state != IRC_CONN_READY || conn->self.is_hopeless ||
		nick_is_as_wanted(conn))
		timer_cancel(conn->self.regain);
	else if (!timer_is_armed(conn->self.regain))
		timer_arm(conn->self.regain, nick_retry_ms(conn));
}

static void nick_regain(struct irc_conn *conn)
{
	char target[IRC_NICK_BYTES];

	if (conn->self.is_hopeless || nick_is_as_wanted(conn))
		return;
	nick_target(conn, target);
	conn->self.asked_ms = loop_now_ms(conn->loop);
	(void)conn_command(conn, "NICK", target, NULL);
}

void conn_nick_begin(struct irc_conn *conn)
{
	conn->self.is_hopeless = conn->registration.nick_refusals > 1;
	conn->self.asked_ms = 0;
	nick_plan(conn);
}

void conn_nick_end(struct irc_conn *conn)
{
	timer_cancel(conn->self.regain);
	conn->self.forced = 0;
	set_string(&conn->self.user, "");
	set_string(&conn->self.host, "");
	set_string(&conn->self.account, "");
}

void conn_nick_on_timer(void *arg)
{
	struct irc_conn *conn = arg;

	nick_regain(conn);
	nick_plan(conn);
	conn_flush(conn);
}

static void nick_on_own(struct irc_conn *conn, const struct irc_message *msg)
{
	const char *nick = irc_message_param(msg, 0);
	bool had_wanted = nick_is_as_wanted(conn);

	if (*nick == '\0')
		return;
	conn_nick_set(conn, nick);
	if (had_wanted && !nick_is_as_wanted(conn))
		conn->self.forced++;
	nick_plan(conn);
}

/* Whoever had the nick we want gives it up. */
static void nick_on_other(struct irc_conn *conn, const struct irc_message *msg)
{
	char target[IRC_NICK_BYTES];
	int64_t now_ms = loop_now_ms(conn->loop);

	if (conn->state != IRC_CONN_READY || nick_is_as_wanted(conn))
		return;
	nick_target(conn, target);
	if (!irc_casemap_equal(
		    conn->isupport.casemap, msg->source.nick, target))
		return;
	if (conn->self.asked_ms == 0 ||
		now_ms - conn->self.asked_ms >= CONN_NICK_EVENT_MS)
		nick_regain(conn);
}

/* 396 me host :is now your displayed host; some put user@ in front. */
static void nick_on_host(struct irc_conn *conn, const struct irc_message *msg)
{
	const char *host = irc_message_param(msg, 1);
	const char *at = strchr(host, '@');

	if (at)
		host = at + 1;
	if (*host)
		set_string(&conn->self.host, host);
}

static void nick_learn(
	struct irc_conn *conn, const char *user, const char *host)
{
	if (*user && !str_eq(user, conn->self.user))
		set_string(&conn->self.user, user);
	if (*host && !str_eq(host, conn->self.host))
		set_string(&conn->self.host, host);
}

void conn_nick_take(
	struct irc_conn *conn, const struct irc_message *msg, bool is_own)
{
	bool is_nick = irc_message_is(msg, "NICK");

	if (msg->numeric == RPL_HOSTHIDDEN)
		nick_on_host(conn, msg);
	if (!is_own) {
		if (is_nick || irc_message_is(msg, "QUIT"))
			nick_on_other(conn, msg);
		return;
	}
	nick_learn(conn, msg->source.user, msg->source.host);
	if (is_nick)
		nick_on_own(conn, msg);
	else if (irc_message_is(msg, "CHGHOST"))
		nick_learn(conn, irc_message_param(msg, 0),
			irc_message_param(msg, 1));
}

void conn_nick_source(const struct irc_conn *conn, struct buf *out)
{
	buf_adds(out, conn->self.nick);
	if (*conn->self.user && *conn->self.host)
		buf_addf(out, "!%s@%s", conn->self.user, conn->self.host);
}
