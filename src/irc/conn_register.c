#include "irc/conn_register.h"

#include "irc/conn_nick.h"
#include "irc/conn_private.h"
#include "irc/conn_send.h"
#include "irc/numeric.h"
#include "util/alloc.h"
#include "util/attr.h"
#include "util/log.h"
#include "util/str.h"

#include <stdio.h>
#include <string.h>

static const char WEBIRC_GATEWAY[] = "belfry";

/* They tell of others, or let us speak for others. */
static const enum irc_cap NOT_LIGHT[] = {IRC_CAP_ACCOUNT_NOTIFY,
	IRC_CAP_AWAY_NOTIFY, IRC_CAP_EVENT_PLAYBACK, IRC_CAP_EXTENDED_JOIN,
	IRC_CAP_INVITE_NOTIFY, IRC_CAP_MULTI_PREFIX, IRC_CAP_RELAYMSG,
	IRC_CAP_SETNAME, IRC_CAP_USERHOST_IN_NAMES};

static bool register_wants_sasl(const struct irc_conn *conn)
{
	return conn->params.sasl != IRC_SASL_NONE && !conn->params.is_light;
}

static void register_begin_caps(struct irc_conn *conn)
{
	irc_caps_release(&conn->caps);
	if (!register_wants_sasl(conn))
		irc_caps_unwant(&conn->caps, IRC_CAP_SASL);
	for (size_t i = 0; conn->params.is_light && i < ARRAY_LEN(NOT_LIGHT);
		i++)
		irc_caps_unwant(&conn->caps, NOT_LIGHT[i]);
}

/* The address may not begin with the colon that marks a last parameter. */
static int register_webirc(struct irc_conn *conn)
{
	const struct irc_conn_params *params = &conn->params;
	const char *address = params->webirc_address;
	char text[64];

	if (!params->webirc_password || !address)
		return 0;
	(void)snprintf(text, sizeof(text), "%s%s", *address == ':' ? "0" : "",
		address);
	return conn_command(conn, "WEBIRC", params->webirc_password,
		WEBIRC_GATEWAY,
		params->webirc_host ? params->webirc_host : text, text, NULL);
}

/* Numeric forms, and the name that means them by convention. */
static bool register_is_loopback(const char *host)
{
	return str_starts(host, "127.") || str_eq(host, "::1") ||
	       str_eq_nocase(host, "localhost");
}

void conn_register_begin(struct irc_conn *conn)
{
	const struct irc_conn_params *params = &conn->params;
	int rc;

	conn->registration.is_cap_over = false;
	conn->registration.is_welcome = false;
	conn->registration.nick_tries = 0;
	conn->registration.nick_refusals = 0;
	register_begin_caps(conn);
	rc = register_webirc(conn);
	if (rc == 0)
		rc = conn_command(conn, "CAP", "LS", "302", NULL);
	if (rc == 0 && params->password)
		rc = conn_command(conn, "PASS", params->password, NULL);
	if (rc == 0)
		rc = conn_nick_ask(conn, 0);
	if (rc == 0)
		rc = conn_command(conn, "USER", params->username, "0", "*",
			params->realname, NULL);
	if (rc < 0)
		conn_lose(conn, IRC_LOSS_REFUSED,
			"the nick, username, realname, password or WEBIRC "
			"host of the configuration cannot be sent");
}

static void register_end_caps(struct irc_conn *conn)
{
	timer_cancel(conn->registration.step);
	if (conn->registration.is_cap_over)
		return;
	conn->registration.is_cap_over = true;
	if (!conn->registration.is_welcome)
		(void)conn_command(conn, "CAP", "END", NULL);
}

/* Without the login, when it is required there is no going on. */
static void register_without_sasl(
	struct irc_conn *conn, enum irc_loss loss, const char *why)
{
	char text[512];

	if (conn->params.sasl_required && conn->state == IRC_CONN_REGISTERING) {
		conn_pump(conn); /* the server is told that we stop */
		(void)snprintf(text, sizeof(text), "%s (account %s)", why,
			str_or_empty(conn->params.sasl_account));
		conn_lose(conn, loss, text);
		return;
	}
	log_debug(conn->params.name, "not logged in: %s", why);
	register_end_caps(conn);
}

static void register_start_sasl(struct irc_conn *conn)
{
	const struct irc_conn_params *params = &conn->params;
	bool is_tls = conn->wire_ops->is_tls(conn->wire);

	irc_sasl_start(&conn->sasl,
		&(struct irc_sasl_params){
			.mechanism = params->sasl,
			.account = params->sasl_account,
			.password = params->sasl_password,
			.is_tls = is_tls,
			.is_private =
				is_tls || register_is_loopback(
						  irc_conn_server(conn)->host),
		});
}

