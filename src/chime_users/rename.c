#include "chime_users/rename.h"

#include "chime_users/display.h"
#include "chime_users/users_private.h"
#include "util/alloc.h"
#include "util/hash.h"
#include "util/json.h"
#include "util/log.h"
#include "util/str.h"

#include <stdlib.h>
#include <string.h>

struct rename {
	UT_hash_handle hh; /* by the id */
	struct renames *renames;
	char id[USERID_BYTES];
	char *person_id;
	char *nick;  /* that is wanted; NULL: none, it only pauses */
	char *given; /* under way: that is being given */
	struct chime_call *call;
	int64_t not_before_ms; /* mono */
};

struct renames {
	struct users *users;
	struct rename *list; /* in the order of their coming */
	struct timer *timer;
	unsigned under_way;
};

static void renames_on_timer(void *arg);

struct renames *renames_new(struct users *users)
{
	struct renames *renames = xcalloc(1, sizeof(*renames));
	renames->users = users;
	if (users->loop)
		renames->timer =
			timer_new(users->loop, renames_on_timer, renames);
	return renames;
}

static void drop(struct rename *rename)
{
	HASH_DEL(rename->renames->list, rename);
	free(rename->person_id);
	free(rename->nick);
	free(rename->given);
	free(rename);
}

void renames_free(struct renames *renames)
{
	struct rename *rename, *tmp;
	HASH_ITER (hh, renames->list, rename, tmp) {
		if (rename->call)
			chime_cancel(rename->call);
		drop(rename);
	}
	timer_free(renames->timer);
	free(renames);
}

static bool is_called(
	const struct users *users, const char *person_id, const char *nick)
{
	struct puppet puppet;
	char id[USERID_BYTES];
	users_id(users, person_id, id);
	if (!puppets_get(users->puppets, id, &puppet))
		return true; /* the next one is made with its name */
	if (!puppet.sum)
		return str_eq(puppet.nick, nick);
	char *AUTOFREE name =
		display_name(users->name_template, person_id, nick);
	return puppet.sum == display_sum(name);
}

static void rename_on_answer(const struct chime_result *result, void *arg)
{
	struct rename *rename = arg;
	struct users *users = rename->renames->users;
	bool is_gone =
		result->error == CHIME_NOT_FOUND ||
		(result->error == CHIME_FORBIDDEN &&
			!chime_error_is_policy(result->error, result->code));
	rename->call = NULL;
	rename->renames->under_way--;
	char *AUTOFREE given = TAKE(rename->given);
	if (result->error == CHIME_OK) {
		char *AUTOFREE name = display_name(
			users->name_template, rename->person_id, given);
		const struct puppet puppet = {
			.id = rename->id,
			.nick = given,
			.sum = display_sum(name),
			.day = users_today(),
		};
		if (puppets_get(users->puppets, rename->id, NULL))
			puppets_put(users->puppets, &puppet);
	} else {
		log_debug("chime", "%s cannot be renamed %s now: %s",
			rename->id, given, result->message);
		if (is_gone)
			puppets_set_doubted(users->puppets, rename->id, true);
		rename->not_before_ms += RENAMES_FAILED_MS;
	}
	timer_arm(rename->renames->timer, 0);
}

static void start(struct rename *rename)
{
	struct users *users = rename->renames->users;
	char *AUTOFREE arn = users_arn_of(users, rename->id);
	char *AUTOFREE name = display_name(
		users->name_template, rename->person_id, rename->nick);
	char *AUTOFREE mark = display_mark(rename->person_id);
	json_t AUTOJSON *members = json_pack("{s:s, s:s, s:s}",
		"AppInstanceUserArn", arn, "Name", name, "Metadata", mark);
	const struct chime_request request = {
		.op = CHIME_UPDATE_APP_INSTANCE_USER,
		.members = members,
		.priority = CHIME_BACKGROUND,
	};
	rename->given = TAKE(rename->nick);
	rename->renames->under_way++;
	rename->not_before_ms = loop_now_ms(users->loop) + RENAMES_PAUSE_MS;
	rename->call =
		chime_start(users->client, &request, rename_on_answer, rename);
}

static bool is_due(const struct rename *rename, int64_t now_ms)
{
	return !rename->call && rename->not_before_ms <= now_ms;
}

/* When the next one may be: all those that are due have been looked at. */
static void arm(struct renames *renames)
{
	struct rename *rename, *tmp;
	int64_t now_ms = loop_now_ms(renames->users->loop);
	int64_t next_ms = INT64_MAX;
	if (renames->under_way >= RENAMES_UNDER_WAY)
		return; /* an answer arms it */
	HASH_ITER (hh, renames->list, rename, tmp)
		if (!rename->call && rename->not_before_ms < next_ms)
			next_ms = rename->not_before_ms;
	if (next_ms < INT64_MAX)
		timer_arm(renames->timer,
			next_ms > now_ms ? next_ms - now_ms : 0);
}

static void renames_on_timer(void *arg)
{
	struct renames *renames = arg;
	struct rename *rename, *tmp;
	int64_t now_ms = loop_now_ms(renames->users->loop);
	HASH_ITER (hh, renames->list, rename, tmp) {
		if (renames->under_way >= RENAMES_UNDER_WAY)
			break;
		if (!is_due(rename, now_ms))
			continue;
		if (rename->nick && !is_called(renames->users,
					    rename->person_id, rename->nick))
			start(rename);
		else
			drop(rename);
	}
	arm(renames);
}

void renames_want(
	struct renames *renames, const char *person_id, const char *nick)
{
	struct rename *rename;
	char id[USERID_BYTES];
	if (!*nick) /* not known */
		return;
	users_id(renames->users, person_id, id);
	HASH_FIND_STR(renames->list, id, rename);
	if (rename) {
		set_string(&rename->nick, nick);
		return;
	}
	if (is_called(renames->users, person_id, nick) || !renames->timer ||
		HASH_COUNT(renames->list) >= RENAMES_MAX)
		return;
	rename = xcalloc(1, sizeof(*rename));
	rename->renames = renames;
	memcpy(rename->id, id, sizeof(id));
	rename->person_id = xstrdup(person_id);
	rename->nick = xstrdup(nick);
	HASH_ADD_STR(renames->list, id, rename);
	if (!timer_is_armed(renames->timer) ||
		renames->under_way < RENAMES_UNDER_WAY)
		timer_arm(renames->timer, 0);
}
