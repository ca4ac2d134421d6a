#include "chime_users/users.h"

#include "chime_users/errand.h"
#include "chime_users/rename.h"
#include "chime_users/retire.h"
#include "chime_users/users_private.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/str.h"

#include <stdlib.h>
#include <string.h>

static const char infix[] = "/user/";

struct users *users_new(const struct users_params *params)
{
	struct users *users = xcalloc(1, sizeof(*users));
	users->loop = params->loop;
	users->client = params->client;
	users->app_instance = xstrdup(params->app_instance);
	users->bridge = xstrdup(params->bridge);
	users->name_template = xstrdup(params->name_template);
	users->max_puppets =
		params->max_puppets ? params->max_puppets : USERS_MAX;
	users->puppets = puppets_new(params->store);
	users->renames = renames_new(users);
	return users;
}

void users_free(struct users *users)
{
	if (!users)
		return;
	errands_release(users);
	renames_free(users->renames);
	puppets_free(users->puppets);
	barred_release(&users->barred);
	free(users->app_instance);
	free(users->bridge);
	free(users->full_channel);
	free(users->name_template);
	free(users);
}

/* ---- ids ---- */

void users_id(const struct users *users, const char *person_id,
	char out[USERID_BYTES])
{
	for (unsigned i = 0; i < USERID_VARIANTS; i++) {
		userid_variant(out, person_id, i);
		if (!puppets_is_foreign(users->puppets, out))
			return;
	}
}

char *users_arn_of(const struct users *users, const char *id)
{
	return xasprintf("%s%s%s", users->app_instance, infix, id);
}

/* The user id in an ARN of our app instance, or NULL. */
static const char *id_in(const struct users *users, const char *arn)
{
	size_t len = strlen(users->app_instance);
	if (!arn || !str_starts(arn, users->app_instance) ||
		!str_starts(arn + len, infix))
		return NULL;
	return arn + len + strlen(infix);
}

bool users_is_own(const struct users *users, const char *arn)
{
	const char *id = id_in(users, arn);
	if (!id)
		return false;
	return str_eq(arn, users->bridge) ||
	       (userid_is_ours(id) && !puppets_is_foreign(users->puppets, id));
}

char *users_arn(const struct users *users, const char *person_id)
{
	char id[USERID_BYTES];
	users_id(users, person_id, id);
	return users_arn_of(users, id);
}

char *users_person(const struct users *users, const char *arn)
{
	if (!users_is_own(users, arn) || str_eq(arn, users->bridge))
		return NULL;
	return puppets_person(users->puppets, id_in(users, arn));
}

static void tell_full(struct users *users)
{
	if (log_once_is_news(&users->full_news, "full", USERS_FULL_LOG_MS))
		log_warn("chime",
			"there is no room for another user (%zu are in use, at "
			"most %zu may be): the bridge's own speaks for people "
			"who have none; see max_puppets and retire_after_days "
			"in belfry.conf(5)",
			puppets_count(users->puppets), users->max_puppets);
}

void users_tell_channel_full(struct users *users, const char *channel)
{
	if (log_once_is_news(
		    &users->channel_full_news, channel, USERS_FULL_LOG_MS))
		log_warn("chime",
			"the channel %s has no room for another member: the "
			"bridge's own user speaks for people who are none",
			channel);
}

void users_want_room(struct users *users)
{
	tell_full(users);
	/* One that is being deleted makes room. */
	if (!users->wants_room && users->retires && !users->retiring[0])
		timer_arm(users->retires, RETIRE_HURRY_MS);
	users->wants_room = true;
}

/* ---- what is known ---- */

uint16_t users_today(void)
{
	int64_t day = clock_wall_ms() / USERS_DAY_MS;
	return day > 0 && day <= UINT16_MAX ? (uint16_t)day : 0;
}

bool users_knows(const struct users *users, const char *person_id)
{
	char id[USERID_BYTES];
	users_id(users, person_id, id);
	return puppets_get(users->puppets, id, NULL);
}

bool users_is_member(
	const struct users *users, const char *person_id, const char *channel)
{
	char id[USERID_BYTES];
	users_id(users, person_id, id);
	return puppets_is_member(users->puppets, id, channel);
}

int64_t users_member_ms(
	const struct users *users, const char *person_id, const char *channel)
{
	char id[USERID_BYTES];
	users_id(users, person_id, id);
	return puppets_member_ms(users->puppets, id, channel);
}

void users_forget_member(
	struct users *users, const char *person_id, const char *channel)
{
	char id[USERID_BYTES];
	users_id(users, person_id, id);
	puppets_leave(users->puppets, id, channel);
}

void users_keep(struct users *users, const char *arn)
{
	if (users_is_own(users, arn) && !str_eq(arn, users->bridge))
		puppets_seen(users->puppets, id_in(users, arn), users_today());
}

void users_doubt_member(
	struct users *users, const char *person_id, const char *channel)
{
	char id[USERID_BYTES];
	users_id(users, person_id, id);
	puppets_doubt_member(users->puppets, id, channel);
}

void users_trust_member(
	struct users *users, const char *person_id, const char *channel)
{
	char id[USERID_BYTES];
	users_id(users, person_id, id);
	puppets_trust_member(users->puppets, id, channel);
}

bool users_may_be_member(
	const struct users *users, const char *person_id, const char *channel)
{
	char id[USERID_BYTES];
	users_id(users, person_id, id);
	return puppets_may_be_member(users->puppets, id, channel);
}

void users_call(struct users *users, const char *person_id, const char *nick)
{
	if (users_knows(users, person_id))
		renames_want(users->renames, person_id, nick);
}

void users_doubt(struct users *users, const char *person_id)
{
	char id[USERID_BYTES];
	users_id(users, person_id, id);
	puppets_set_doubted(users->puppets, id, true);
}

bool users_is_barred(
	const struct users *users, const char *person_id, const char *channel)
{
	char id[USERID_BYTES];
	users_id(users, person_id, id);
	return barred_is(&users->barred, id, channel);
}

void users_set_barred(struct users *users, const char *person_id,
	const char *channel, bool is_barred)
{
	char id[USERID_BYTES];
	users_id(users, person_id, id);
	barred_set(&users->barred, id, channel, is_barred);
}

struct puppets *users_puppets(struct users *users)
{
	return users->puppets;
}

void users_mind(struct users *users, const char *channel, bool is_minded)
{
	puppets_mind(users->puppets, channel, is_minded);
}

/* ---- what is asked for ---- */

static bool is_ensured(const struct users *users, const char *id,
	const struct users_request *request)
{
	return puppets_get(users->puppets, id, NULL) &&
	       !puppets_is_doubted(users->puppets, id) &&
	       !str_eq(users->retiring, id) &&
	       (!request->channel ||
		       puppets_is_member(users->puppets, id, request->channel));
}

struct users_wait *users_ensure(struct users *users,
	const struct users_request *request, users_fn *fn, void *arg)
{
	char id[USERID_BYTES];
	users_id(users, request->person_id, id);
	puppets_seen(users->puppets, id, users_today());
	if (!is_ensured(users, id, request))
		return errand_begin(users, request, fn, arg);
	renames_want(users->renames, request->person_id, request->nick);
	return NULL;
}

void users_cancel(struct users_wait *wait)
{
	errand_cancel(wait);
}