/* Why there can be no login, or NULL when there can. */
static const char *register_sasl_obstacle(const struct irc_conn *conn)
{
	const char *value = irc_caps_value(&conn->caps, IRC_CAP_SASL);

	if (!irc_caps_has(&conn->caps, IRC_CAP_SASL))
		return "SASL is not to be had: the server does not offer it "
		       "(now)";
	if (!irc_sasl_is_offered(value, conn->params.sasl))
		return "the server does not offer the SASL mechanism";
	return NULL;
}

static void register_send_sasl(struct irc_conn *conn)
{
	const char *piece;

	while ((piece = irc_sasl_next(&conn->sasl)) != NULL)
		(void)conn_command(conn, "AUTHENTICATE", piece, NULL);
}

/* The login as far as it goes now; does nothing while it waits. */
static void register_advance_sasl(struct irc_conn *conn)
{
	const char *obstacle;

	if (conn->sasl.state == IRC_SASL_IDLE) {
		obstacle = register_sasl_obstacle(conn);
		if (obstacle) {
			irc_sasl_fail(&conn->sasl, obstacle);
			register_without_sasl(
				conn, IRC_LOSS_UNSERVED, obstacle);
			return;
		}
		register_start_sasl(conn);
	}
	register_send_sasl(conn);
	switch (conn->sasl.state) {
	case IRC_SASL_DONE:
		register_end_caps(conn);
		return;
	case IRC_SASL_FAILED:
		register_without_sasl(conn,
			conn->sasl.is_refused ? IRC_LOSS_SASL
					      : IRC_LOSS_UNSERVED,
			conn->sasl.why);
		return;
	default:
		timer_arm(conn->registration.step, CONN_REGISTER_STEP_MS);
	}
}

/* Asks for what is offered and wanted; true when there is nothing (more). */
static bool register_ask_caps(struct irc_conn *conn)
{
	struct buf AUTOBUF names;

	buf_init(&names, IRC_LINE_BYTES);
	if (irc_caps_request(&conn->caps, &names)) {
		(void)conn_command(conn, "CAP", "REQ", names.data, NULL);
		timer_arm(conn->registration.step, CONN_REGISTER_STEP_MS);
	}
	return irc_caps_is_settled(&conn->caps);
}

static void register_advance(struct irc_conn *conn)
{
	if (conn->registration.is_cap_over)
		return;
	if (register_wants_sasl(conn))
		register_advance_sasl(conn);
	else
		register_end_caps(conn);
}

void conn_register_on_timeout(void *arg)
{
	struct irc_conn *conn = arg;

	if (conn->state != IRC_CONN_REGISTERING) {
		irc_sasl_fail(&conn->sasl, "the server does not answer SASL");
		return;
	}
	if (conn->sasl.state == IRC_SASL_ASKED ||
		conn->sasl.state == IRC_SASL_ANSWERING)
		irc_sasl_fail(&conn->sasl, "the server does not answer SASL");
	register_advance(conn);
	if (!conn->is_dead)
		conn_flush(conn);
}

/* Services came (back) after registration: log in then. */
static void register_late_login(struct irc_conn *conn)
{
	bool may =
		conn->sasl.state == IRC_SASL_IDLE ||
		(conn->sasl.state == IRC_SASL_FAILED && !conn->sasl.is_refused);

	if (!register_wants_sasl(conn) || !may || register_sasl_obstacle(conn))
		return;
	irc_sasl_release(&conn->sasl);
	irc_sasl_init(&conn->sasl);
	register_advance_sasl(conn);
}

static void register_on_cap(
	struct irc_conn *conn, const struct irc_message *msg)
{
	bool had_sasl = irc_caps_has(&conn->caps, IRC_CAP_SASL);

	(void)irc_caps_take(&conn->caps, msg);
	if (!register_ask_caps(conn))
		return;
	if (!conn->registration.is_cap_over)
		register_advance(conn);
	else if (!had_sasl && irc_caps_has(&conn->caps, IRC_CAP_SASL))
		register_late_login(conn);
}

/* The server knows no CAP, or not this one. */
static void register_on_no_cap(struct irc_conn *conn)
{
	if (conn->state != IRC_CONN_REGISTERING ||
		conn->registration.is_cap_over)
		return;
	if (conn->caps.is_listed)
		register_advance(conn);
}

