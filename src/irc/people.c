#include "irc/people.h"

#include "util/alloc.h"
#include "util/str.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Most fields of most people are empty: they share this. */
static const char EMPTY[] = "";

void irc_people_init(struct irc_people *people, enum irc_casemap map)
{
	*people = (struct irc_people){.map = map};
}

struct irc_person *irc_people_find(
	const struct irc_people *people, const char *nick)
{
	char key[IRC_NAME_BYTES];
	size_t len = irc_casemap_fold(people->map, nick, key, sizeof(key));
	struct irc_person *person = NULL;

	if (len > 0 && len < sizeof(key))
		HASH_FIND(hh, people->by_nick, key, len, person);
	return person;
}

static void person_free_text(const char *text)
{
	if (text != EMPTY)
		free((char *)(uintptr_t)text);
}

static const char **person_slot(
	struct irc_person *person, enum irc_person_field field)
{
	struct irc_user *user = &person->user;
	const char **const slots[] = {
		[IRC_PERSON_USER] = &user->user,
		[IRC_PERSON_HOST] = &user->host,
		[IRC_PERSON_ACCOUNT] = &user->account,
		[IRC_PERSON_REALNAME] = &user->realname,
	};

	return slots[field];
}

struct irc_person *irc_people_get(struct irc_people *people, const char *nick)
{
	struct irc_person *person = irc_people_find(people, nick);
	size_t len = strlen(nick);

	if (person || len == 0 || len >= IRC_NAME_BYTES ||
		HASH_COUNT(people->by_nick) >= IRC_PEOPLE_MAX)
		return person;
	person = xcalloc(1, sizeof(*person));
	for (int i = 0; i < IRC_PERSON_FIELDS; i++)
		*person_slot(person, (enum irc_person_field)i) = EMPTY;
	person->user.nick = xstrdup(nick);
	person->key = irc_casemap_fold_dup(people->map, nick);
	HASH_ADD_KEYPTR(hh, people->by_nick, person->key, len, person);
	return person;
}

void irc_people_drop(struct irc_people *people, struct irc_person *person)
{
	HASH_DEL(people->by_nick, person);
	for (int i = 0; i < IRC_PERSON_FIELDS; i++)
		person_free_text(
			*person_slot(person, (enum irc_person_field)i));
	person_free_text(person->user.nick);
	free(person->key);
	free(person);
}

struct irc_person *irc_people_in_the_way(const struct irc_people *people,
	const struct irc_person *person, const char *nick)
{
	struct irc_person *other = irc_people_find(people, nick);

	return other == person ? NULL : other;
}

void irc_people_rename(
	struct irc_people *people, struct irc_person *person, const char *nick)
{
	HASH_DEL(people->by_nick, person);
	person_free_text(person->user.nick);
	free(person->key);
	person->user.nick = xstrdup(nick);
	person->key = irc_casemap_fold_dup(people->map, nick);
	HASH_ADD_KEYPTR(
		hh, people->by_nick, person->key, strlen(person->key), person);
}

void irc_person_set(struct irc_person *person, enum irc_person_field field,
	const char *value)
{
	const char **slot = person_slot(person, field);
	bool keep_old = field == IRC_PERSON_USER || field == IRC_PERSON_HOST;

	if (str_eq(*slot, value) || (*value == '\0' && keep_old))
		return;
	person_free_text(*slot);
	*slot = *value ? xstrndup(value, IRC_PERSON_FIELD_BYTES) : EMPTY;
}

void irc_person_set_account(struct irc_person *person, const char *account)
{
	if (str_eq(account, "*") || str_eq(account, "0"))
		account = "";
	irc_person_set(person, IRC_PERSON_ACCOUNT, account);
	person->user.is_account_known = true;
}
