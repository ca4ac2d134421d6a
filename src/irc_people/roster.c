#include "irc_people/roster.h"

#include "irc/channel.h"
#include "irc/netsplit.h"
#include "irc_people/roll.h"
#include "irc_words/words.h"
#include "util/alloc.h"
#include "util/str.h"
#include "util/utf8.h"

#include <stdlib.h>
#include <string.h>

struct irc_roster {
	struct loop *loop;
	struct irc_roster_params params;
	struct end_sink sink;
	char *channel;
	struct irc_roll roll;
	struct irc_census_request *asked;
	struct irc_portrait portrait;
	struct text words;
	struct timer *soon;
	bool is_on;
	bool is_in;    /* the channel */
	bool is_known; /* the list has been said */
	bool is_fresh; /* a new list is wanted */
	bool is_closed;
};

static enum irc_casemap casemap(const struct irc_roster *roster)
{
	return irc_conn_isupport(roster->params.folk->conn)->casemap;
}

static bool is_ours(const struct irc_roster *roster, const char *channel)
{
	return irc_casemap_equal(casemap(roster), channel, roster->channel);
}

static const struct irc_user *find_user(
	const struct irc_roster *roster, const char *nick)
{
	const struct irc_channel *channel =
		irc_conn_channel(roster->params.folk->conn, roster->channel);
	const struct irc_member *member =
		channel ? irc_channel_member(channel, nick) : NULL;

	return member ? member->user : NULL;
}

/* Telling. */

static bool may_tell(const struct irc_roster *roster)
{
	return roster->is_on && !roster->is_closed;
}

static void tell_state(struct irc_roster *roster, enum roster_state state)
{
	if (may_tell(roster) && roster->sink.roster)
		roster->sink.roster(roster->sink.arg, state);
}

/* Of somebody who has gone nothing is known but what we kept; another may have
 * the nick by now. */
static void paint(struct irc_roster *roster, const char *id, const char *nick,
	bool is_gone)
{
	const struct irc_user *user = is_gone ? NULL : find_user(roster, nick);
	const struct irc_user gone = {
		.nick = nick,
		.user = "",
		.host = "",
		.account = "",
	};

	irc_portrait_of_user(&roster->portrait, roster->params.folk, id,
		user ? user : &gone);
}

static void tell(struct irc_roster *roster, struct presence *presence,
	const char *id, const char *nick)
{
	if (!may_tell(roster) || !roster->sink.presence)
		return;
	paint(roster, id, nick,
		presence->kind != PRESENCE_HERE &&
			presence->kind != PRESENCE_RENAMED);
	presence->origin = ORIGIN_PERSON;
	presence->person = roster->portrait.person;
	roster->sink.presence(roster->sink.arg, presence);
}

static void tell_member(struct irc_roster *roster, enum presence_kind kind,
	const struct irc_attendee *member, const char *was_id)
{
	struct presence presence = {.kind = kind, .was_id = was_id};

	tell(roster, &presence, member->id, member->sessions->nick);
}

/* Changes. */

/* A session is gone, and with it the person, or a name. */
static void leave(struct irc_roster *roster, struct irc_session *session,
	struct presence *presence)
{
	struct irc_attendee *member = session->member;
	bool is_namer = member->sessions == session;

	irc_roll_detach(session);
	if (!member->sessions)
		tell(roster, presence, member->id, session->nick);
	else if (is_namer)
		tell_member(roster, PRESENCE_RENAMED, member, NULL);
	irc_roll_tidy(&roster->roll, member);
	irc_roll_drop(&roster->roll, session);
}

static void change_id(
	struct irc_roster *roster, struct irc_session *session, const char *id)
{
	struct irc_attendee *old = session->member;
	bool was_namer = old->sessions == session;

	irc_roll_detach(session);
	irc_roll_attach(&roster->roll, session, id);
	tell_member(roster, PRESENCE_HERE, session->member,
		old->sessions ? NULL : old->id);
	if (old->sessions && was_namer)
		tell_member(roster, PRESENCE_RENAMED, old, NULL);
	irc_roll_tidy(&roster->roll, old);
}