static void register_on_sasl(
	struct irc_conn *conn, const struct irc_message *msg)
{
	bool was_over = conn->sasl.state == IRC_SASL_DONE ||
			conn->sasl.state == IRC_SASL_FAILED ||
			conn->sasl.state == IRC_SASL_IDLE;

	if (msg->numeric == RPL_LOGGEDIN)
		set_string(&conn->self.account, irc_message_param(msg, 2));
	else if (msg->numeric == RPL_LOGGEDOUT)
		set_string(&conn->self.account, "");
	if (was_over)
		return;
	irc_sasl_take(&conn->sasl, msg);
	register_advance_sasl(conn);
}

static void register_on_welcome(
	struct irc_conn *conn, const struct irc_message *msg)
{
	const char *nick = irc_message_param(msg, 0);

	if (conn->state != IRC_CONN_REGISTERING ||
		conn->registration.is_welcome)
		return;
	conn->registration.is_welcome = true;
	/* Whatever was refused before did not matter: WEBIRC, a password. */
	conn->parting = IRC_LOSS_NORMAL;
	set_string(&conn->parting_why, NULL);
	if (*nick && !str_eq(nick, "*"))
		conn_nick_set(conn, nick);
	/* The server did not wait for CAP END: it knows none. */
	if (!conn->registration.is_cap_over && register_wants_sasl(conn) &&
		conn->sasl.state == IRC_SASL_IDLE) {
		register_without_sasl(conn, IRC_LOSS_UNSERVED,
			"SASL is not to be had: the server has no CAP");
		if (conn->is_dead || !conn->wire)
			return;
	}
	conn->registration.is_cap_over = true;
	timer_arm(conn->deadline, CONN_REGISTER_MOTD_MS);
}

static void register_on_motd_end(
	struct irc_conn *conn, const struct irc_message *msg)
{
	(void)msg;
	if (conn->state == IRC_CONN_REGISTERING &&
		conn->registration.is_welcome)
		conn_ready(conn);
}

static void register_on_isupport(
	struct irc_conn *conn, const struct irc_message *msg)
{
	irc_isupport_feed(&conn->isupport, msg);
}

static void register_on_unknown(
	struct irc_conn *conn, const struct irc_message *msg)
{
	if (str_eq_nocase(irc_message_param(msg, 1), "CAP") ||
		msg->numeric == ERR_INVALIDCAPCMD)
		register_on_no_cap(conn);
}

/* The first of these that matches takes it. */
static const struct register_row {
	int first; /* numerics, inclusive */
	int last;
	void (*fn)(struct irc_conn *conn, const struct irc_message *msg);
} ROWS[] = {
	{RPL_WELCOME, RPL_WELCOME, register_on_welcome},
	{RPL_ISUPPORT, RPL_ISUPPORT, register_on_isupport},
	{RPL_ENDOFMOTD, RPL_ENDOFMOTD, register_on_motd_end},
	{ERR_INVALIDCAPCMD, ERR_INVALIDCAPCMD, register_on_unknown},
	{ERR_UNKNOWNCOMMAND, ERR_UNKNOWNCOMMAND, register_on_unknown},
	{ERR_NOMOTD, ERR_NOMOTD, register_on_motd_end},
	{ERR_ERRONEUSNICKNAME, ERR_ERRONEUSNICKNAME, conn_nick_on_refused},
	{ERR_NICKNAMEINUSE, ERR_NICKNAMEINUSE, conn_nick_on_refused},
	{ERR_NICKCOLLISION, ERR_UNAVAILRESOURCE, conn_nick_on_refused},
	{RPL_LOGGEDIN, RPL_SASLMECHS, register_on_sasl},
};

void conn_register_take(struct irc_conn *conn, const struct irc_message *msg)
{
	if (irc_message_is(msg, "CAP")) {
		register_on_cap(conn, msg);
		return;
	}
	if (irc_message_is(msg, "AUTHENTICATE")) {
		register_on_sasl(conn, msg);
		return;
	}
	if (msg->numeric < 0)
		return;
	for (size_t i = 0; i < ARRAY_LEN(ROWS); i++)
		if (msg->numeric >= ROWS[i].first &&
			msg->numeric <= ROWS[i].last) {
			ROWS[i].fn(conn, msg);
			return;
		}
}

const char *irc_conn_login_problem(const struct irc_conn *conn)
{
	if (!register_wants_sasl(conn) || conn->sasl.state == IRC_SASL_DONE)
		return NULL;
	return conn->sasl.state == IRC_SASL_FAILED ? conn->sasl.why
						   : "SASL was not answered";
}
