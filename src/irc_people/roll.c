#include "irc_people/roll.h"

#include "irc/channel.h"
#include "util/alloc.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

struct irc_session *irc_roll_find(const struct irc_roll *roll, const char *nick)
{
	struct irc_session *session;
	char key[IRC_NAME_BYTES];

	irc_casemap_fold(roll->map, nick, key, sizeof(key));
	HASH_FIND_STR(roll->sessions, key, session);
	return session;
}

struct irc_attendee *irc_roll_member(
	const struct irc_roll *roll, const char *id)
{
	struct irc_attendee *member;

	HASH_FIND_STR(roll->members, id, member);
	return member;
}

void irc_roll_attach(
	struct irc_roll *roll, struct irc_session *session, const char *id)
{
	struct irc_attendee *member = irc_roll_member(roll, id);

	if (!member) {
		member = xcalloc(1, sizeof(*member));
		member->id = xstrdup(id);
		HASH_ADD_KEYPTR(hh, roll->members, member->id,
			strlen(member->id), member);
	}
	DL_APPEND(member->sessions, session);
	session->member = member;
}

void irc_roll_detach(struct irc_session *session)
{
	DL_DELETE(session->member->sessions, session);
	session->member = NULL;
}

void irc_roll_tidy(struct irc_roll *roll, struct irc_attendee *member)
{
	if (member->sessions)
		return;
	HASH_DEL(roll->members, member);
	free(member->id);
	free(member);
}

void irc_roll_set_nick(
	struct irc_roll *roll, struct irc_session *session, const char *nick)
{
	if (session->key)
		HASH_DEL(roll->sessions, session);
	free(session->key);
	set_string(&session->nick, nick);
	session->key = irc_casemap_fold_dup(roll->map, nick);
	HASH_ADD_KEYPTR(hh, roll->sessions, session->key, strlen(session->key),
		session);
}

struct irc_session *irc_roll_add(
	struct irc_roll *roll, const char *nick, const char *id)
{
	struct irc_session *session = xcalloc(1, sizeof(*session));

	irc_roll_set_nick(roll, session, nick);
	irc_roll_attach(roll, session, id);
	return session;
}

void irc_roll_drop(struct irc_roll *roll, struct irc_session *session)
{
	HASH_DEL(roll->sessions, session);
	free(session->nick);
	free(session->key);
	free(session);
}

void irc_roll_put_first(struct irc_session *session)
{
	struct irc_attendee *member = session->member;

	DL_DELETE(member->sessions, session);
	DL_PREPEND(member->sessions, session);
}

void irc_roll_clear(struct irc_roll *roll)
{
	struct irc_session *session;
	struct irc_session *next;

	HASH_ITER (hh, roll->sessions, session, next) {
		struct irc_attendee *member = session->member;

		irc_roll_detach(session);
		irc_roll_tidy(roll, member);
		irc_roll_drop(roll, session);
	}
}
