#include "irc_puppets/puppet.h"

#include "irc/casemap.h"
#include "irc/conn_wish.h"
#include "irc_puppets/puppet_private.h"
#include "irc_words/nickname.h"
#include "util/alloc.h"
#include "util/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	STABLE_MS = 5 * 60 * 1000, /* after this the back-off starts anew */
	KILL_DOUBLINGS = 6,
};

static struct irc_puppet_channel *find_channel(
	const struct irc_puppet *puppet, const char *name)
{
	struct irc_puppet_channel *channel;
	char folded[512];

	irc_casemap_fold(IRC_CASEMAP_RFC1459, name, folded, sizeof(folded));
	HASH_FIND_STR(puppet->channels, folded, channel);
	return channel;
}

static void channel_free(
	struct irc_puppet *puppet, struct irc_puppet_channel *channel)
{
	HASH_DEL(puppet->channels, channel);
	free(channel->name);
	free(channel->folded);
	free(channel->refusal);
	free(channel);
	if (puppet->channels)
		return;
	puppet->emptied_ms = loop_now_ms(puppet->loop);
	puppet->events->due(puppet->arg);
}

/* The only writer of `state`. */
static void set_state(struct irc_puppet *puppet, enum irc_puppet_state state)
{
	if (puppet->state == state)
		return;
	puppet->state = state;
	puppet->events->changed(puppet->arg, puppet);
}

static void note_past(struct irc_puppet *puppet, const char *nick)
{
	set_string(&puppet->past_nick, nick);
	puppet->past_ms = loop_now_ms(puppet->loop);
}

/* --- the link --------------------------------------------------------------
 */

/* The connection puts it in front of its words. */
static enum irc_loss loss_of(const char *why)
{
	for (int i = IRC_LOSS_NORMAL; i <= IRC_LOSS_BANNED; i++) {
		const char *name = irc_loss_name((enum irc_loss)i);
		if (i != IRC_LOSS_NORMAL && str_starts(why, name) &&
			why[strlen(name)] == ':')
			return (enum irc_loss)i;
	}
	return IRC_LOSS_NORMAL;
}

static int64_t wait_after(struct irc_puppet *puppet, enum irc_loss loss)
{
	int64_t floor_ms = irc_loss_wait_ms(loss);
	int64_t now_ms = loop_now_ms(puppet->loop);

	if (puppet->ready_ms && now_ms - puppet->ready_ms >= STABLE_MS) {
		backoff_reset(&puppet->backoff);
		puppet->kills = 0;
	}
	if (loss == IRC_LOSS_KILLED) {
		floor_ms <<= puppet->kills;
		if (puppet->kills < KILL_DOUBLINGS)
			puppet->kills++;
	}
	int64_t wait_ms = backoff_next_ms(&puppet->backoff);
	return wait_ms > floor_ms ? wait_ms : floor_ms;
}

static void puppet_lost(struct irc_puppet *puppet, const char *why)
{
	enum irc_loss loss = loss_of(why);
	struct irc_puppet_channel *channel, *next;
	char *text = xstrndup(why, strcspn(why, ";"));

	HASH_ITER (hh, puppet->channels, channel, next)
		channel->is_in = false;
	if (puppet->state == IRC_PUPPET_READY)
		note_past(puppet, irc_conn_nick(puppet->conn));
	free(puppet->why);
	puppet->why = text;
	puppet->due_ms = loop_now_ms(puppet->loop) + wait_after(puppet, loss);
	/* When it comes back is not for the connection alone to say. */
	irc_conn_stop(puppet->conn, "");
	set_state(puppet, IRC_PUPPET_OFF);
	puppet->events->lost(puppet->arg, puppet, loss);
}

static void puppet_up(struct irc_puppet *puppet)
{
	puppet->links++;
	puppet->ready_ms = loop_now_ms(puppet->loop);
	puppet->is_hurried = false;
	set_string(&puppet->why, "");
	set_state(puppet, IRC_PUPPET_READY);
}

static void puppet_on_state(struct irc_conn *conn, enum irc_conn_state state,
	const char *why, void *arg)
{
	struct irc_puppet *puppet = arg;

	(void)conn;
	if (puppet->state == IRC_PUPPET_GOING) {
		if (state == IRC_CONN_IDLE)
			puppet->events->changed(puppet->arg, puppet);
	} else if (state == IRC_CONN_READY) {
		puppet_up(puppet);
	} else if (state == IRC_CONN_WAITING) {
		puppet_lost(puppet, why);
	} else if (state == IRC_CONN_IDLE) {
		puppet->events->due(puppet->arg);
	}
}

