#include "end_chime/absence.h"

#include "util/alloc.h"
#include "util/clock.h"
#include "util/log.h"

#include <stdlib.h>
#include <string.h>

/* A puppet that is a member as far as we know, and not in the last list. */
struct missing {
	char *person_id;
	char *name;
	bool is_in_doubt; /* we may have taken them out ourselves */
	int64_t since_ms; /* wall: the first list without it was begun then */
	bool is_here;     /* in this list, or not to be judged by it */
	UT_hash_handle hh;
};

struct absence {
	struct absence_params params;
	char *object, *channel, *bearer;
	struct missing *missing;
	/* Of the list that is judged: */
	const struct members *all;
	int64_t began_ms; /* wall */
	size_t known;
};

struct absence *absence_new(const struct absence_params *params)
{
	struct absence *a = xcalloc(1, sizeof(*a));
	a->params = *params;
	a->object = xstrdup(params->object);
	a->channel = xstrdup(params->channel);
	a->bearer = xstrdup(params->bearer);
	return a;
}

static void forget(struct absence *a, struct missing *missing)
{
	HASH_DEL(a->missing, missing);
	free(missing->person_id);
	free(missing->name);
	free(missing);
}

void absence_free(struct absence *a)
{
	struct missing *missing, *tmp;
	if (!a)
		return;
	HASH_ITER (hh, a->missing, missing, tmp)
		forget(a, missing);
	free(a->object);
	free(a->channel);
	free(a->bearer);
	free(a);
}

static struct missing *find(struct absence *a, const char *person_id)
{
	struct missing *missing;
	HASH_FIND_STR(a->missing, person_id, missing);
	return missing;
}

static struct missing *add(
	struct absence *a, const char *person_id, const char *name)
{
	struct missing *missing = xcalloc(1, sizeof(*missing));
	missing->person_id = xstrdup(person_id);
	missing->name = xstrdup(name);
	missing->since_ms = a->began_ms;
	HASH_ADD_KEYPTR(hh, a->missing, missing->person_id,
		strlen(missing->person_id), missing);
	return missing;
}

/* May the list tell anything of them? */
static bool is_old(const struct absence *a, const char *person_id)
{
	int64_t member_ms =
		users_member_ms(a->params.users, person_id, a->channel);
	return member_ms + ABSENCE_YOUNG_MS < a->began_ms;
}

static void absence_on_member(void *arg, const struct puppets_member *member)
{
	struct absence *a = arg;
	const struct users *users = a->params.users;
	char *AUTOFREE person = puppets_person(
		users_puppets(a->params.users), member->puppet.id);
	if (!person)
		return;
	char *AUTOFREE arn = users_arn(users, person);
	a->known++;
	if (members_find(a->all, arn) || !is_old(a, person))
		return;
	struct missing *missing = find(a, person);
	if (!missing)
		missing = add(a, person, member->puppet.nick);
	missing->is_here = false;
	missing->is_in_doubt = member->is_in_doubt;
}

/* All are taken to be there until they are missed. */
static void look(struct absence *a)
{
	struct missing *missing, *tmp;
	HASH_ITER (hh, a->missing, missing, tmp)
		missing->is_here = true;
	a->known = 0;
	puppets_each_member(users_puppets(a->params.users), a->channel,
		absence_on_member, a);
	HASH_ITER (hh, a->missing, missing, tmp)
		if (missing->is_here)
			forget(a, missing);
}

static int64_t sure_ms(const struct absence *a)
{
	size_t count = HASH_COUNT(a->missing);
	return count > ABSENCE_FEW && count > a->known / 2 ? ABSENCE_MANY_MS
							   : ABSENCE_SURE_MS;
}

static void tell(struct absence *a, struct missing *missing)
{
	char *AUTOFREE person_id = xstrdup(missing->person_id);
	char *AUTOFREE name = xstrdup(missing->name);
	const struct absent absent = {
		.person_id = person_id,
		.name = name,
		.is_in_doubt = missing->is_in_doubt,
	};
	forget(a, missing);
	log_debug(a->object, "%s %s", name,
		absent.is_in_doubt ? "is not in the channel after all"
				   : "was removed from the channel");
	users_forget_member(a->params.users, person_id, a->channel);
	a->params.absent(a->params.arg, &absent);
}

bool absence_judge(struct absence *a, const struct members *all, int64_t age_ms)
{
	struct missing *missing, *tmp;
	if (!members_find(all, a->bearer))
		return false;
	a->all = all;
	a->began_ms = clock_wall_ms() - age_ms;
	look(a);
	a->all = NULL;
	int64_t before_ms = a->began_ms - sure_ms(a);
	HASH_ITER (hh, a->missing, missing, tmp)
		if (missing->since_ms <= before_ms)
			tell(a, missing);
	return a->missing != NULL;
}
