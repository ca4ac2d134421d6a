#include "chime_moderation/stands.h"

#include "util/alloc.h"
#include "util/json.h"
#include "util/log.h"
#include "util/str.h"

#include <stdlib.h>
#include <utlist.h>

enum { BUSY_RETRY_MS = 1000, PEOPLE_RETRY_MS = 60 * 1000 };

static const struct kind {
	enum chime_op create, destroy;
	const char *member;
	const char *refusal[2]; /* of lifting, of setting */
	const char *word;
} kinds[STANDING_KINDS] = {
	[STANDING_BANNED] =
		{
			.create = CHIME_CREATE_CHANNEL_BAN,
			.destroy = CHIME_DELETE_CHANNEL_BAN,
			.member = "MemberArn",
			.refusal = {"Chime does not let this ban be lifted",
				"Chime lets nobody ban them: they moderate the "
				"channel or are an administrator, or there is "
				"no such user"},
			.word = "ban",
		},
	[STANDING_MODERATOR] =
		{
			.create = CHIME_CREATE_CHANNEL_MODERATOR,
			.destroy = CHIME_DELETE_CHANNEL_MODERATOR,
			.member = "ChannelModeratorArn",
			.refusal = {"Chime does not let them be removed from "
				    "the moderators",
				"Chime does not let them become a moderator: "
				"they are banned, or there is no such user"},
			.word = "moderator",
		},
};

struct task {
	struct task *prev, *next;
	struct stands *stands;
	enum standing_kind kind;
	bool is_set, is_native;
	char *person_id;
	char *name;
	char *arn;
	char *refusal; /* of the service, while its reason is looked for */
	struct users_wait *wait;
	struct chime_call *call;
	/* What is to be told at the next turn: */
	bool is_settled;
	enum mirror_outcome outcome;
	char *why;
	int64_t retry_ms;
};

struct stands {
	struct loop *loop;
	struct stands_params params;
	char *object, *bridge, *channel;
	struct task *tasks;
	struct timer *timer;
	bool closed;
};

static void stands_on_timer(void *arg);

struct stands *stands_new(struct loop *loop, const struct stands_params *params)
{
	struct stands *stands = xcalloc(1, sizeof(*stands));
	stands->loop = loop;
	stands->params = *params;
	stands->object = xstrdup(params->object);
	stands->bridge = xstrdup(params->bridge);
	stands->timer = timer_new(loop, stands_on_timer, stands);
	return stands;
}

static void task_stop(struct task *task)
{
	users_cancel(TAKE(task->wait));
	if (task->call)
		chime_cancel(TAKE(task->call));
}

static void task_free(struct task *task)
{
	task_stop(task);
	free(task->person_id);
	free(task->name);
	free(task->arn);
	free(task->refusal);
	free(task->why);
	free(task);
}

static void stands_free(void *arg)
{
	struct stands *stands = arg;
	free(stands->object);
	free(stands->bridge);
	free(stands->channel);
	free(stands);
}

void stands_close(struct stands *stands)
{
	struct task *task, *tmp;
	if (!stands || stands->closed)
		return;
	stands->closed = true;
	DL_FOREACH_SAFE (stands->tasks, task, tmp) {
		DL_DELETE(stands->tasks, task);
		task_free(task);
	}
	timer_free(TAKE(stands->timer));
	loop_defer(stands->loop, stands_free, stands);
}

/* ---- receipts ---- */

static void tell(struct task *task)
{
	struct stands *stands = task->stands;
	const struct standing_receipt receipt = {
		.kind = task->kind,
		.is_set = task->is_set,
		.person_id = task->person_id,
		.outcome = task->outcome,
		.why = task->why,
		.retry_ms = task->retry_ms,
	};
	DL_DELETE(stands->tasks, task);
	stands->params.stood(stands->params.arg, &receipt);
	task_free(task);
}

/* One of those that are there now: who is told may ask for more. */
static void stands_on_timer(void *arg)
{
	struct stands *stands = arg;
	struct task *task;
	DL_SEARCH_SCALAR(stands->tasks, task, is_settled, true);
	if (!task)
		return;
	timer_arm(stands->timer, 0);
	tell(task);
}

