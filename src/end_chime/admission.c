#include "end_chime/admission.h"

#include "util/alloc.h"
#include "util/json.h"
#include "util/log.h"
#include "util/str.h"

#include <stdlib.h>
#include <utlist.h>

enum {
	/* What was just made is known everywhere within a few seconds. */
	FRESH_RETRY_MS = 5 * 1000,
	SPEAKING_RETRY_MS = 2 * 1000,
	PEOPLE_RETRY_MS = 60 * 1000, /* somebody has to do something */
};

static const char not_open[] = "the channel is not open yet";

/* One that was asked for. */
struct task {
	struct task *prev, *next;
	struct admission *admission;
	char *person_id;
	bool is_here;
	bool was_known; /* its user, when this began */
	struct users_wait *wait;
	struct chime_call *call;
	/* What is to be told at the next turn: */
	bool is_settled;
	enum mirror_outcome outcome;
	char *why;
	int64_t retry_ms;
};

struct admission {
	struct admission_params params;
	char *object, *channel, *bridge;
	struct task *tasks;
	struct timer *timer;
	bool is_open;
	bool closed;
};

static void admission_on_timer(void *arg);

struct admission *admission_new(const struct admission_params *params)
{
	struct admission *admission = xcalloc(1, sizeof(*admission));
	admission->params = *params;
	admission->object = xstrdup(params->object);
	admission->channel = xstrdup_null(params->channel);
	admission->bridge = xstrdup(params->bridge);
	admission->timer =
		timer_new(params->loop, admission_on_timer, admission);
	return admission;
}

void admission_open(struct admission *admission, const char *channel)
{
	set_string(&admission->channel, channel);
	admission->is_open = true;
}

static void task_free(struct task *task)
{
	users_cancel(task->wait);
	if (task->call)
		chime_cancel(task->call);
	free(task->person_id);
	free(task->why);
	free(task);
}

static void admission_free(void *arg)
{
	struct admission *admission = arg;
	free(admission->object);
	free(admission->channel);
	free(admission->bridge);
	free(admission);
}

void admission_close(struct admission *admission)
{
	struct task *task, *tmp;
	if (!admission || admission->closed)
		return;
	admission->closed = true;
	DL_FOREACH_SAFE (admission->tasks, task, tmp) {
		DL_DELETE(admission->tasks, task);
		task_free(task);
	}
	timer_free(admission->timer);
	loop_defer(admission->params.loop, admission_free, admission);
}

/* ---- receipts ---- */

static void tell(struct admission *admission, struct task *task)
{
	const struct mirror_receipt receipt = {
		.person_id = task->person_id,
		.is_here = task->is_here,
		.outcome = task->outcome,
		.why = task->why,
		.retry_ms = task->retry_ms,
	};
	DL_DELETE(admission->tasks, task);
	admission->params.mirrored(admission->params.arg, &receipt);
	task_free(task);
}

/* Those that are there now: who is told may ask for more. */
static void admission_on_timer(void *arg)
{
	struct admission *admission = arg;
	struct task *task;
	DL_FOREACH (admission->tasks, task)
		if (task->is_settled)
			break;
	if (!task)
		return;
	timer_arm(admission->timer, 0);
	tell(admission, task);
}

static void settle(
	struct task *task, enum mirror_outcome outcome, const char *why)
{
	task->is_settled = true;
	task->outcome = outcome;
	task->why = xstrdup_null(why);
	timer_arm(task->admission->timer, 0);
}

static void settle_later(struct task *task, const char *why, int64_t retry_ms)
{
	task->retry_ms = retry_ms;
	settle(task, MIRROR_LATER, why);
}

/* What somebody has to put right, and what rights itself. */
static void settle_failed(struct task *task, const struct chime_result *result)
{
	bool people = chime_error_is_policy(result->error, result->code) ||
		      result->error == CHIME_UNAUTHORIZED;
	settle_later(task, result->message,
		people ? PEOPLE_RETRY_MS : result->retry_after_ms);
}

static struct task *task_new(
	struct admission *admission, const char *person_id, bool is_here)
{
	struct task *task = xcalloc(1, sizeof(*task));
	task->admission = admission;
	task->person_id = xstrdup(person_id);
	task->is_here = is_here;
	DL_APPEND(admission->tasks, task);
	return task;
}

/* ---- admitting ---- */

static void task_on_user(const struct chime_result *failed, void *arg)
{
	struct task *task = arg;
	task->wait = NULL;
	if (!failed)
		settle(task, MIRROR_DONE, NULL);
	else if (failed->error == CHIME_LIMIT)
		settle(task, MIRROR_NOT_SHOWN, failed->message);
	else if (failed->error == CHIME_BAD_REQUEST)
		settle(task, MIRROR_REFUSED, failed->message);
	else if (failed->error != CHIME_FORBIDDEN ||
		 chime_error_is_policy(failed->error, failed->code))
		settle_failed(task, failed);
	else if (!task->was_known)
		settle_later(task, failed->message, FRESH_RETRY_MS);
	else
		settle(task, MIRROR_REFUSED, failed->message);
}

