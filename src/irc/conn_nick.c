#include "irc/conn_nick.h"

#include "irc/conn_private.h"
#include "irc/conn_send.h"
#include "irc/light.h"
#include "irc/numeric.h"
#include "util/alloc.h"
#include "util/attr.h"
#include "util/str.h"

#include <stdlib.h>
#include <string.h>

enum {
	/* What every server allows (RFC 1459): tried when others are not. */
	NICKLEN_SURE = 9,
	/* Servers that cut nicks make long choices alike: after so many
	 * refusals the choices are cut to what is sure. */
	TRIES_UNCUT = 4,
	/* 432 is met by cutting the nick, taming it, making it plain. */
	REFUSALS_TAME = 2,
	REFUSALS_MAX = 3,
	RETRY_DOUBLINGS = 5,
	MOVES_MAX = 10,
};

static enum irc_nick_manner nick_manner(unsigned refusals)
{
	if (refusals >= REFUSALS_MAX)
		return IRC_NICK_PLAIN;
	return refusals >= REFUSALS_TAME ? IRC_NICK_TAME : IRC_NICK_AS_IS;
}

/* While registering NICKLEN is not known, so it is guessed from refusals. */
static void nick_choice(
	const struct irc_conn *conn, unsigned n, char ret[IRC_NICK_BYTES])
{
	unsigned refusals = conn->registration.nick_refusals;
	const struct irc_nick_wish wish = {
		.wanted = conn->params.nick,
		.suffix = conn->params.nick_suffix,
		.nicklen = n >= TRIES_UNCUT || refusals > 0 ? NICKLEN_SURE : 0,
		.manner = nick_manner(refusals),
	};

	irc_nick_choice(&wish, n, ret);
}

int conn_nick_ask(struct irc_conn *conn, unsigned n)
{
	char choice[IRC_NICK_BYTES];

	nick_choice(conn, n, choice);
	set_string(&conn->self.nick, choice);
	return conn_command(conn, "NICK", choice, NULL);
}

/* The first refusals of the nick itself are met by changing it, not by a
 * number; false when that changes nothing (more). */
static bool nick_give_way(struct irc_conn *conn)
{
	struct conn_register *registration = &conn->registration;
	char choice[IRC_NICK_BYTES];

	while (registration->nick_refusals < REFUSALS_MAX) {
		registration->nick_refusals++;
		nick_choice(conn, registration->nick_tries, choice);
		if (!str_eq(choice, conn->self.nick))
			return true;
	}
	return false;
}

static void nick_try_next(struct irc_conn *conn, const struct irc_message *msg)
{
	struct conn_register *registration = &conn->registration;
	struct buf AUTOBUF why;

	buf_init(&why, IRC_BODY_BYTES + 64);
	if (msg->numeric != ERR_ERRONEUSNICKNAME &&
		registration->nick_tries == 0)
		set_string(&conn->self.taken, conn->self.nick);
	if (msg->numeric != ERR_ERRONEUSNICKNAME || !nick_give_way(conn))
		registration->nick_tries++;
	if (registration->nick_tries < IRC_NICK_TRIES_MAX) {
		(void)conn_nick_ask(conn, registration->nick_tries);
		return;
	}
	buf_addf(&why, "no nick is accepted: %s", irc_message_last(msg));
	conn_lose(conn, IRC_LOSS_UNSERVED, why.data);
}

/* What was asked for at the very first. */
static void nick_first(const struct irc_conn *conn, char ret[IRC_NICK_BYTES])
{
	const struct irc_nick_wish wish = {
		.wanted = conn->params.nick,
		.suffix = conn->params.nick_suffix,
	};

	irc_nick_choice(&wish, 0, ret);
}

/* When only its length was refused, and there is room for it after all, its
 * letters are meant. */
static enum irc_nick_manner nick_target_manner(const struct irc_conn *conn)
{
	unsigned refusals = conn->registration.nick_refusals;
	char first[IRC_NICK_BYTES];

	nick_first(conn, first);
	if (refusals == 1 && strlen(first) <= conn->isupport.nicklen)
		refusals++;
	return nick_manner(refusals);
}

/* The n-th choice as this server can give it. */
static void nick_known_choice(
	const struct irc_conn *conn, unsigned n, char ret[IRC_NICK_BYTES])
{
	const struct irc_nick_wish wish = {
		.wanted = conn->params.nick,
		.suffix = conn->params.nick_suffix,
		.nicklen = conn->isupport.nicklen,
		.manner = nick_target_manner(conn),
	};

	irc_nick_choice(&wish, n, ret);
}

