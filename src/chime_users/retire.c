#include "chime_users/retire.h"

#include "chime_users/errand.h"
#include "chime_users/users_private.h"
#include "util/alloc.h"
#include "util/json.h"
#include "util/log.h"
#include "util/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct candidate {
	char id[USERID_BYTES];
	uint16_t day;
};

struct retire {
	struct retire_params params;
	struct users *users;
	struct timer *timer;
	struct chime_call *call; /* of users->retiring */
	struct log_once news;
	struct candidate list[RETIRE_BATCH]; /* the oldest first */
	size_t count, next;
	int64_t looked_ms; /* mono: when nobody was found last */
};

static void retire_on_timer(void *arg);

struct retire *retire_new(const struct retire_params *params)
{
	if (!params->after_ms)
		return NULL;
	struct retire *retire = xcalloc(1, sizeof(*retire));
	retire->params = *params;
	retire->users = params->users;
	retire->timer = timer_new(params->loop, retire_on_timer, retire);
	retire->looked_ms = loop_now_ms(params->loop);
	params->users->retires = retire->timer;
	timer_arm(retire->timer, RETIRE_HURRY_MS);
	return retire;
}

void retire_free(struct retire *retire)
{
	if (!retire)
		return;
	if (retire->call)
		chime_cancel(retire->call);
	retire->users->retires = NULL;
	timer_free(retire->timer);
	free(retire);
}

/* Whoever was last seen on this day or later stays. */
static uint16_t limit_of(const struct retire *retire)
{
	int64_t days =
		(retire->params.after_ms + USERS_DAY_MS - 1) / USERS_DAY_MS;
	uint16_t today = users_today();
	if (retire->users->wants_room)
		return today;
	return days < today ? (uint16_t)(today - days) : 0;
}

static bool is_in_use(const struct retire *retire, const char *id)
{
	char *AUTOFREE arn = users_arn_of(retire->users, id);
	return puppets_is_minded(retire->users->puppets, id) ||
	       errands_has(retire->users, id) ||
	       (retire->params.is_busy &&
		       retire->params.is_busy(retire->params.arg, arn));
}

static void retire_on_puppet(void *arg, const struct puppet *puppet)
{
	struct retire *retire = arg;
	size_t at = retire->count;
	if (puppet->day >= limit_of(retire))
		return;
	while (at > 0 && puppet->day < retire->list[at - 1].day)
		at--;
	if (at == RETIRE_BATCH)
		return;
	if (retire->count < RETIRE_BATCH)
		retire->count++;
	memmove(&retire->list[at + 1], &retire->list[at],
		(retire->count - 1 - at) * sizeof(retire->list[0]));
	retire->list[at].day = puppet->day;
	snprintf(retire->list[at].id, USERID_BYTES, "%s", puppet->id);
}

/*
 * Of whom nobody has said when they were seen (a file of an earlier version)
 * the time begins now. Who is present is seen today.
 */
static bool may_go(struct retire *retire, const char *id)
{
	struct puppets *puppets = retire->users->puppets;
	struct puppet puppet;
	if (!puppets_get(puppets, id, &puppet) ||
		puppet.day >= limit_of(retire))
		return false;
	if (puppet.day && !is_in_use(retire, id))
		return true;
	puppets_seen(puppets, id, users_today());
	return false;
}

static bool choose(struct retire *retire, char ret_id[USERID_BYTES])
{
	if (retire->next == retire->count) {
		retire->next = retire->count = 0;
		puppets_each(retire->users->puppets, retire_on_puppet, retire);
	}
	while (retire->next < retire->count) {
		const char *id = retire->list[retire->next++].id;
		if (!may_go(retire, id))
			continue;
		memcpy(ret_id, id, USERID_BYTES);
		return true;
	}
	return false;
}

static void gone(struct retire *retire, const char *id)
{
	struct users *users = retire->users;
	log_info("chime", "the user %s was not seen for long: deleted", id);
	puppets_forget(users->puppets, id);
	users->wants_room = false;
	users->full_until_ms = 0;
}

static int64_t failed(struct retire *retire, const struct chime_result *result,
	const char *id)
{
	if (log_once_is_news(&retire->news, result->message, 3600 * 1000))
		log_warn("chime", "the user %s cannot be deleted: %s%s", id,
			result->message, chime_error_advice(result->error));
	if (chime_error_is_policy(result->error, result->code))
		return RETIRE_STOP_MS;
	/* It is not its turn again before all others. */
	if (result->error == CHIME_FORBIDDEN ||
		result->error == CHIME_BAD_REQUEST)
		puppets_seen(retire->users->puppets, id, users_today());
	return RETIRE_HURRY_MS;
}

static void retire_on_deleted(const struct chime_result *result, void *arg)
{
	struct retire *retire = arg;
	struct users *users = retire->users;
	int64_t pause_ms = RETIRE_PACE_MS;
	char id[USERID_BYTES];
	memcpy(id, users->retiring, sizeof(id));
	retire->call = NULL;
	users->retiring[0] = '\0';
	if (result->error == CHIME_OK || result->error == CHIME_NOT_FOUND)
		gone(retire, id);
	else
		pause_ms = failed(retire, result, id);
	timer_arm(retire->timer, pause_ms);
	errands_wake(users, id);
}

static void start(struct retire *retire)
{
	struct users *users = retire->users;
	char *AUTOFREE arn = users_arn_of(users, users->retiring);
	json_t AUTOJSON *members =
		json_pack("{s:s}", "AppInstanceUserArn", arn);
	const struct chime_request request = {
		.op = CHIME_DELETE_APP_INSTANCE_USER,
		.members = members,
		.priority = CHIME_BACKGROUND,
	};
	retire->call = chime_start(
		retire->params.client, &request, retire_on_deleted, retire);
}

/* Whoever wants room wakes us before that (users_want_room()). */
static int64_t until_next_ms(const struct retire *retire, int64_t now_ms)
{
	int64_t left_ms = retire->looked_ms + RETIRE_LOOK_MS - now_ms;
	if (retire->users->wants_room || left_ms < RETIRE_HURRY_MS)
		return RETIRE_HURRY_MS;
	return left_ms;
}

static void retire_on_timer(void *arg)
{
	struct retire *retire = arg;
	struct users *users = retire->users;
	int64_t now_ms = loop_now_ms(retire->params.loop);
	bool is_due = now_ms - retire->looked_ms >= RETIRE_LOOK_MS;
	if ((is_due || users->wants_room) && choose(retire, users->retiring)) {
		start(retire);
		return;
	}
	/* After a full batch there may be more of them. */
	if (is_due && retire->count < RETIRE_BATCH)
		retire->looked_ms = now_ms;
	/* Whoever still wants room will say so again. */
	users->wants_room &= retire->count == RETIRE_BATCH;
	timer_arm(retire->timer, until_next_ms(retire, now_ms));
}