static void begin_admit(struct task *task, const struct person *person)
{
	struct admission *admission = task->admission;
	struct users *users = admission->params.users;
	const struct users_request request = {
		.person_id = person->id,
		.nick = str_or_empty(person->name),
		.channel = admission->channel,
		.priority = CHIME_BACKGROUND,
	};
	task->was_known = users_knows(users, person->id);
	task->wait = users_ensure(users, &request, task_on_user, task);
	if (!task->wait)
		settle(task, MIRROR_DONE, NULL);
}

void admission_admit(struct admission *admission, const struct person *person)
{
	struct task *task = task_new(admission, person->id, true);
	if (!admission->params.puppets || person->is_unshown)
		settle(task, MIRROR_NOT_SHOWN,
			"people are not shown one by one");
	else if (!admission->is_open)
		settle_later(task, not_open, 0);
	else
		begin_admit(task, person);
}

/* ---- dismissing ---- */

static void be_dismissed(struct task *task)
{
	struct admission *admission = task->admission;
	struct users *users = admission->params.users;
	if (users_is_member(users, task->person_id, admission->channel)) {
		settle_later(
			task, "has come in again to speak", SPEAKING_RETRY_MS);
		return;
	}
	users_forget_member(users, task->person_id, admission->channel);
	settle(task, MIRROR_DONE, NULL);
}

static void stay(struct task *task)
{
	struct admission *admission = task->admission;
	users_trust_member(
		admission->params.users, task->person_id, admission->channel);
	settle(task, MIRROR_REFUSED,
		"the bridge's user may not remove members");
}

static void call(struct task *task, enum chime_op op, chime_fn *fn)
{
	struct admission *admission = task->admission;
	char *AUTOFREE arn =
		users_arn(admission->params.users, task->person_id);
	json_t AUTOJSON *members =
		json_pack("{s:s, s:s, s:s}", "ChannelArn", admission->channel,
			"MemberArn", arn, "ChimeBearer", admission->bridge);
	const struct chime_request request = {
		.op = op,
		.members = members,
		.priority = CHIME_BACKGROUND,
	};
	task->call = chime_start(admission->params.client, &request, fn, task);
}

/* A 403 may mean that it is no member, and that we may not. */
static void task_on_described(const struct chime_result *result, void *arg)
{
	struct task *task = arg;
	task->call = NULL;
	if (result->error == CHIME_NOT_FOUND)
		be_dismissed(task);
	else if (result->error == CHIME_OK)
		stay(task);
	else
		settle_failed(task, result);
}

static void task_on_deleted(const struct chime_result *result, void *arg)
{
	struct task *task = arg;
	task->call = NULL;
	if (result->error == CHIME_OK || result->error == CHIME_NOT_FOUND)
		be_dismissed(task);
	else if (result->error == CHIME_FORBIDDEN &&
		 !chime_error_is_policy(result->error, result->code))
		call(task, CHIME_DESCRIBE_CHANNEL_MEMBERSHIP,
			task_on_described);
	else
		settle_failed(task, result);
}

/* Whoever is missing after a crash was not removed by somebody else. */
static void begin_dismiss(struct task *task)
{
	struct admission *admission = task->admission;
	users_doubt_member(
		admission->params.users, task->person_id, admission->channel);
	call(task, CHIME_DELETE_CHANNEL_MEMBERSHIP, task_on_deleted);
}

static bool is_being_admitted(
	const struct admission *admission, const char *person_id)
{
	const struct task *task;
	DL_FOREACH (admission->tasks, task)
		if (task->wait && str_eq(task->person_id, person_id))
			return true;
	return admission->params.is_speaking &&
	       admission->params.is_speaking(admission->params.arg, person_id);
}

void admission_dismiss(
	struct admission *admission, const struct removal *removal)
{
	const char *person = removal->person_id;
	bool is_busy = is_being_admitted(admission, person);
	struct task *task = task_new(admission, person, false);
	/* Their last words would bring them back. */
	if (is_busy)
		settle_later(task, "is on the way in", SPEAKING_RETRY_MS);
	else if (!admission->channel ||
		 !users_may_be_member(
			 admission->params.users, person, admission->channel))
		settle(task, MIRROR_DONE, NULL);
	else if (!admission->is_open)
		settle_later(task, not_open, 0);
	else
		begin_dismiss(task);
}

/* ---- who is shown ---- */

struct showing {
	struct users *users;
	void (*fn)(void *arg, const struct shown *shown);
	void *arg;
};

static void showing_on_member(void *arg, const struct puppets_member *member)
{
	const struct showing *showing = arg;
	char *AUTOFREE person = puppets_person(
		users_puppets(showing->users), member->puppet.id);
	if (!person) /* of an earlier version's file; known once it speaks */
		return;
	char *AUTOFREE arn = users_arn(showing->users, person);
	const struct shown shown = {
		.person_id = person,
		.name = member->puppet.nick,
		.as = arn,
		.is_in_doubt = member->is_in_doubt,
	};
	showing->fn(showing->arg, &shown);
}

void admission_shown(const struct admission *admission,
	void (*fn)(void *arg, const struct shown *shown), void *arg)
{
	struct showing showing = {admission->params.users, fn, arg};
	if (admission->channel)
		puppets_each_member(users_puppets(admission->params.users),
			admission->channel, showing_on_member, &showing);
}