/* The wanted nick. */
static void nick_target(const struct irc_conn *conn, char ret[IRC_NICK_BYTES])
{
	nick_known_choice(conn, 0, ret);
}

static bool nick_is_as_wanted(const struct irc_conn *conn)
{
	char target[IRC_NICK_BYTES];

	nick_target(conn, target);
	return irc_conn_is_own_nick(conn, target) ||
	       (!conn->params.nick_suffix &&
		       irc_conn_is_own_nick(conn, conn->params.nick));
}

static int64_t nick_retry_ms(const struct irc_conn *conn)
{
	unsigned doublings = conn->self.forced < RETRY_DOUBLINGS
				     ? conn->self.forced
				     : RETRY_DOUBLINGS;
	int64_t wait_ms = (int64_t)CONN_NICK_RETRY_MS << doublings;

	/* Who is told when it is free asks in between only for what services
	 * hold without being there. */
	if (conn->self.watched && wait_ms < CONN_NICK_WATCHED_MS)
		wait_ms = CONN_NICK_WATCHED_MS;
	return wait_ms;
}

/* MONITOR tells when the nick is free (731). */
static void nick_watch(struct irc_conn *conn, const char *target)
{
	if (str_eq(conn->self.watched, target))
		return;
	if (conn->self.watched)
		(void)conn_command(
			conn, "MONITOR", "-", conn->self.watched, NULL);
	set_string(&conn->self.watched, target);
	if (target)
		(void)conn_command(conn, "MONITOR", "+", target, NULL);
}