static void settle(
	struct task *task, enum mirror_outcome outcome, const char *why)
{
	task->is_settled = true;
	task->outcome = outcome;
	set_string(&task->why, why);
	timer_arm(task->stands->timer, 0);
}

static void settle_later(struct task *task, const char *why, int64_t retry_ms)
{
	task->retry_ms = retry_ms;
	settle(task, MIRROR_LATER, why);
}

void stands_open(struct stands *stands, const char *channel)
{
	struct task *task;
	set_string(&stands->channel, channel);
	DL_FOREACH (stands->tasks, task)
		if (!task->is_settled) {
			task_stop(task);
			settle_later(task, "the channel is not open yet", 0);
		}
}

/* ---- calls ---- */

static void settle_failed(struct task *task, const struct chime_result *result)
{
	const struct stands_params *p = &task->stands->params;
	enum standing_kind kind = task->kind;
	if (chime_error_is_policy(result->error, result->code)) {
		settle_later(task, result->message, PEOPLE_RETRY_MS);
		p->denied(p->arg, kind, result->message);
	} else if (result->error == CHIME_BAD_REQUEST ||
		   result->error == CHIME_LIMIT) {
		settle(task, MIRROR_REFUSED, result->message);
	} else {
		settle_later(task, result->message,
			result->error == CHIME_UNAUTHORIZED
				? PEOPLE_RETRY_MS
				: result->retry_after_ms);
	}
}

/* Whom does the refusal concern? */
static void stands_on_proof(const struct chime_result *result, void *arg)
{
	struct task *task = arg;
	const struct stands_params *p = &task->stands->params;
	task->call = NULL;
	if (result->error == CHIME_OK) {
		settle(task, MIRROR_REFUSED,
			kinds[task->kind].refusal[task->is_set]);
	} else if (result->error == CHIME_FORBIDDEN &&
		   !chime_error_is_policy(result->error, result->code)) {
		p->doubted(p->arg);
		settle_later(task,
			"the bridge's user is not a moderator of the channel "
			"in Chime",
			PEOPLE_RETRY_MS);
	} else {
		settle_later(task, task->refusal, PEOPLE_RETRY_MS);
	}
}

static void ask_for_proof(struct task *task)
{
	struct stands *stands = task->stands;
	json_t AUTOJSON *members =
		json_pack("{s:s, s:s, s:i}", "ChannelArn", stands->channel,
			"ChimeBearer", stands->bridge, "MaxResults", 1);
	const struct chime_request request = {
		.op = CHIME_LIST_CHANNEL_BANS,
		.members = members,
		.priority = CHIME_BACKGROUND,
	};
	task->call = chime_start(
		stands->params.client, &request, stands_on_proof, task);
}

/* What a ban does to a puppet, as far as we remember it. */
static void remember(struct task *task)
{
	struct stands *stands = task->stands;
	struct users *users = stands->params.users;
	if (task->kind != STANDING_BANNED || task->is_native)
		return;
	if (task->is_set)
		users_forget_member(users, task->person_id, stands->channel);
	users_set_barred(users, task->person_id, stands->channel, task->is_set);
}

static void be_done(struct task *task)
{
	const struct stands_params *p = &task->stands->params;
	remember(task);
	log_info(task->stands->object, "%s: %s%s", task->arn,
		task->is_set ? "" : "no ", kinds[task->kind].word);
	p->changed(p->arg, task->kind, task->arn, task->is_set);
	if (!task->is_native && task->is_set && task->name)
		users_call(p->users, task->person_id, task->name);
	settle(task, MIRROR_DONE, NULL);
}

static bool is_done(const struct task *task, const struct chime_result *result)
{
	return result->error == CHIME_OK ||
	       result->error ==
		       (task->is_set ? CHIME_CONFLICT : CHIME_NOT_FOUND);
}

static void settle_unknown(struct task *task)
{
	if (task->is_native) {
		settle(task, MIRROR_REFUSED, "there is no such user in Chime");
		return;
	}
	users_doubt(task->stands->params.users, task->person_id);
	settle(task, MIRROR_NOT_SHOWN, "not known in Chime");
}

