#include "irc/delivery_match.h"

#include "irc/conn_link.h"
#include "irc/conn_private.h"
#include "irc/numeric.h"
#include "util/alloc.h"
#include "util/attr.h"
#include "util/str.h"

#include <string.h>
#include <utlist.h>

/* Numerics past those of irc/numeric.h that refuse a text. */
enum {
	NO_CONTROLS_HERE = 408, /* unreal, hybrid: colours in a +c channel */
	NO_TOP_LEVEL = 413,
	WILD_TOP_LEVEL = 414,
	TARGET_TOO_FAST = 439,
	NOT_REGISTERED = 486, /* the person takes no words of such people */
	NOT_ON_SAME_CHANNEL = 493, /* ngircd: the same */
	CANNOT_SEND_TO_USER = 531,
	CANNOT_RELAY = 573,   /* the nick of RELAYMSG */
	TARGET_IS_DEAF = 716, /* "is in +g mode (server-side ignore)" */
};

/* How an unlabelled refusal says which line it is about. */
enum refusal_of {
	OF_TARGET,  /* its first parameter after our nick is the channel */
	OF_COMMAND, /* it is the command */
	OF_PERSON,  /* the same, or it says nothing: the oldest to a person */
	OF_RELAY,   /* it is the nick of RELAYMSG */
	OF_ANY,     /* it says nothing: the oldest line */
};

static const struct refusal_row {
	int numeric;
	enum refusal_of of;
	enum irc_delivery_outcome outcome;
} REFUSALS[] = {
	{RPL_TRYAGAIN, OF_COMMAND, IRC_DELIVERY_BLOCKED},
	{ERR_NOSUCHNICK, OF_TARGET, IRC_DELIVERY_BLOCKED},
	{ERR_NOSUCHCHANNEL, OF_TARGET, IRC_DELIVERY_BLOCKED},
	{ERR_CANNOTSENDTOCHAN, OF_TARGET, IRC_DELIVERY_BLOCKED},
	{ERR_TOOMANYTARGETS, OF_TARGET, IRC_DELIVERY_BLOCKED},
	{NO_CONTROLS_HERE, OF_TARGET, IRC_DELIVERY_REFUSED},
	{ERR_NORECIPIENT, OF_ANY, IRC_DELIVERY_REFUSED},
	{ERR_NOTEXTTOSEND, OF_ANY, IRC_DELIVERY_REFUSED},
	{NO_TOP_LEVEL, OF_ANY, IRC_DELIVERY_REFUSED},
	{WILD_TOP_LEVEL, OF_ANY, IRC_DELIVERY_REFUSED},
	{ERR_INPUTTOOLONG, OF_ANY, IRC_DELIVERY_REFUSED},
	{ERR_UNKNOWNCOMMAND, OF_COMMAND, IRC_DELIVERY_REFUSED},
	{ERR_UNAVAILRESOURCE, OF_TARGET, IRC_DELIVERY_BLOCKED},
	{TARGET_TOO_FAST, OF_TARGET, IRC_DELIVERY_BLOCKED},
	{ERR_NOTONCHANNEL, OF_TARGET, IRC_DELIVERY_BLOCKED},
	{ERR_NEEDMOREPARAMS, OF_COMMAND, IRC_DELIVERY_REFUSED},
	{ERR_NEEDREGGEDNICK, OF_TARGET, IRC_DELIVERY_BLOCKED},
	{ERR_CHANOPRIVSNEEDED, OF_TARGET, IRC_DELIVERY_BLOCKED},
	{NOT_REGISTERED, OF_PERSON, IRC_DELIVERY_BLOCKED},
	{NOT_ON_SAME_CHANNEL, OF_PERSON, IRC_DELIVERY_BLOCKED},
	{CANNOT_SEND_TO_USER, OF_TARGET, IRC_DELIVERY_BLOCKED},
	{TARGET_IS_DEAF, OF_TARGET, IRC_DELIVERY_BLOCKED},
	{ERR_ERRONEUSNICKNAME, OF_RELAY, IRC_DELIVERY_BLOCKED},
	{ERR_NICKNAMEINUSE, OF_RELAY, IRC_DELIVERY_BLOCKED},
	{ERR_NOPRIVILEGES, OF_COMMAND, IRC_DELIVERY_BLOCKED},
	{CANNOT_RELAY, OF_RELAY, IRC_DELIVERY_BLOCKED},
};

