#include "irc_moderation/moderation.h"

#include "irc/channel.h"
#include "irc/numeric.h"
#include "irc_moderation/attributes.h"
#include "irc_moderation/bans.h"
#include "irc_moderation/privileges.h"
#include "irc_moderation/ranks.h"
#include "irc_moderation/stands.h"
#include "irc_puppets/puppets.h"
#include "util/alloc.h"
#include "util/str.h"

#include <stdlib.h>
#include <string.h>

/* Telling. */

void moderation_tell(struct irc_moderation *moderation,
	const struct standing *standing, const struct irc_face *face)
{
	struct standing told = *standing;
	struct irc_user user;

	if (!moderation_tells(moderation) || !moderation->sink.standing)
		return;
	if (face) {
		user = (struct irc_user){
			.nick = face->nick,
			.user = face->user,
			.host = face->host,
			.account = face->account,
			.is_account_known = face->is_account_known,
		};
		irc_portrait_of_user(&moderation->portrait, moderation->folk,
			face->id, &user);
		told.person = &moderation->portrait.person;
		told.is_native = face->is_native;
	}
	moderation->sink.standing(moderation->sink.arg, &told);
}

void moderation_tell_list(struct irc_moderation *moderation,
	enum standing_kind kind, enum roster_state state, bool is_whole)
{
	const struct standing_list list = {
		.kind = kind,
		.state = state,
		.is_whole = is_whole,
	};

	if (moderation_tells(moderation) && moderation->sink.standings)
		moderation->sink.standings(moderation->sink.arg, &list);
}

/* Who is here. */

static bool see_user(struct irc_moderation *moderation,
	const struct irc_user *user, struct irc_face **ret)
{
	const struct irc_folk *folk = moderation->folk;
	struct irc_user seen = *user;
	struct irc_who who = irc_who_of_user(folk->conn, user);
	enum irc_sort sort = irc_folk_sort_user(folk, user);
	struct irc_source source = {
		.nick = user->nick,
		.user = user->user,
		.host = user->host,
	};
	char id[IRC_ID_BYTES];
	const char *owner = NULL;
	const struct irc_face *known;

	*ret = NULL;
	/* An account that is not kept true is not banned. */
	seen.account = str_or_empty(who.account);
	seen.is_account_known = user->is_account_known &&
				irc_conn_has_cap(folk->conn, "account-notify");
	if (sort == IRC_SORT_SELF)
		owner = irc_puppets_owner(folk->puppets, &source);
	else if (sort == IRC_SORT_PERSON)
		irc_identity_id(folk->identity, &who, id);
	if (sort != IRC_SORT_PERSON && !owner)
		return false;
	known = irc_faces_find(&moderation->faces, user->nick);
	if (known && !str_eq(known->id, owner ? owner : id))
		irc_ranks_gone(moderation, known);
	return irc_faces_see(
		&moderation->faces, &seen, owner ? owner : id, !owner, ret);
}

struct irc_face *moderation_see(
	struct irc_moderation *moderation, const char *nick, bool *ret_is_news)
{
	const struct irc_channel *channel = moderation_channel(moderation);
	const struct irc_member *member =
		channel ? irc_channel_member(channel, nick) : NULL;
	struct irc_face *face = NULL;

	*ret_is_news = false;
	if (member)
		*ret_is_news = see_user(moderation, member->user, &face);
	return face;
}

static void see_all(struct irc_moderation *moderation)
{
	const struct irc_channel *channel = moderation_channel(moderation);
	const struct irc_member *member = NULL;
	struct irc_face *face;

	irc_faces_set_map(
		&moderation->faces, moderation_isupport(moderation)->casemap);
	irc_faces_all_gone(&moderation->faces);
	while (channel &&
		(member = irc_channel_next_member(channel, member)) != NULL)
		(void)see_user(moderation, member->user, &face);
}

/* Somebody has come or is somebody else. */
static void check_nick(struct irc_moderation *moderation, const char *nick)
{
	bool is_news = false;
	struct irc_face *face = moderation_see(moderation, nick, &is_news);

	if (!face || !is_news)
		return;
	irc_ranks_seen(moderation, face);
	if (!moderation->is_closed)
		irc_bans_seen(moderation, face);
}

/* The lists. */

static void tell_all(struct irc_moderation *moderation)
{
	if (!moderation_channel(moderation))
		return;
	timer_cancel(moderation->late);
	moderation->is_overdue =
		moderation->waits_bans || moderation->waits_excepts;
	moderation->is_known = true;
	see_all(moderation);
	irc_bans_tell_all(moderation);
	if (!moderation->is_closed)
		irc_ranks_tell_all(moderation);
}