static void come(
	struct irc_roster *roster, const struct irc_user *user, const char *id)
{
	bool is_new = !irc_roll_member(&roster->roll, id);
	const struct irc_session *session =
		irc_roll_add(&roster->roll, user->nick, id);

	if (is_new)
		tell_member(roster, PRESENCE_HERE, session->member, NULL);
}

/* Makes what we know of this one, who is in the channel, true. */
static void check_as(struct irc_roster *roster, const struct irc_user *user,
	const struct irc_who *who)
{
	const struct irc_folk *folk = roster->params.folk;
	struct irc_session *session = irc_roll_find(&roster->roll, user->nick);
	char id[IRC_ID_BYTES];

	if (irc_folk_sort_user(folk, user) != IRC_SORT_PERSON) {
		struct presence presence = {.kind = PRESENCE_LEFT};
		if (session)
			leave(roster, session, &presence);
		return;
	}
	irc_identity_id(folk->identity, who, id);
	if (!session)
		come(roster, user, id);
	else if (!str_eq(session->member->id, id))
		change_id(roster, session, id);
}

static void check_user(struct irc_roster *roster, const struct irc_user *user)
{
	struct irc_who who = irc_who_of_user(roster->params.folk->conn, user);

	check_as(roster, user, &who);
}

static void check_nick(struct irc_roster *roster, const char *nick)
{
	const struct irc_user *user = find_user(roster, nick);

	if (user)
		check_user(roster, user);
}

static const struct irc_member *next_member(
	const struct irc_roster *roster, const struct irc_member *prev)
{
	const struct irc_channel *channel =
		irc_conn_channel(roster->params.folk->conn, roster->channel);

	return channel ? irc_channel_next_member(channel, prev) : NULL;
}

static void check_all(struct irc_roster *roster)
{
	const struct irc_member *member = NULL;

	while ((member = next_member(roster, member)) != NULL)
		check_user(roster, member->user);
}

/* The list. */

static void fill(struct irc_roster *roster)
{
	const struct irc_folk *folk = roster->params.folk;
	const struct irc_member *m = NULL;
	char id[IRC_ID_BYTES];

	while ((m = next_member(roster, m)) != NULL) {
		struct irc_who who = irc_who_of_user(folk->conn, m->user);
		if (irc_folk_sort_user(folk, m->user) != IRC_SORT_PERSON ||
			irc_roll_find(&roster->roll, m->user->nick))
			continue;
		irc_identity_id(folk->identity, &who, id);
		irc_roll_add(&roster->roll, m->user->nick, id);
	}
}

/* Whoever gave a name before gives it again. */
static void keep_namer(struct irc_roster *roster, const char *nick)
{
	struct irc_session *session = irc_roll_find(&roster->roll, nick);

	if (session)
		irc_roll_put_first(session);
}

static void refill(struct irc_roster *roster)
{
	struct irc_attendee *member;
	struct irc_attendee *next;
	size_t count = 0;
	char **namers =
		xcalloc(HASH_COUNT(roster->roll.members) + 1, sizeof(*namers));

	HASH_ITER (hh, roster->roll.members, member, next)
		if (member->sessions->next)
			namers[count++] = xstrdup(member->sessions->nick);
	irc_roll_clear(&roster->roll);
	roster->roll.map = casemap(roster);
	fill(roster);
	while (count-- > 0) {
		keep_namer(roster, namers[count]);
		free(namers[count]);
	}
	free(namers);
}

static void roster_on_census(void *arg, bool is_complete)
{
	struct irc_roster *roster = arg;
	struct irc_attendee *member;
	struct irc_attendee *next;

	(void)is_complete;
	roster->asked = NULL;
	refill(roster);
	roster->is_known = true;
	tell_state(roster, ROSTER_BEGINS);
	HASH_ITER (hh, roster->roll.members, member, next)
		tell_member(roster, PRESENCE_HERE, member, NULL);
	tell_state(roster, ROSTER_COMPLETE);
}

static void forget(struct irc_roster *roster)
{
	irc_census_cancel(roster->params.census, TAKE(roster->asked));
	irc_roll_clear(&roster->roll);
	roster->is_known = false;
}