static const struct refusal_row *refusal_row(int numeric)
{
	for (size_t i = 0; i < ARRAY_LEN(REFUSALS); i++)
		if (REFUSALS[i].numeric == numeric)
			return &REFUSALS[i];
	return NULL;
}

/* Is it for good? Codes of FAIL are words; these parts of them say so. */
static enum irc_delivery_outcome refusal_of_fail(const char *code)
{
	static const char *const FOR_GOOD[] = {
		"INVALID", "TOO_LONG", "NEED_MORE", "UNKNOWN"};

	for (size_t i = 0; i < ARRAY_LEN(FOR_GOOD); i++)
		if (strstr(code, FOR_GOOD[i]))
			return IRC_DELIVERY_REFUSED;
	return IRC_DELIVERY_BLOCKED;
}

/* FAIL RELAYMSG: these parts of codes speak of who relays and under which
 * nick, the others of the text or the channel. */
static bool refusal_is_of_relay(const struct irc_message *msg)
{
	static const int NUMERICS[] = {ERR_UNKNOWNCOMMAND, ERR_ERRONEUSNICKNAME,
		ERR_NICKNAMEINUSE, ERR_NOPRIVILEGES, ERR_CHANOPRIVSNEEDED,
		CANNOT_RELAY};
	static const char *const CODES[] = {
		"NICK", "PRIV", "ENABLED", "OPER", "UNKNOWN_COMMAND"};

	for (size_t i = 0; i < ARRAY_LEN(NUMERICS); i++)
		if (msg->numeric == NUMERICS[i])
			return true;
	for (size_t i = 0; i < ARRAY_LEN(CODES); i++)
		if (irc_message_is(msg, "FAIL") &&
			strstr(irc_message_param(msg, 1), CODES[i]))
			return true;
	return false;
}

static void match_refuse(struct irc_delivery *delivery,
	enum irc_delivery_outcome outcome, const struct irc_message *msg)
{
	struct buf AUTOBUF why;

	if (delivery->relay_nick && refusal_is_of_relay(msg)) {
		delivery->is_relay_refused = true;
		outcome = IRC_DELIVERY_BLOCKED;
	}
	buf_init(&why, 2 * IRC_BODY_BYTES);
	buf_addf(&why, "%s (%s)", irc_message_last(msg), msg->command);
	irc_delivery_finish(delivery, outcome, NULL, why.data);
}

static struct irc_delivery *match_target(
	const struct irc_conn *conn, const char *target)
{
	struct irc_delivery_target *found = NULL;
	char folded[IRC_NAME_BYTES];
	size_t len = irc_casemap_fold(
		conn->isupport.casemap, target, folded, sizeof(folded));

	if (len < sizeof(folded))
		HASH_FIND(hh, conn->deliveries.targets, folded, len, found);
	return found ? found->written : NULL;
}

/* Is this the line coming back, changed by the server or not? */
static bool match_is_same_kind(const struct irc_conn *conn,
	const struct irc_delivery *delivery, const struct irc_message *msg)
{
	char folded[IRC_NAME_BYTES];

	if (!irc_message_is(msg, delivery->command))
		return false;
	(void)irc_casemap_fold(conn->isupport.casemap,
		irc_message_param(msg, 0), folded, sizeof(folded));
	return str_eq(folded, delivery->folded);
}

static void match_confirm(
	struct irc_delivery *delivery, const struct irc_message *msg)
{
	irc_delivery_finish(delivery, IRC_DELIVERY_CONFIRMED,
		irc_message_tag(msg, "msgid"), NULL);
}