static void puppet_on_kick(
	struct irc_puppet *puppet, const struct irc_message *message)
{
	struct irc_puppet_channel *channel =
		find_channel(puppet, irc_message_param(message, 0));

	if (!channel)
		return;
	irc_conn_part(puppet->conn, channel->name);
	channel_free(puppet, channel);
	puppet->events->kicked(puppet->arg, puppet, message);
}

static void puppet_on_message(
	struct irc_conn *conn, const struct irc_message *message, void *arg)
{
	struct irc_puppet *puppet = arg;
	bool is_text = irc_message_is(message, "PRIVMSG") ||
		       irc_message_is(message, "NOTICE");

	if (is_text && !irc_conn_is_history(conn, message) &&
		irc_conn_is_own_nick(conn, irc_message_param(message, 0)) &&
		!irc_conn_is_own_nick(conn, message->source.nick)) {
		puppet->events->message(puppet->arg, puppet, message);
	} else if (irc_message_is(message, "KICK") &&
		   irc_conn_is_own_nick(conn, irc_message_param(message, 1))) {
		puppet_on_kick(puppet, message);
	} else if (irc_message_is(message, "NICK") &&
		   irc_conn_is_own_nick(conn, irc_message_param(message, 0))) {
		note_past(puppet, message->source.nick);
		puppet->events->changed(puppet->arg, puppet);
	}
}

static void puppet_on_channel(struct irc_conn *conn, const char *name,
	bool joined, const char *why, void *arg)
{
	struct irc_puppet *puppet = arg;
	struct irc_puppet_channel *channel = find_channel(puppet, name);

	if (!channel || puppet->state == IRC_PUPPET_GOING)
		return;
	channel->is_in = joined;
	if (joined)
		set_string(&channel->refusal, NULL);
	else if (irc_conn_state(conn) == IRC_CONN_READY)
		set_string(&channel->refusal, why);
	puppet->events->channel(puppet->arg, puppet, name, joined, why);
}

static const struct irc_conn_events conn_events = {
	.state = puppet_on_state,
	.message = puppet_on_message,
	.channel = puppet_on_channel,
};

/* --- life ------------------------------------------------------------------
 */

struct looks {
	struct irc_nickname nickname;
	char username[IRC_USERNAME_BYTES];
	char realname[IRC_REALNAME_BYTES];
	char host[IRC_HOST_BYTES];
	char address[IRC_ADDRESS_BYTES];
};

static void dress(struct irc_conn_params *conn, struct looks *looks,
	const struct irc_puppet_settings *s, const struct irc_puppet *puppet)
{
	const char *id = puppet->id, *name = puppet->name;

	irc_nickname_make(&looks->nickname, s->nick, id, name);
	irc_nickname_username(looks->username, s->username, id, name);
	irc_nickname_realname(looks->realname, s->realname, id, name);
	irc_nickname_host(looks->host, str_or_empty(s->host), id, name);
	conn->name = puppet->id;
	conn->nick = looks->nickname.base;
	conn->nick_suffix = looks->nickname.suffix;
	conn->username = looks->username;
	conn->realname = looks->realname;
	/* The account, and the certificate that proves it, are the bridge's. */
	conn->sasl = IRC_SASL_NONE;
	conn->sasl_required = false;
	conn->sasl_account = conn->sasl_password = NULL;
	conn->tls_params.cert_file = conn->tls_params.key_file = NULL;
	conn->is_light = true;
	conn->webirc_password = s->webirc;
	conn->webirc_host = looks->host;
	conn->webirc_address = NULL;
	if (!s->addresses ||
		irc_nickname_address(looks->address, s->addresses, id) < 0)
		return;
	if (s->webirc)
		conn->webirc_address = looks->address;
	else
		conn->bind_address = looks->address;
}

struct irc_puppet *irc_puppet_new(const struct irc_puppet_params *params,
	const char *id, const char *name)
{
	struct irc_puppet *puppet = xcalloc(1, sizeof(*puppet));
	struct irc_conn_params conn = *params->conn;
	struct looks looks;

	puppet->loop = params->loop;
	puppet->settings = params->settings;
	puppet->events = params->events;
	puppet->arg = params->arg;
	puppet->id = xstrdup(id);
	puppet->name = xstrdup(name);
	puppet->why = xstrdup("");
	puppet->touched_ms = puppet->emptied_ms = loop_now_ms(params->loop);
	puppet->renamed_ms = puppet->touched_ms - PUPPET_RENAME_MS;
	dress(&conn, &looks, params->settings, puppet);
	puppet->username = xstrdup(looks.username);
	backoff_init(&puppet->backoff, conn.retry_min_ms, conn.retry_max_ms);
	puppet->conn = irc_conn_new(params->loop, &conn, &conn_events, puppet);
	return puppet;
}