static void check_lists(struct irc_moderation *moderation)
{
	if ((timer_is_armed(moderation->late) || moderation->is_overdue) &&
		!moderation->request && !moderation->waits_bans &&
		!moderation->waits_excepts)
		tell_all(moderation);
}

static void moderation_on_late(void *arg)
{
	struct irc_moderation *moderation = arg;

	irc_census_cancel(moderation->census, TAKE(moderation->request));
	tell_all(moderation);
}

static void moderation_on_census(void *arg, bool is_complete)
{
	struct irc_moderation *moderation = arg;

	(void)is_complete;
	moderation->request = NULL;
	check_lists(moderation);
}

static bool ask_list(struct irc_moderation *moderation, char letter)
{
	const char letters[] = {letter, '\0'};

	return letter &&
	       irc_conn_send(moderation->conn, IRC_PRIO_BULK,
		       moderation->channel,
		       &(struct irc_line){
			       .command = "MODE",
			       .params = {moderation->channel, letters},
		       }) == 0;
}

static void ask(struct irc_moderation *moderation)
{
	moderation->waits_bans = ask_list(moderation, 'b');
	moderation->waits_excepts =
		ask_list(moderation, moderation_isupport(moderation)->excepts);
	if (!moderation->request)
		moderation->request = irc_census_ask(moderation->census,
			moderation->channel,
			moderation->is_known ? CENSUS_WHO : CENSUS_KNOWN,
			moderation_on_census, moderation);
	timer_arm(moderation->late, MODERATION_LIST_MS);
}

static void moderation_on_soon(void *arg)
{
	struct irc_moderation *moderation = arg;
	bool is_fresh = moderation->is_fresh;

	irc_stands_tell(moderation);
	if (!moderation->is_closed)
		irc_attributes_answer(moderation);
	if (moderation->is_closed || !is_fresh)
		return;
	moderation->is_fresh = false;
	if (!moderation->is_on)
		return;
	irc_privileges_tell(moderation, true);
	if (moderation->is_closed || !moderation->is_in)
		return;
	irc_attributes_tell(moderation, true, NULL);
	if (!moderation->is_closed)
		ask(moderation);
}

static void forget(struct irc_moderation *moderation)
{
	irc_census_cancel(moderation->census, TAKE(moderation->request));
	timer_cancel(moderation->late);
	moderation->waits_bans = false;
	moderation->waits_excepts = false;
	moderation->is_overdue = false;
	moderation->is_known = false;
}

void irc_moderation_watch(struct irc_moderation *moderation, bool on)
{
	moderation->is_on = on;
	moderation->is_fresh = on;
	if (!on)
		forget(moderation);
	timer_arm(moderation->soon, 0);
}

void irc_moderation_joined(struct irc_moderation *moderation)
{
	moderation->is_in = true;
	moderation->is_fresh = true;
	timer_arm(moderation->soon, 0);
}

void irc_moderation_left(struct irc_moderation *moderation)
{
	bool was_known = moderation->is_known;

	moderation->is_in = false;
	forget(moderation);
	irc_faces_all_gone(&moderation->faces);
	irc_mode_writer_left(moderation->writer);
	for (int i = 0; was_known && i < STANDING_KINDS; i++)
		moderation_tell_list(moderation, (enum standing_kind)i,
			ROSTER_UNKNOWN, false);
	irc_attributes_forget(moderation);
}

/* Messages. */

typedef void moderation_fn(
	struct irc_moderation *moderation, const struct irc_message *message);

static void on_here(
	struct irc_moderation *moderation, const struct irc_message *message)
{
	check_nick(moderation, message->source.nick);
}

static void on_gone(
	struct irc_moderation *moderation, const struct irc_message *message)
{
	bool is_kick = irc_message_is(message, "KICK");
	struct irc_face *face = irc_faces_find(&moderation->faces,
		is_kick ? irc_message_param(message, 1) : message->source.nick);

	if (!face)
		return;
	irc_ranks_gone(moderation, face);
	irc_faces_go(&moderation->faces, face);
}

static void on_nick(
	struct irc_moderation *moderation, const struct irc_message *message)
{
	const char *nick = irc_message_param(message, 0);
	struct irc_face *face =
		irc_faces_find(&moderation->faces, message->source.nick);

	if (face && face->is_here)
		irc_faces_rename(&moderation->faces, face, nick);
	check_nick(moderation, nick);
}

static void on_rank(struct irc_moderation *moderation, const char *nick,
	const struct irc_doing *doing)
{
	bool is_news = false;
	struct irc_face *face = moderation_see(moderation, nick, &is_news);

	if (!face)
		return;
	irc_ranks_changed(moderation, face, doing);
	if (is_news && !moderation->is_closed)
		irc_bans_seen(moderation, face);
}

