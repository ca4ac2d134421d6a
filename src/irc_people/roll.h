/*
 * The tables of a roster: nicks in a channel (sessions), and whose they are
 * (members). Memory and look-up only; what changes mean is irc_people/roster.h.
 */
#ifndef IRC_PEOPLE_ROLL_H
#define IRC_PEOPLE_ROLL_H

#include "irc/casemap.h"
#include "util/hash.h"

#include <stdbool.h>
#include <stddef.h>

/* A nick in the channel that is one of the people. */
struct irc_session {
	struct irc_session *prev;
	struct irc_session *next;
	struct irc_attendee *member; /* NULL: detached */
	char *nick;                  /* as the server writes it */
	char *key;                   /* folded */
	UT_hash_handle hh;
};

/* Somebody: the first of the sessions is the one that gave the name. */
struct irc_attendee {
	char *id;
	struct irc_session *sessions;
	UT_hash_handle hh;
};

/* A zeroed one is empty. */
struct irc_roll {
	struct irc_session *sessions; /* by nick */
	struct irc_attendee *members; /* by id */
	enum irc_casemap map;         /* changed only while it is empty */
};

struct irc_session *irc_roll_find(
	const struct irc_roll *roll, const char *nick);
struct irc_attendee *irc_roll_member(
	const struct irc_roll *roll, const char *id);

/* The nick must be free. */
struct irc_session *irc_roll_add(
	struct irc_roll *roll, const char *nick, const char *id);
/* The nick must be free, or its own. */
void irc_roll_set_nick(
	struct irc_roll *roll, struct irc_session *session, const char *nick);
/* Is this member's now, made when there is none. It was detached. */
void irc_roll_attach(
	struct irc_roll *roll, struct irc_session *session, const char *id);
/* Its member stays, maybe without a session, until irc_roll_tidy(). */
void irc_roll_detach(struct irc_session *session);
/* Forgets a member who has no session left. */
void irc_roll_tidy(struct irc_roll *roll, struct irc_attendee *member);
/* Of a detached one. */
void irc_roll_drop(struct irc_roll *roll, struct irc_session *session);
/* This one gives the name. */
void irc_roll_put_first(struct irc_session *session);
void irc_roll_clear(struct irc_roll *roll);

#endif