/* Labelled answers. */

/* Without a word, is it delivered? A relayed line need not be echoed. */
static bool match_is_silent(
	const struct irc_conn *conn, const struct irc_delivery *delivery)
{
	return delivery->relay_nick ||
	       !irc_caps_has(&conn->caps, IRC_CAP_ECHO_MESSAGE);
}

/* A labelled message that is not our own line. */
static void match_labelled_other(struct irc_conn *conn,
	struct irc_delivery *delivery, const struct irc_message *msg)
{
	const struct refusal_row *row = refusal_row(msg->numeric);

	if (row) {
		match_refuse(delivery, row->outcome, msg);
	} else if (msg->numeric == RPL_AWAY) {
		/* The person is away: it has been delivered. */
		irc_delivery_finish(
			delivery, IRC_DELIVERY_CONFIRMED, NULL, NULL);
	} else if (irc_message_is(msg, "ACK") &&
		   match_is_silent(conn, delivery)) {
		irc_delivery_finish(
			delivery, IRC_DELIVERY_CONFIRMED, NULL, NULL);
	} else if (irc_message_is(msg, "ACK")) {
		irc_delivery_finish(delivery, IRC_DELIVERY_BLOCKED, NULL,
			"the server took the line without relaying it");
	} else if (irc_message_is(msg, "FAIL")) {
		match_refuse(delivery,
			refusal_of_fail(irc_message_param(msg, 1)), msg);
	} else {
		match_refuse(delivery, IRC_DELIVERY_BLOCKED, msg);
	}
}

/* The end of a labelled batch in which nothing decided. */
static void match_labelled_end(
	struct irc_conn *conn, struct irc_delivery *delivery)
{
	if (match_is_silent(conn, delivery))
		irc_delivery_finish(
			delivery, IRC_DELIVERY_CONFIRMED, NULL, NULL);
	else
		irc_delivery_finish(delivery, IRC_DELIVERY_BLOCKED, NULL,
			"the server answered without relaying the line");
}

static bool match_decides_in_batch(const struct irc_message *msg)
{
	return refusal_row(msg->numeric) || irc_message_is(msg, "FAIL");
}

/* A line of ours that the server relayed under another nick says so in a tag
 * that only the server can set. */
static bool match_is_relayed(
	const struct irc_conn *conn, const struct irc_message *msg)
{
	const char *by = irc_message_tag(msg, "draft/relaymsg");

	return by && irc_conn_is_own_nick(conn, by);
}

static bool match_labelled(struct irc_conn *conn, struct irc_delivery *delivery,
	const struct irc_message *msg, bool is_own, bool in_batch)
{
	if (is_own && match_is_same_kind(conn, delivery, msg)) {
		match_confirm(delivery, msg);
		return true;
	}
	if (irc_message_is(msg, "BATCH")) {
		if (*irc_message_param(msg, 0) == '-')
			match_labelled_end(conn, delivery);
	} else if (!in_batch || match_decides_in_batch(msg)) {
		match_labelled_other(conn, delivery, msg);
	}
	return false;
}

/* The delivery that the message's label, or its batch's, belongs to. */
static struct irc_delivery *match_label(const struct irc_conn *conn,
	const struct irc_message *msg, bool *ret_in_batch)
{
	struct irc_delivery *delivery = NULL;
	const char *label = irc_message_tag(msg, "label");

	*ret_in_batch = false;
	if (!label) {
		*ret_in_batch = true;
		label = irc_batch_label(irc_batches_of(&conn->batches, msg));
	}
	if (*label)
		HASH_FIND_STR(conn->deliveries.by_label, label, delivery);
	if (delivery && delivery->state != IRC_DELIVERY_WRITTEN)
		return NULL;
	return delivery;
}

/* Own echoes without a label: the oldest of the channel. */