void irc_puppet_free(struct irc_puppet *puppet)
{
	struct irc_puppet_channel *channel, *next;

	irc_conn_free(puppet->conn);
	HASH_ITER (hh, puppet->channels, channel, next) {
		HASH_DEL(puppet->channels, channel);
		free(channel->name);
		free(channel->folded);
		free(channel->refusal);
		free(channel);
	}
	free(puppet->id);
	free(puppet->name);
	free(puppet->username);
	free(puppet->why);
	free(puppet->past_nick);
	free(puppet);
}

void irc_puppet_connect(struct irc_puppet *puppet)
{
	puppet->ready_ms = 0;
	irc_conn_start(puppet->conn);
	set_state(puppet, IRC_PUPPET_CONNECTING);
}

void irc_puppet_go(struct irc_puppet *puppet, const char *reason)
{
	if (puppet->state == IRC_PUPPET_GOING)
		return;
	irc_conn_stop(puppet->conn, reason);
	set_string(&puppet->why, reason);
	set_state(puppet, IRC_PUPPET_GOING);
}

bool irc_puppet_is_down(const struct irc_puppet *puppet)
{
	return irc_conn_state(puppet->conn) == IRC_CONN_IDLE;
}

bool irc_puppet_is_too_many(const struct irc_puppet *puppet)
{
	static const char *const words[] = {"too many", "Too many", "TOO MANY",
		"limit", "No more connections", "no more connections",
		"aximum connections"};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strstr(puppet->why, words[i]))
			return true;
	return false;
}

/* --- names -----------------------------------------------------------------
 */

static void rename_now(struct irc_puppet *puppet)
{
	struct irc_nickname nickname;

	puppet->is_rename_due = false;
	irc_nickname_make(
		&nickname, puppet->settings->nick, puppet->id, puppet->name);
	irc_conn_rename(puppet->conn, nickname.base);
}

void irc_puppet_rename(struct irc_puppet *puppet, const char *name)
{
	if (!*name || str_eq(puppet->name, name))
		return;
	set_string(&puppet->name, name);
	if (puppet->state != IRC_PUPPET_READY) {
		rename_now(puppet);
		return;
	}
	puppet->is_rename_due = true;
	puppet->events->due(puppet->arg);
}

int64_t irc_puppet_rename_due(struct irc_puppet *puppet)
{
	int64_t now_ms = loop_now_ms(puppet->loop);
	int64_t due_ms = puppet->renamed_ms + PUPPET_RENAME_MS;

	if (!puppet->is_rename_due)
		return INT64_MAX;
	if (due_ms > now_ms)
		return due_ms;
	puppet->renamed_ms = now_ms;
	rename_now(puppet);
	return INT64_MAX;
}

/* --- seen from outside -------------------------------------------------------
 */

/* Servers put '~' before a name that no identd vouches for. */
bool irc_puppet_is_user(const char *user, const char *seen)
{
	return str_eq(user + (*user == '~'), seen + (*seen == '~'));
}

/* The part of "nick!user@host" behind '!', or NULL while it is not known. */
static const char *known_userhost(const struct irc_puppet *puppet)
{
	const char *mask = irc_conn_mask(puppet->conn);
	const char *mark = mask ? strchr(mask, '!') : NULL;

	return mark ? mark + 1 : NULL;
}

static bool has_user(const struct irc_puppet *puppet, const char *user)
{
	const char *known = known_userhost(puppet);
	char *AUTOFREE own = known ? xstrndup(known, strcspn(known, "@"))
				   : xstrdup(puppet->username);

	return irc_puppet_is_user(own, user);
}

static bool has_host(const struct irc_puppet *puppet, const char *host)
{
	const char *known = known_userhost(puppet);
	const char *at = known ? strrchr(known, '@') : NULL;

	return !at || !*host || str_eq(at + 1, host);
}

/* What a nick is to a puppet. */
enum claim { CLAIM_NONE, CLAIM_MAYBE, CLAIM_NOW };

/* While it is there nobody else has its nick; but what it had, or wishes for,
 * may be another's. */
static enum claim claim_to(const struct irc_puppet *puppet, const char *nick)
{
	const struct irc_conn *conn = puppet->conn;
	enum irc_casemap map = irc_conn_isupport(conn)->casemap;
	int64_t age_ms = loop_now_ms(puppet->loop) - puppet->past_ms;