static void roster_on_soon(void *arg)
{
	struct irc_roster *roster = arg;
	bool is_fresh = roster->is_fresh;

	roster->is_fresh = false;
	if (!roster->is_on)
		forget(roster);
	else if (roster->is_in && is_fresh && !roster->asked)
		roster->asked =
			irc_census_ask(roster->params.census, roster->channel,
				roster->is_known ? CENSUS_NAMES : CENSUS_KNOWN,
				roster_on_census, roster);
}

void irc_roster_watch(struct irc_roster *roster, bool on)
{
	roster->is_on = on;
	roster->is_fresh = on;
	if (!on)
		roster->is_known = false;
	timer_arm(roster->soon, 0);
}

void irc_roster_joined(struct irc_roster *roster)
{
	roster->is_in = true;
	roster->is_fresh = true;
	timer_arm(roster->soon, 0);
}

void irc_roster_left(struct irc_roster *roster)
{
	bool was_known = roster->is_known;

	roster->is_in = false;
	forget(roster);
	if (was_known)
		tell_state(roster, ROSTER_UNKNOWN);
}

/* Messages. */

typedef void roster_fn(
	struct irc_roster *roster, const struct irc_message *message);

/* In plain words; NULL when there are none. Until the next call. */
static const char *plain(struct irc_roster *roster, const char *words)
{
	text_clear(&roster->words);
	words_from_irc(&roster->words, words, strlen(words));
	return text_is_empty(&roster->words) ? NULL
					     : text_plain(&roster->words);
}

static void on_join(
	struct irc_roster *roster, const struct irc_message *message)
{
	check_nick(roster, message->source.nick);
}

static void on_part(
	struct irc_roster *roster, const struct irc_message *message)
{
	struct irc_session *session =
		irc_roll_find(&roster->roll, message->source.nick);
	struct presence presence = {
		.kind = PRESENCE_LEFT,
		.reason = plain(roster, irc_message_param(message, 1)),
	};

	if (session)
		leave(roster, session, &presence);
}

static void on_kick(
	struct irc_roster *roster, const struct irc_message *message)
{
	struct irc_session *session =
		irc_roll_find(&roster->roll, irc_message_param(message, 1));
	struct buf AUTOBUF actor;
	struct presence presence = {
		.kind = PRESENCE_REMOVED,
		.reason = plain(roster, irc_message_param(message, 2)),
	};

	buf_init(&actor, 4 * IRC_SOURCE_BYTES);
	if (!session)
		return;
	utf8_from_irc(
		&actor, message->source.nick, strlen(message->source.nick));
	presence.actor = actor.len ? actor.data : NULL;
	leave(roster, session, &presence);
}

static bool is_split(
	const struct irc_roster *roster, const struct irc_message *message)
{
	const char *batch =
		irc_conn_batch_type(roster->params.folk->conn, message);

	return str_eq(batch, "netsplit") ||
	       irc_quit_is_split(irc_message_param(message, 0));
}

static void on_quit(
	struct irc_roster *roster, const struct irc_message *message)
{
	struct irc_session *session =
		irc_roll_find(&roster->roll, message->source.nick);
	struct presence presence = {
		.kind = is_split(roster, message) ? PRESENCE_SPLIT
						  : PRESENCE_QUIT,
		.reason = plain(roster, irc_message_param(message, 0)),
	};

	if (session)
		leave(roster, session, &presence);
}

/* Whoever had the nick must have gone unseen. */
static void make_way(struct irc_roster *roster,
	const struct irc_session *session, const char *nick)
{
	struct irc_session *other = irc_roll_find(&roster->roll, nick);
	struct presence presence = {.kind = PRESENCE_QUIT};

	if (other && other != session)
		leave(roster, other, &presence);
}

static void on_nick(
	struct irc_roster *roster, const struct irc_message *message)
{
	struct irc_session *session =
		irc_roll_find(&roster->roll, message->source.nick);
	const char *nick = irc_message_param(message, 0);
	const struct irc_attendee *member;