static void stands_on_changed(const struct chime_result *result, void *arg)
{
	struct task *task = arg;
	task->call = NULL;
	if (is_done(task, result)) {
		be_done(task);
	} else if (result->error == CHIME_NOT_FOUND) {
		settle_unknown(task);
	} else if (result->error == CHIME_FORBIDDEN &&
		   !chime_error_is_policy(result->error, result->code)) {
		set_string(&task->refusal, result->message);
		ask_for_proof(task);
	} else {
		settle_failed(task, result);
	}
}

static void begin_change(struct task *task)
{
	struct stands *stands = task->stands;
	const struct kind *kind = &kinds[task->kind];
	json_t AUTOJSON *members =
		json_pack("{s:s, s:s, s:s}", "ChannelArn", stands->channel,
			kind->member, task->arn, "ChimeBearer", stands->bridge);
	const struct chime_request request = {
		.op = task->is_set ? kind->create : kind->destroy,
		.members = members,
		.priority = CHIME_BACKGROUND,
	};
	task->call = chime_start(
		stands->params.client, &request, stands_on_changed, task);
}

/* ---- a member first ---- */

static void stands_on_member(const struct chime_result *failed, void *arg)
{
	struct task *task = arg;
	const struct stands_params *p = &task->stands->params;
	task->wait = NULL;
	char *AUTOFREE person = xstrdup(task->person_id);
	if (!failed) {
		begin_change(task);
		p->joined(p->arg, person);
	} else if (failed->error == CHIME_FORBIDDEN &&
		   !chime_error_is_policy(failed->error, failed->code)) {
		set_string(&task->refusal, failed->message);
		ask_for_proof(task);
	} else {
		settle_failed(task, failed);
	}
}

static void begin_member(struct task *task)
{
	struct stands *stands = task->stands;
	const struct users_request request = {
		.person_id = task->person_id,
		.nick = task->name ? task->name : task->person_id,
		.channel = stands->channel,
		.priority = CHIME_BACKGROUND,
	};
	task->wait = users_ensure(
		stands->params.users, &request, stands_on_member, task);
	if (!task->wait)
		begin_change(task);
}

/* ---- what is asked for ---- */

bool stands_is_changing(
	const struct stands *stands, enum standing_kind kind, const char *arn)
{
	const struct task *task;
	DL_FOREACH (stands->tasks, task)
		if (!task->is_settled && task->kind == kind &&
			str_eq(task->arn, arn))
			return true;
	return false;
}

static struct task *task_new(
	struct stands *stands, const struct standing_change *change)
{
	struct task *task = xcalloc(1, sizeof(*task));
	task->stands = stands;
	task->kind = change->kind;
	task->is_set = change->is_set;
	task->is_native = change->is_native;
	task->person_id = xstrdup(change->person_id);
	task->name = xstrdup_null(change->name);
	task->arn = change->is_native ? xstrdup(change->person_id)
				      : users_arn(stands->params.users,
						change->person_id);
	return task;
}

/* One of ours is told of by the other side's id, if at all. */
static bool is_to_be_left_alone(const struct task *task)
{
	return task->is_native &&
	       (!str_starts(task->arn, "arn:") ||
		       users_is_own(task->stands->params.users, task->arn));
}

static bool is_unknown(const struct task *task)
{
	const struct stands_params *p = &task->stands->params;
	return !task->is_native &&
	       (!p->puppets || !users_knows(p->users, task->person_id));
}

static void begin(struct task *task, bool is_busy)
{
	if (is_to_be_left_alone(task))
		settle(task, MIRROR_REFUSED, "it is a user of the bridge's");
	else if (is_unknown(task))
		settle(task, task->is_set ? MIRROR_NOT_SHOWN : MIRROR_DONE,
			task->is_set ? "not known in Chime" : NULL);
	else if (!task->stands->channel)
		settle_later(task, "the channel is not open yet", 0);
	else if (is_busy)
		settle_later(task, "another change of theirs is under way",
			BUSY_RETRY_MS);
	else if (task->kind == STANDING_MODERATOR && task->is_set &&
		 !task->is_native)
		begin_member(task);
	else
		begin_change(task);
}

void stands_add(struct stands *stands, const struct standing_change *change)
{
	struct task *task = task_new(stands, change);
	bool is_busy = stands_is_changing(stands, task->kind, task->arn);
	DL_APPEND(stands->tasks, task);
	begin(task, is_busy);
}