	if (puppet->state == IRC_PUPPET_READY) {
		if (irc_casemap_equal(map, nick, irc_conn_nick(conn)))
			return puppet->links == puppet->dead_links ? CLAIM_MAYBE
								   : CLAIM_NOW;
		if (irc_casemap_equal(map, nick, irc_conn_wanted_nick(conn)))
			return CLAIM_MAYBE;
	}
	return puppet->past_nick && age_ms < PUPPET_PAST_MS &&
			       irc_casemap_equal(map, nick, puppet->past_nick)
		       ? CLAIM_MAYBE
		       : CLAIM_NONE;
}

bool irc_puppet_may_be(
	const struct irc_puppet *puppet, const struct irc_source *source)
{
	enum claim claim = claim_to(puppet, source->nick);

	if (claim == CLAIM_NONE)
		return false;
	if (!*source->user)
		return claim == CLAIM_NOW;
	if (claim == CLAIM_NOW)
		return !known_userhost(puppet) ||
		       has_user(puppet, source->user);
	return has_user(puppet, source->user) && has_host(puppet, source->host);
}

enum irc_puppet_state irc_puppet_state(const struct irc_puppet *puppet)
{
	return puppet->state;
}

const char *irc_puppet_id(const struct irc_puppet *puppet)
{
	return puppet->id;
}

const char *irc_puppet_name(const struct irc_puppet *puppet)
{
	return puppet->name;
}

const char *irc_puppet_nick(const struct irc_puppet *puppet)
{
	return irc_conn_nick(puppet->conn);
}

struct irc_conn *irc_puppet_conn(const struct irc_puppet *puppet)
{
	return puppet->conn;
}

const char *irc_puppet_why(const struct irc_puppet *puppet)
{
	return puppet->why;
}

int64_t irc_puppet_wait_ms(const struct irc_puppet *puppet)
{
	int64_t wait_ms = puppet->due_ms - loop_now_ms(puppet->loop);

	return puppet->state == IRC_PUPPET_OFF && wait_ms > 0 ? wait_ms : 0;
}

/* --- channels --------------------------------------------------------------
 */

void irc_puppet_join(
	struct irc_puppet *puppet, const char *name, const char *key)
{
	struct irc_puppet_channel *channel = find_channel(puppet, name);

	irc_puppet_touch(puppet);
	if (channel)
		return;
	channel = xcalloc(1, sizeof(*channel));
	channel->name = xstrdup(name);
	channel->folded = irc_casemap_fold_dup(IRC_CASEMAP_RFC1459, name);
	HASH_ADD_KEYPTR(hh, puppet->channels, channel->folded,
		strlen(channel->folded), channel);
	irc_conn_join(puppet->conn, name, key);
}

void irc_puppet_part(
	struct irc_puppet *puppet, const char *name, const char *reason)
{
	struct irc_puppet_channel *channel = find_channel(puppet, name);

	if (!channel)
		return;
	irc_conn_leave(puppet->conn, channel->name, reason);
	channel_free(puppet, channel);
}

void irc_puppet_part_soon(struct irc_puppet *puppet, const char *name)
{
	struct irc_puppet_channel *channel = find_channel(puppet, name);

	if (!channel)
		return;
	irc_conn_part_soon(puppet->conn, channel->name);
	channel_free(puppet, channel);
}

bool irc_puppet_is_in(const struct irc_puppet *puppet, const char *name)
{
	const struct irc_puppet_channel *channel = find_channel(puppet, name);

	return channel && channel->is_in && puppet->state == IRC_PUPPET_READY;
}

bool irc_puppet_is_wanted(const struct irc_puppet *puppet, const char *name)
{
	return find_channel(puppet, name) != NULL;
}

const char *irc_puppet_refusal(
	const struct irc_puppet *puppet, const char *name)
{
	const struct irc_puppet_channel *channel = find_channel(puppet, name);

	return channel ? channel->refusal : NULL;
}

void irc_puppet_touch(struct irc_puppet *puppet)
{
	puppet->touched_ms = loop_now_ms(puppet->loop);
}

bool irc_puppet_is_idle(const struct irc_puppet *puppet)
{
	int64_t idle_ms = puppet->settings->idle_ms;

	return !puppet->holds && idle_ms > 0 &&
	       loop_now_ms(puppet->loop) - puppet->touched_ms >= idle_ms;
}

void irc_puppet_hold(struct irc_puppet *puppet)
{
	puppet->holds++;
}

void irc_puppet_let_go(struct irc_puppet *puppet)
{
	if (--puppet->holds)
		return;
	puppet->touched_ms = loop_now_ms(puppet->loop);
	puppet->events->due(puppet->arg);
}