	if (!*nick)
		return;
	if (!session) {
		check_nick(roster, nick);
		return;
	}
	make_way(roster, session, nick);
	irc_roll_set_nick(&roster->roll, session, nick);
	member = session->member;
	check_nick(roster, nick);
	/* Unless they became somebody else by it, which says the name. */
	if (irc_roll_find(&roster->roll, nick) == session &&
		session->member == member && member->sessions == session)
		tell_member(roster, PRESENCE_RENAMED, member, NULL);
}

static void on_account(
	struct irc_roster *roster, const struct irc_message *message)
{
	check_nick(roster, message->source.nick);
}

/* Rules about people may be of their hosts. */
static void on_chghost(
	struct irc_roster *roster, const struct irc_message *message)
{
	const struct irc_session *session =
		irc_roll_find(&roster->roll, message->source.nick);

	if (session && session->member->sessions == session)
		tell_member(roster, PRESENCE_HERE, session->member, NULL);
}

/* What is said is said by who is here. */
static void on_saying(
	struct irc_roster *roster, const struct irc_message *message)
{
	const struct irc_user *user = find_user(roster, message->source.nick);
	struct irc_who who =
		irc_who_of_message(roster->params.folk->conn, message);

	if (user)
		check_as(roster, user, &who);
}

static void on_who_end(
	struct irc_roster *roster, const struct irc_message *message)
{
	(void)message;
	check_all(roster);
}

enum { ANY_CHANNEL = -1 };

/* Rows: which parameter must be our channel. */
static const struct {
	const char *command;
	int channel;
	roster_fn *fn;
} rows[] = {
	{"JOIN", 0, on_join},
	{"PART", 0, on_part},
	{"KICK", 0, on_kick},
	{"QUIT", ANY_CHANNEL, on_quit},
	{"NICK", ANY_CHANNEL, on_nick},
	{"ACCOUNT", ANY_CHANNEL, on_account},
	{"CHGHOST", ANY_CHANNEL, on_chghost},
	{"PRIVMSG", 0, on_saying},
	{"NOTICE", 0, on_saying},
	{"315", 1, on_who_end},
};

void irc_roster_take(
	struct irc_roster *roster, const struct irc_message *message)
{
	if (!roster->is_known || !may_tell(roster))
		return;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (!irc_message_is(message, rows[i].command))
			continue;
		if (rows[i].channel == ANY_CHANNEL ||
			is_ours(roster, irc_message_param(message,
						(size_t)rows[i].channel)))
			rows[i].fn(roster, message);
		return;
	}
}

/* Questions. */

const char *irc_roster_nick(const struct irc_roster *roster,
	const char *person_id, const char *prev)
{
	const struct irc_attendee *member =
		irc_roll_member(&roster->roll, person_id);
	const struct irc_session *session;

	if (!member)
		return NULL;
	if (!prev)
		return member->sessions->nick;
	session = irc_roll_find(&roster->roll, prev);
	return session && session->next ? session->next->nick : NULL;
}

size_t irc_roster_count(const struct irc_roster *roster)
{
	return HASH_COUNT(roster->roll.members);
}

/* Life. */

struct irc_roster *irc_roster_new(
	struct loop *loop, const struct irc_roster_params *params)
{
	struct irc_roster *roster = xcalloc(1, sizeof(*roster));

	roster->loop = loop;
	roster->params = *params;
	roster->sink = *params->sink;
	roster->channel = xstrdup(params->channel);
	irc_portrait_init(&roster->portrait);
	text_init(&roster->words, WORDS_BYTES);
	roster->soon = timer_new(loop, roster_on_soon, roster);
	return roster;
}

static void roster_destroy(void *arg)
{
	struct irc_roster *roster = arg;

	irc_roll_clear(&roster->roll);
	irc_portrait_release(&roster->portrait);
	text_release(&roster->words);
	free(roster->channel);
	free(roster);
}

void irc_roster_close(struct irc_roster *roster)
{
	if (!roster || roster->is_closed)
		return;
	roster->is_closed = true;
	irc_census_cancel(roster->params.census, TAKE(roster->asked));
	timer_free(TAKE(roster->soon));
	loop_defer(roster->loop, roster_destroy, roster);
}