/* With its label only while the server knows labels. */
static bool match_expects_echo(const struct irc_conn *conn,
	const struct irc_delivery *delivery, bool is_relayed)
{
	if (is_relayed || delivery->relay_nick)
		return is_relayed && delivery->relay_nick;
	if (delivery->proof == IRC_PROOF_LABEL)
		return !irc_caps_has(&conn->caps, IRC_CAP_LABELED_RESPONSE);
	return delivery->proof == IRC_PROOF_ECHO;
}

static struct irc_delivery *match_echo_of(
	struct irc_conn *conn, const struct irc_message *msg, bool is_relayed)
{
	struct irc_delivery *first =
		match_target(conn, irc_message_param(msg, 0));
	struct irc_delivery *delivery;
	struct irc_delivery *oldest = NULL;

	DL_FOREACH2(first, delivery, target_next)
	{
		if (!match_expects_echo(conn, delivery, is_relayed) ||
			delivery->echoed ||
			!irc_message_is(msg, delivery->command))
			continue;
		if (str_eq(delivery->text, irc_message_param(msg, 1)))
			return delivery;
		if (!oldest)
			oldest = delivery;
	}
	return oldest;
}

static bool match_echo(
	struct irc_conn *conn, const struct irc_message *msg, bool is_relayed)
{
	struct irc_delivery *delivery;

	if (!irc_message_is(msg, "PRIVMSG") && !irc_message_is(msg, "NOTICE"))
		return false;
	delivery = match_echo_of(conn, msg, is_relayed);
	if (!delivery)
		return is_relayed;
	if (str_eq(delivery->text, irc_message_param(msg, 1))) {
		match_confirm(delivery, msg);
		return true;
	}
	/* Changed on the way, or not ours: the PONG behind it will tell. */
	set_string(
		&delivery->echoed, str_or_empty(irc_message_tag(msg, "msgid")));
	if (conn->link.ping_sent == delivery->pings_before)
		conn_link_ping(conn);
	return true;
}

/* Unlabelled refusals. */

static struct irc_delivery *match_unlabelled(struct irc_delivery *first)
{
	struct irc_delivery *delivery;

	DL_FOREACH2(first, delivery, target_next)
	if (delivery->proof != IRC_PROOF_LABEL)
		return delivery;
	return NULL;
}

static const char *match_sent_command(const struct irc_delivery *delivery)
{
	return delivery->relay_nick ? "RELAYMSG" : delivery->command;
}

static struct irc_delivery *match_relay(
	struct irc_conn *conn, const char *relay_nick)
{
	struct irc_delivery *delivery;

	DL_FOREACH (conn->deliveries.written, delivery)
		if (delivery->proof != IRC_PROOF_LABEL &&
			delivery->relay_nick &&
			irc_casemap_equal(conn->isupport.casemap,
				delivery->relay_nick, relay_nick))
			return delivery;
	return NULL;
}

/* The oldest line with this command that expects no label. */
static struct irc_delivery *match_command(
	struct irc_conn *conn, const char *command)
{
	struct irc_delivery *delivery;

	DL_FOREACH (conn->deliveries.written, delivery)
		if (delivery->proof != IRC_PROOF_LABEL &&
			str_eq_nocase(match_sent_command(delivery), command))
			return delivery;
	return NULL;
}

/* "486 me nick :why", or "486 me :why". */
static struct irc_delivery *match_person(
	struct irc_conn *conn, const struct irc_message *msg)
{
	struct irc_delivery *delivery;

	if (msg->nparams > 2)
		return match_unlabelled(
			match_target(conn, irc_message_param(msg, 1)));
	DL_FOREACH (conn->deliveries.written, delivery)
		if (delivery->proof != IRC_PROOF_LABEL &&
			!irc_isupport_is_channel(
				&conn->isupport, delivery->folded))
			return delivery;
	return NULL;
}

