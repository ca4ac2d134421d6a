/*
 * The people that share at least one channel with us, by nick. One record per
 * person, however many channels; it goes with the last of them. Internal to the
 * tracker: see irc/channel.h for what is read from it.
 *
 * Bounds: IRC_PEOPLE_MAX; nicks of IRC_NAME_BYTES and longer are not taken.
 */
#ifndef IRC_PEOPLE_H
#define IRC_PEOPLE_H

#include "irc/casemap.h"
#include "irc/channel.h"
#include "util/hash.h"

#include <stddef.h>

enum { IRC_PEOPLE_MAX = 500000, IRC_PERSON_FIELD_BYTES = 512 };

struct irc_member_node;

struct irc_person {
	struct irc_user user; /* first: what readers see */
	char *key;            /* folded nick */
	struct irc_member_node *memberships;
	UT_hash_handle hh;
};

struct irc_people {
	struct irc_person *by_nick;
	enum irc_casemap map;
};

enum irc_person_field {
	IRC_PERSON_USER,
	IRC_PERSON_HOST,
	IRC_PERSON_ACCOUNT,
	IRC_PERSON_REALNAME,
	IRC_PERSON_FIELDS,
};

void irc_people_init(struct irc_people *people, enum irc_casemap map);

struct irc_person *irc_people_find(
	const struct irc_people *people, const char *nick);
/* The one of that nick, made when there is none; NULL at the ceiling, or when
 * the nick is empty or too long. */
struct irc_person *irc_people_get(struct irc_people *people, const char *nick);
/* Has no membership left. */
void irc_people_drop(struct irc_people *people, struct irc_person *person);
/* NULL; or the person (of that name already) who had to be forgotten. */
struct irc_person *irc_people_in_the_way(const struct irc_people *people,
	const struct irc_person *person, const char *nick);
/* The nick must be free (or the person's own), not empty and not too long. */
void irc_people_rename(
	struct irc_people *people, struct irc_person *person, const char *nick);

/* Longer values are cut. An empty value for USER or HOST changes nothing. */
void irc_person_set(struct irc_person *person, enum irc_person_field field,
	const char *value);
/* "*", "0" and "" mean: not logged in. */
void irc_person_set_account(struct irc_person *person, const char *account);

#endif