/* Who may change bans may see who is excepted from them. */
static void ask_hidden(struct irc_moderation *moderation)
{
	if (!moderation_tells(moderation) || !moderation->lacks_excepts ||
		moderation->may[RIGHT_BANS] != 1)
		return;
	moderation->lacks_excepts = false;
	ask(moderation);
}

static void on_mode(
	struct irc_moderation *moderation, const struct irc_message *message)
{
	struct irc_modes modes;
	struct irc_mode_change change;
	struct irc_doing doing;

	if (message->nparams < 2)
		return;
	irc_doing_init(&doing);
	irc_doing_of_message(&doing, moderation->folk, message);
	irc_modes_init(&modes, moderation_isupport(moderation),
		message->params + 1, message->nparams - 1);
	while (moderation->is_known && !moderation->is_closed &&
		irc_modes_next(&modes, &change)) {
		if (change.class == IRC_MODE_LIST)
			irc_bans_changed(moderation, &change, &doing);
		else if (change.class == IRC_MODE_PREFIX)
			on_rank(moderation, change.param, &doing);
	}
	if (!moderation->is_closed)
		irc_privileges_tell(moderation, false);
	if (moderation_tells(moderation))
		irc_attributes_tell(moderation, false, &doing);
	irc_doing_release(&doing);
	ask_hidden(moderation);
}

static void on_topic(
	struct irc_moderation *moderation, const struct irc_message *message)
{
	struct irc_doing doing;

	irc_doing_init(&doing);
	irc_doing_of_message(&doing, moderation->folk, message);
	irc_attributes_tell(moderation, false, &doing);
	irc_doing_release(&doing);
}

/* 324, 331 and 332: told anew by the server. */
static void on_told(
	struct irc_moderation *moderation, const struct irc_message *message)
{
	(void)message;
	irc_attributes_tell(moderation, false, NULL);
	irc_privileges_tell(moderation, false);
}

static void on_bans_end(
	struct irc_moderation *moderation, const struct irc_message *message)
{
	(void)message;
	moderation->waits_bans = false;
	check_lists(moderation);
}

/* 482: exceptions are not shown to everybody. */
static void on_excepts_end(
	struct irc_moderation *moderation, const struct irc_message *message)
{
	if (moderation->waits_excepts)
		moderation->lacks_excepts =
			message->numeric == ERR_CHANOPRIVSNEEDED;
	moderation->waits_excepts = false;
	check_lists(moderation);
}

static void on_who_end(
	struct irc_moderation *moderation, const struct irc_message *message)
{
	const struct irc_channel *channel = moderation_channel(moderation);
	const struct irc_member *member = NULL;

	(void)message;
	while (channel && !moderation->is_closed &&
		(member = irc_channel_next_member(channel, member)) != NULL)
		check_nick(moderation, member->user->nick);
}

enum { ANY_CHANNEL = -1 };

/* Rows: which parameter must be our channel; whether it is news only once the
 * lists have been told. */
static const struct {
	const char *command;
	int channel;
	bool is_of_lists;
	moderation_fn *fn;
} rows[] = {
	{"JOIN", 0, true, on_here},
	{"PART", 0, true, on_gone},
	{"KICK", 0, true, on_gone},
	{"QUIT", ANY_CHANNEL, true, on_gone},
	{"NICK", ANY_CHANNEL, true, on_nick},
	{"ACCOUNT", ANY_CHANNEL, true, on_here},
	{"CHGHOST", ANY_CHANNEL, true, on_here},
	{"PRIVMSG", 0, true, on_here},
	{"NOTICE", 0, true, on_here},
	{"315", 1, true, on_who_end},
	{"MODE", 0, false, on_mode},
	{"TOPIC", 0, false, on_topic},
	{"RENAME", 0, false, on_topic},
	{"324", 1, false, on_told},
	{"331", 1, false, on_told},
	{"333", 1, false, on_told},
	{"349", 1, false, on_excepts_end},
	{"368", 1, false, on_bans_end},
	{"482", 1, false, on_excepts_end},
};

static bool is_ours(
	const struct irc_moderation *moderation, const char *channel)
{
	return irc_casemap_equal(moderation_isupport(moderation)->casemap,
		channel, moderation->channel);
}

static void run_row(struct irc_moderation *moderation, size_t i,
	const struct irc_message *message)
{
	if (rows[i].is_of_lists && !moderation->is_known)
		return;
	if (rows[i].channel == ANY_CHANNEL ||
		is_ours(moderation,
			irc_message_param(message, (size_t)rows[i].channel)))
		rows[i].fn(moderation, message);
}