static void match_numeric(struct irc_conn *conn, const struct irc_message *msg)
{
	const struct refusal_row *row = refusal_row(msg->numeric);
	const char *subject = irc_message_param(msg, 1);
	struct irc_delivery *delivery = NULL;

	if (!row)
		return;
	switch (row->of) {
	case OF_TARGET:
		delivery = match_unlabelled(match_target(conn, subject));
		break;
	case OF_COMMAND:
		delivery = match_command(conn, subject);
		break;
	case OF_PERSON:
		delivery = match_person(conn, msg);
		break;
	case OF_RELAY:
		delivery = match_relay(conn, subject);
		break;
	case OF_ANY:
		/* Too odd to be parsed, so without its label too. */
		delivery = conn->deliveries.written;
		break;
	}
	if (delivery)
		match_refuse(delivery, row->outcome, msg);
}

/* FAIL PRIVMSG code [context...] :text; the context may name the channel. */
static void match_fail(struct irc_conn *conn, const struct irc_message *msg)
{
	struct irc_delivery *delivery = NULL;

	for (size_t i = 2; i + 1 < msg->nparams && !delivery; i++)
		delivery = match_unlabelled(
			match_target(conn, irc_message_param(msg, i)));
	if (!delivery)
		delivery = match_command(conn, irc_message_param(msg, 0));
	if (delivery)
		match_refuse(delivery,
			refusal_of_fail(irc_message_param(msg, 1)), msg);
}

/* "*** Message to #channel throttled due to flooding" (solanum, hybrid). */
static void match_throttle_notice(
	struct irc_conn *conn, const struct irc_message *msg)
{
	static const char BEFORE[] = "Message to ";
	const char *text = irc_message_last(msg);
	const char *at = strstr(text, BEFORE);
	char *AUTOFREE target = NULL;
	struct irc_delivery *delivery;

	if (*msg->source.user || !at || !strstr(at, "throttled"))
		return;
	at += sizeof(BEFORE) - 1;
	target = xstrndup(at, strcspn(at, " "));
	delivery = match_unlabelled(match_target(conn, target));
	if (delivery)
		match_refuse(delivery, IRC_DELIVERY_BLOCKED, msg);
}

bool irc_deliveries_take(
	struct irc_conn *conn, const struct irc_message *msg, bool is_own)
{
	struct irc_delivery *delivery;
	bool in_batch;

	bool is_relayed = match_is_relayed(conn, msg);

	if (!conn->deliveries.written)
		return is_relayed;
	delivery = match_label(conn, msg, &in_batch);
	if (delivery)
		return match_labelled(
			conn, delivery, msg, is_own || is_relayed, in_batch);
	if (is_own || is_relayed)
		return match_echo(conn, msg, is_relayed);
	if (msg->numeric >= 0)
		match_numeric(conn, msg);
	else if (irc_message_is(msg, "FAIL"))
		match_fail(conn, msg);
	else if (irc_message_is(msg, "NOTICE"))
		match_throttle_notice(conn, msg);
	return false;
}

/* PONG: the line was processed, and whatever it caused came before. */

static void match_processed(
	struct irc_conn *conn, struct irc_delivery *delivery)
{
	bool expects_echo = delivery->proof != IRC_PROOF_PONG;

	/* A capability that has been taken away since gives no answers. */
	if (delivery->proof == IRC_PROOF_LABEL &&
		!irc_caps_has(&conn->caps, IRC_CAP_LABELED_RESPONSE))
		expects_echo = false;
	if (match_is_silent(conn, delivery) &&
		delivery->proof == IRC_PROOF_ECHO)
		expects_echo = false;
	if (expects_echo && !delivery->echoed)
		irc_delivery_finish(delivery, IRC_DELIVERY_BLOCKED, NULL,
			"the server dropped the line without a word");
	else
		irc_delivery_finish(delivery, IRC_DELIVERY_CONFIRMED,
			delivery->echoed, NULL);
}

void irc_deliveries_on_pong(struct irc_conn *conn, uint64_t number)
{
	struct irc_delivery *first;

	while ((first = conn->deliveries.written) != NULL &&
		first->pings_before < number)
		match_processed(conn, first);
}