static void nick_plan(struct irc_conn *conn)
{
	char target[IRC_NICK_BYTES];

	if (conn->state != IRC_CONN_READY) {
		timer_cancel(conn->self.regain);
		return;
	}
	if (conn->self.is_hopeless || nick_is_as_wanted(conn)) {
		timer_cancel(conn->self.regain);
		nick_watch(conn, NULL);
		return;
	}
	nick_target(conn, target);
	if (conn->isupport.monitor.works && !conn->self.is_monitor_full)
		nick_watch(conn, target);
	if (!timer_is_armed(conn->self.regain))
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

/* It was us who asked, as long as it is the nick that we ask for. */
static void nick_on_erroneous(
	struct irc_conn *conn, const struct irc_message *msg)
{
	char target[IRC_NICK_BYTES];
	char next[IRC_NICK_BYTES];

	nick_target(conn, target);
	if (!irc_casemap_equal(
		    conn->isupport.casemap, irc_message_param(msg, 1), target))
		return;
	memcpy(next, target, sizeof(next));
	while (str_eq(next, target) &&
		conn->registration.nick_refusals < REFUSALS_MAX) {
		conn->registration.nick_refusals++;
		nick_target(conn, next);
	}
	conn->self.is_hopeless = str_eq(next, target);
	nick_plan(conn);
}

/* Somebody has the new nick: the old one is the wrong name all the more. */
static void nick_move_on(struct irc_conn *conn, const struct irc_message *msg)
{
	struct conn_self *self = &conn->self;
	char choice[IRC_NICK_BYTES];

	if (!self->is_moving)
		return;
	nick_known_choice(conn, self->moves, choice);
	if (!irc_casemap_equal(
		    conn->isupport.casemap, irc_message_param(msg, 1), choice))
		return;
	self->moves++;
	nick_known_choice(conn, self->moves, choice);
	self->is_moving =
		self->moves < MOVES_MAX && !irc_conn_is_own_nick(conn, choice);
	if (self->is_moving)
		(void)conn_command(conn, "NICK", choice, NULL);
}

void conn_nick_on_refused(struct irc_conn *conn, const struct irc_message *msg)
{
	if (conn->state == IRC_CONN_REGISTERING &&
		!conn->registration.is_welcome)
		nick_try_next(conn, msg);
	else if (conn->state == IRC_CONN_READY &&
		 msg->numeric == ERR_ERRONEUSNICKNAME)
		nick_on_erroneous(conn, msg);
	else if (conn->state == IRC_CONN_READY)
		nick_move_on(conn, msg);
}

void conn_nick_set(struct irc_conn *conn, const char *nick)
{
	set_string(&conn->self.nick, nick);
}

/* Now NICKLEN is known: what was cut too short, or by the server in the wrong
 * place, is asked for as it should be; not what somebody else has. */
void conn_nick_begin(struct irc_conn *conn)
{
	char first[IRC_NICK_BYTES];
	char target[IRC_NICK_BYTES];

	conn->self.is_hopeless = false;
	conn->self.is_monitor_full = false;
	conn->self.asked_ms = 0;
	nick_target(conn, target);
	if (conn->params.nick_suffix)
		set_string(&conn->self.wanted, target);
	nick_first(conn, first);
	if (!nick_is_as_wanted(conn) && !str_eq(conn->self.taken, target) &&
		(conn->self.is_renamed || !str_eq(first, target)))
		nick_regain(conn);
	conn->self.is_renamed = false;
	conn->self.is_moving = conn->self.is_moving && !nick_is_as_wanted(conn);
	nick_plan(conn);
}

void conn_nick_end(struct irc_conn *conn)
{
	timer_cancel(conn->self.regain);
	conn->self.forced = 0;
	conn->self.is_renamed = false;
	conn->self.is_moving = false;
	set_string(&conn->self.watched, NULL);
	set_string(&conn->self.taken, NULL);
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
	conn->self.is_moving = false;
	if (had_wanted && !nick_is_as_wanted(conn))
		conn->self.forced++;
	nick_plan(conn);
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

/* Whoever had this nick gives it up. */
static void nick_on_free(struct irc_conn *conn, const char *nick)
{
	char target[IRC_NICK_BYTES];
	int64_t now_ms = loop_now_ms(conn->loop);

	if (conn->state != IRC_CONN_READY || nick_is_as_wanted(conn))
		return;
	nick_target(conn, target);
	if (!irc_casemap_equal(conn->isupport.casemap, nick, target))
		return;
	if (conn->self.asked_ms == 0 ||
		now_ms - conn->self.asked_ms >= CONN_NICK_EVENT_MS)
		nick_regain(conn);
}

/* 731 me :nick,nick!user@host */
static void nick_on_offline(
	struct irc_conn *conn, const struct irc_message *msg)
{
	struct span rest = span_of(irc_message_last(msg));

	while (conn->self.watched && rest.p) {
		struct span one = span_cut(&rest, ',');
		struct span nick = span_cut(&one, '!');
		char *AUTOFREE copy = xstrndup(nick.p, nick.len);

		nick_on_free(conn, copy);
	}
}

static void nick_on_numeric(
	struct irc_conn *conn, const struct irc_message *msg)
{
	if (msg->numeric == RPL_HOSTHIDDEN) {
		nick_on_host(conn, msg);
	} else if (msg->numeric == RPL_MONOFFLINE) {
		nick_on_offline(conn, msg);
	} else if (msg->numeric == ERR_MONLISTFULL && conn->self.watched) {
		set_string(&conn->self.watched, NULL);
		conn->self.is_monitor_full = true;
	}
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

	if (msg->numeric >= 0)
		nick_on_numeric(conn, msg);
	if (!is_own) {
		if (is_nick || irc_message_is(msg, "QUIT"))
			nick_on_free(conn, msg->source.nick);
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

bool conn_nick_is_of_others(
	const struct irc_conn *conn, const char *line, size_t len)
{
	const struct irc_light light = {
		.map = conn->isupport.casemap,
		.own_nick = conn->self.nick,
		.wanted_nick = conn->self.wanted,
	};

	return conn->params.is_light && conn->state == IRC_CONN_READY &&
	       irc_light_is_of_others(&light, line, len);
}

const char *irc_conn_nick(const struct irc_conn *conn)
{
	return conn->self.nick;
}

const char *irc_conn_wanted_nick(const struct irc_conn *conn)
{
	return conn->self.wanted;
}

bool irc_conn_is_own_nick(const struct irc_conn *conn, const char *nick)
{
	return irc_casemap_equal(conn->isupport.casemap, nick, conn->self.nick);
}

const char *irc_conn_mask(struct irc_conn *conn)
{
	struct buf AUTOBUF mask;

	buf_init(&mask, IRC_BODY_BYTES);
	if (!*conn->self.user || !*conn->self.host)
		return NULL;
	conn_nick_source(conn, &mask);
	set_string(&conn->self.mask, mask.data);
	return conn->self.mask;
}

void conn_nick_init(struct irc_conn *conn)
{
	struct conn_self *self = &conn->self;
	char choice[IRC_NICK_BYTES];

	set_string(&self->nick, conn->params.nick);
	set_string(&self->wanted, conn->params.nick);
	if (conn->params.nick_suffix) {
		nick_choice(conn, 0, choice);
		set_string(&self->nick, choice);
		set_string(&self->wanted, choice);
	}
	set_string(&self->user, "");
	set_string(&self->host, "");
	set_string(&self->account, "");
}

void conn_nick_release(struct irc_conn *conn)
{
	struct conn_self *self = &conn->self;
	char *const strings[] = {self->nick, self->wanted, self->user,
		self->host, self->account, self->mask, self->watched,
		self->taken};

	for (size_t i = 0; i < ARRAY_LEN(strings); i++)
		free(strings[i]);
}