/* Does it name another channel, where the rest looks at no channel? */
static bool is_of_others(const struct irc_moderation *moderation,
	const struct irc_message *message)
{
	const struct irc_isupport *isupport = moderation_isupport(moderation);

	for (size_t i = 0; i + 1 < message->nparams && i < 4; i++)
		if (irc_isupport_is_channel(isupport, message->params[i]))
			return !is_ours(moderation, message->params[i]);
	return false;
}

void irc_moderation_take(
	struct irc_moderation *moderation, const struct irc_message *message)
{
	if (moderation->is_closed)
		return;
	if (moderation_tells(moderation) && moderation->is_in)
		for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
			if (!irc_message_is(message, rows[i].command))
				continue;
			run_row(moderation, i, message);
			break;
		}
	if (moderation->is_closed || is_of_others(moderation, message))
		return;
	irc_mode_writer_take(moderation->writer, message);
	irc_attributes_take(moderation, message);
}

bool irc_moderation_is_answer(const struct irc_message *message)
{
	static const int numerics[] = {
		ERR_NOSUCHNICK,
		ERR_USERNOTINCHANNEL,
		ERR_UNKNOWNMODE,
		ERR_NOPRIVILEGES,
	};

	for (size_t i = 0; i < ARRAY_LEN(numerics); i++)
		if (message->numeric == numerics[i])
			return true;
	return irc_message_is(message, "PONG") ||
	       (irc_message_is(message, "FAIL") &&
		       str_eq(irc_message_param(message, 0), "RENAME"));
}

/* Changes. */

void irc_moderation_stand(
	struct irc_moderation *moderation, const struct standing_change *change)
{
	irc_stands_begin(moderation, change);
}

char *irc_moderation_rule(
	struct irc_moderation *moderation, const struct standing_change *change)
{
	return irc_stands_rule(moderation, change);
}

void irc_moderation_set(struct irc_moderation *moderation,
	enum attribute attribute, const char *value, const char *by)
{
	(void)by;
	irc_attributes_set(moderation, attribute, value);
}

static void moderation_on_result(
	void *arg, const struct irc_mode_result *result)
{
	struct irc_moderation *moderation = arg;

	if (!irc_stands_result(moderation, result))
		(void)irc_attributes_result(moderation, result);
}

/* Life. */

static const char *or_default(const char *value, const char *fallback)
{
	return value && *value ? value : fallback;
}

struct irc_moderation *irc_moderation_new(
	struct loop *loop, const struct irc_moderation_params *params)
{
	struct irc_moderation *moderation = xcalloc(1, sizeof(*moderation));
	const struct irc_moderation_settings *settings = &params->settings;
	const struct irc_mode_writer_params writer = {
		.conn = params->conn,
		.channel = params->channel,
		.result = moderation_on_result,
		.arg = moderation,
	};

	moderation->loop = loop;
	moderation->folk = params->folk;
	moderation->conn = params->conn;
	moderation->census = params->census;
	moderation->sink = *params->sink;
	moderation->channel = xstrdup(params->channel);
	moderation->object = xasprintf("mapping %s", params->mapping);
	moderation->ban_mask =
		xstrdup(or_default(settings->ban_mask, "*!*{user}@{host}"));
	moderation->moderator_modes =
		xstrdup(or_default(settings->moderator_modes, "qao"));
	moderation->restricted_modes =
		xstrdup(or_default(settings->restricted_modes, "i"));
	moderation->needs_account = settings->moderators_need_account;
	for (int i = 0; i < RIGHTS; i++)
		moderation->may[i] = -1;
	irc_faces_init(
		&moderation->faces, irc_conn_isupport(params->conn)->casemap);
	irc_portrait_init(&moderation->portrait);
	irc_attributes_init(moderation);
	moderation->writer = irc_mode_writer_new(loop, &writer);
	moderation->soon = timer_new(loop, moderation_on_soon, moderation);
	moderation->late = timer_new(loop, moderation_on_late, moderation);
	return moderation;
}

static void moderation_destroy(void *arg)
{
	struct irc_moderation *moderation = arg;

	irc_stands_release(moderation);
	irc_attributes_release(moderation);
	irc_faces_release(&moderation->faces);
	irc_bans_release(moderation);
	irc_portrait_release(&moderation->portrait);
	free(moderation->channel);
	free(moderation->object);
	free(moderation->ban_mask);
	free(moderation->moderator_modes);
	free(moderation->restricted_modes);
	free(moderation);
}

void irc_moderation_close(struct irc_moderation *moderation)
{
	if (!moderation || moderation->is_closed)
		return;
	moderation->is_closed = true;
	irc_census_cancel(moderation->census, TAKE(moderation->request));
	irc_mode_writer_free(TAKE(moderation->writer));
	timer_free(TAKE(moderation->soon));
	timer_free(TAKE(moderation->late));
	loop_defer(moderation->loop, moderation_destroy, moderation);
}
