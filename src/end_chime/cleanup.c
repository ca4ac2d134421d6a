#include "end_chime/cleanup.h"

#include "end_chime/opening_memory.h"
#include "util/alloc.h"
#include "util/backoff.h"
#include "util/json.h"
#include "util/log.h"
#include "util/str.h"

#include <stdlib.h>

enum { PAUSE_MS = 1000, PAUSE_CAP_MS = 30 * 1000 };

/* Of the step that is under way. */
enum stage {
	STAGE_CHANNEL,
	STAGE_PUPPETS,
	STAGE_BRIDGE,
	STAGE_FACTS,
};

struct member {
	char *id;
	bool is_made;
};

struct cleanup {
	struct cleanup_params params;
	char *object, *mapping, *bridge;
	struct opening_memory memory;
	enum stage stage;
	struct member *members;
	size_t count, size, next;
	bool is_refused; /* the removal that is under way was */
	struct timer *timer;
	struct chime_call *call;
	struct backoff backoff;
	struct end_chime_unmapped progress;
	char *why;
};

typedef void verdict_fn(
	struct cleanup *cleanup, const struct chime_result *result);

static void cleanup_on_timer(void *arg);

/* ---- the beginning ---- */

static void cleanup_on_member(void *arg, const struct puppets_member *member)
{
	struct cleanup *cleanup = arg;
	if (cleanup->count == cleanup->size) {
		cleanup->size = cleanup->size ? 2 * cleanup->size : 64;
		cleanup->members = xreallocarray(cleanup->members,
			cleanup->size, sizeof(*cleanup->members));
	}
	cleanup->members[cleanup->count++] = (struct member){
		.id = xstrdup(member->puppet.id),
		.is_made = member->is_made,
	};
}

/* The last one that is known to have been used. */
static const char *channel_of(const struct cleanup *cleanup)
{
	const struct opening_memory *memory = &cleanup->memory;
	const char *const arns[] = {
		memory->joined, memory->channel, memory->made, memory->found};
	for (size_t i = 0; i < ARRAY_LEN(arns); i++)
		if (arns[i])
			return arns[i];
	return NULL;
}

struct cleanup *cleanup_new(const struct cleanup_params *params)
{
	struct cleanup *cleanup = xcalloc(1, sizeof(*cleanup));
	cleanup->params = *params;
	cleanup->mapping = xstrdup(params->mapping);
	cleanup->object = xasprintf("mapping %s", params->mapping);
	cleanup->bridge = xstrdup(params->bridge);
	backoff_init(&cleanup->backoff, PAUSE_MS, PAUSE_CAP_MS);
	if (opening_recall(params->store, params->mapping, &cleanup->memory) <
		0) {
		cleanup_free(cleanup);
		return NULL;
	}
	if (channel_of(cleanup))
		puppets_each_member(users_puppets(params->users),
			channel_of(cleanup), cleanup_on_member, cleanup);
	cleanup->progress.mapping = cleanup->mapping;
	cleanup->progress.channel = channel_of(cleanup);
	cleanup->progress.left = cleanup->count + 1;
	cleanup->timer = timer_new(params->loop, cleanup_on_timer, cleanup);
	timer_arm(cleanup->timer, 0);
	return cleanup;
}

void cleanup_free(struct cleanup *cleanup)
{
	if (!cleanup)
		return;
	if (cleanup->call)
		chime_cancel(cleanup->call);
	timer_free(cleanup->timer);
	for (size_t i = 0; i < cleanup->count; i++)
		free(cleanup->members[i].id);
	free(cleanup->members);
	opening_memory_release(&cleanup->memory);
	free(cleanup->object);
	free(cleanup->mapping);
	free(cleanup->bridge);
	free(cleanup->why);
	free(cleanup);
}

const char *cleanup_channel(const struct cleanup *cleanup)
{
	return channel_of(cleanup);
}

/* ---- what becomes of it ---- */

static void tell(struct cleanup *cleanup)
{
	cleanup->progress.why = cleanup->why;
	cleanup->params.fn(&cleanup->progress, cleanup->params.arg);
}

static void finish(struct cleanup *cleanup)
{
	const struct end_chime_unmapped *progress = &cleanup->progress;
	cleanup->progress.is_done = true;
	if (!progress->failed)
		set_string(&cleanup->why, NULL);
	log_info(cleanup->object,
		"unmapped in Chime: %zu membership%s taken back, %zu kept, "
		"%zu refused%s%s",
		progress->removed, str_plural(progress->removed),
		progress->kept, progress->failed, cleanup->why ? "; " : "",
		str_or_empty(cleanup->why));
	tell(cleanup);
	cleanup_free(cleanup);
}

/* The end, with something left to do. */
static void give_up(struct cleanup *cleanup, const char *why)
{
	set_string(&cleanup->why, why);
	cleanup->progress.failed += cleanup->progress.left;
	cleanup->progress.left = 0;
	finish(cleanup);
}

static void go_on(struct cleanup *cleanup)
{
	backoff_reset(&cleanup->backoff);
	cleanup->is_refused = false;
	timer_arm(cleanup->timer, 0);
	tell(cleanup);
}

static const char *puppet_id(const struct cleanup *cleanup)
{
	return cleanup->stage == STAGE_PUPPETS
		       ? cleanup->members[cleanup->next].id
		       : NULL;
}

/* On with the next; this one is looked at no more. */
static void next(struct cleanup *cleanup, size_t *counter)
{
	(*counter)++;
	cleanup->progress.left--;
	if (puppet_id(cleanup)) /* of no effect on one that is gone */
		puppets_trust_member(users_puppets(cleanup->params.users),
			puppet_id(cleanup), channel_of(cleanup));
	if (cleanup->stage == STAGE_PUPPETS)
		cleanup->next++;
	else
		cleanup->stage = STAGE_FACTS;
	go_on(cleanup);
}

/* It is not there any more, or none of our business. */
static void settle(struct cleanup *cleanup, size_t *counter)
{
	if (puppet_id(cleanup))
		puppets_leave(users_puppets(cleanup->params.users),
			puppet_id(cleanup), channel_of(cleanup));
	next(cleanup, counter);
}

static void refuse(struct cleanup *cleanup, const struct chime_result *result)
{
	set_string(&cleanup->why, result->message);
	next(cleanup, &cleanup->progress.failed);
}

/* Neither yes nor no: later, or not at all. */
static void fault(struct cleanup *cleanup, const struct chime_result *result)
{
	if (chime_error_is_policy(result->error, result->code) ||
		result->error == CHIME_UNAUTHORIZED ||
		cleanup->backoff.failures >= CLEANUP_TRIES) {
		give_up(cleanup, result->message);
		return;
	}
	set_string(&cleanup->why, result->message);
	timer_arm(cleanup->timer, backoff_next_ms(&cleanup->backoff));
}

static bool is_no(const struct chime_result *result)
{
	return (result->error == CHIME_FORBIDDEN ||
		       result->error == CHIME_BAD_REQUEST) &&
	       !chime_error_is_policy(result->error, result->code);
}

/* ---- calls ---- */

static void call(struct cleanup *cleanup, enum chime_op op, json_t *members,
	chime_fn *fn)
{
	const struct chime_request request = {
		.op = op,
		.members = members,
		.priority = CHIME_BACKGROUND,
	};
	cleanup->call =
		chime_start(cleanup->params.client, &request, fn, cleanup);
	json_decref(members);
}

static char *member_arn(const struct cleanup *cleanup)
{
	const char *id = puppet_id(cleanup);
	return id ? users_arn_of(cleanup->params.users, id)
		  : xstrdup(cleanup->bridge);
}

static void call_membership(
	struct cleanup *cleanup, enum chime_op op, chime_fn *fn)
{
	char *AUTOFREE arn = member_arn(cleanup);
	call(cleanup, op,
		json_pack("{s:s, s:s, s:s}", "ChannelArn", channel_of(cleanup),
			"MemberArn", arn, "ChimeBearer", cleanup->bridge),
		fn);
}

/* ---- memberships ---- */

/* Nobody may remove the membership of a user that is gone: it is, too. */
static void cleanup_on_user(const struct chime_result *result, void *arg)
{
	struct cleanup *cleanup = arg;
	cleanup->call = NULL;
	if (result->error == CHIME_NOT_FOUND || is_no(result))
		settle(cleanup, &cleanup->progress.removed);
	else if (result->error == CHIME_OK)
		next(cleanup, &cleanup->progress.failed);
	else
		fault(cleanup, result);
}

static void ask_for_user(
	struct cleanup *cleanup, const struct chime_result *result)
{
	char *AUTOFREE arn = member_arn(cleanup);
	if (!puppet_id(cleanup)) {
		refuse(cleanup, result);
		return;
	}
	set_string(&cleanup->why, result->message);
	call(cleanup, CHIME_DESCRIBE_APP_INSTANCE_USER,
		json_pack("{s:s}", "AppInstanceUserArn", arn), cleanup_on_user);
}

static void cleanup_on_removed(const struct chime_result *result, void *arg);

static void remove_it(struct cleanup *cleanup)
{
	call_membership(
		cleanup, CHIME_DELETE_CHANNEL_MEMBERSHIP, cleanup_on_removed);
}

static void cleanup_on_described(const struct chime_result *result, void *arg)
{
	struct cleanup *cleanup = arg;
	const json_t *inviter = json_object_get(
		json_object_get(result->body, "ChannelMembership"),
		"InvitedBy");
	cleanup->call = NULL;
	if (result->error == CHIME_NOT_FOUND)
		settle(cleanup, &cleanup->progress.removed);
	else if (is_no(result))
		ask_for_user(cleanup, result);
	else if (result->error != CHIME_OK)
		fault(cleanup, result);
	else if (cleanup->is_refused)
		next(cleanup, &cleanup->progress.failed);
	else if (str_eq(json_get_string(inviter, "Arn"), cleanup->bridge))
		remove_it(cleanup);
	else
		settle(cleanup, &cleanup->progress.kept);
}

static void describe_it(struct cleanup *cleanup)
{
	call_membership(cleanup, CHIME_DESCRIBE_CHANNEL_MEMBERSHIP,
		cleanup_on_described);
}

/* A 403 is also said of one who is no member. */
static void cleanup_on_removed(const struct chime_result *result, void *arg)
{
	struct cleanup *cleanup = arg;
	cleanup->call = NULL;
	if (result->error == CHIME_OK || result->error == CHIME_NOT_FOUND) {
		settle(cleanup, &cleanup->progress.removed);
	} else if (is_no(result)) {
		set_string(&cleanup->why, result->message);
		cleanup->is_refused = true;
		describe_it(cleanup);
	} else {
		fault(cleanup, result);
	}
}

/* ---- the channel ---- */

static void forget_members(struct cleanup *cleanup)
{
	for (; cleanup->next < cleanup->count; cleanup->next++)
		puppets_leave(users_puppets(cleanup->params.users),
			cleanup->members[cleanup->next].id,
			channel_of(cleanup));
	cleanup->progress.removed += cleanup->progress.left;
	cleanup->progress.left = 0;
}

static void cleanup_on_channel(const struct chime_result *result, void *arg)
{
	struct cleanup *cleanup = arg;
	cleanup->call = NULL;
	if (result->error == CHIME_OK || result->error == CHIME_NOT_FOUND) {
		cleanup->progress.is_channel_deleted = true;
		forget_members(cleanup);
		cleanup->stage = STAGE_FACTS;
		go_on(cleanup);
	} else if (is_no(result)) {
		set_string(&cleanup->why, result->message);
		cleanup->progress.failed++;
		cleanup->stage = STAGE_PUPPETS;
		go_on(cleanup);
	} else {
		fault(cleanup, result);
	}
}

static bool is_created(const struct cleanup *cleanup)
{
	return channel_of(cleanup) &&
	       str_eq(cleanup->memory.created, channel_of(cleanup));
}

/* ---- one after the other ---- */

static void do_channel(struct cleanup *cleanup)
{
	if (!channel_of(cleanup)) {
		cleanup->progress.remark =
			"nothing of a mapping of this name is "
			"remembered";
		cleanup->progress.left = 0;
		cleanup->stage = STAGE_FACTS;
		timer_arm(cleanup->timer, 0);
		return;
	}
	if (!cleanup->params.delete_channel || !is_created(cleanup)) {
		if (cleanup->params.delete_channel)
			cleanup->progress.remark =
				"the channel stays, as it was not "
				"made by the bridge";
		cleanup->stage = STAGE_PUPPETS;
		timer_arm(cleanup->timer, 0);
		return;
	}
	call(cleanup, CHIME_DELETE_CHANNEL,
		json_pack("{s:s, s:s}", "ChannelArn", channel_of(cleanup),
			"ChimeBearer", cleanup->bridge),
		cleanup_on_channel);
}

/* Written down first: a death before the answer must not make a removal by
 * somebody else of it. */
static void remove_puppet(struct cleanup *cleanup)
{
	puppets_doubt_member(users_puppets(cleanup->params.users),
		puppet_id(cleanup), channel_of(cleanup));
	remove_it(cleanup);
}

static void do_puppet(struct cleanup *cleanup)
{
	if (cleanup->next == cleanup->count) {
		cleanup->stage = STAGE_BRIDGE;
		timer_arm(cleanup->timer, 0);
	} else if (cleanup->members[cleanup->next].is_made) {
		remove_puppet(cleanup);
	} else {
		describe_it(cleanup);
	}
}

static void do_bridge(struct cleanup *cleanup)
{
	const struct opening_memory *memory = &cleanup->memory;
	const char *channel = channel_of(cleanup);
	if (cleanup->progress.failed) /* it is needed for another try */
		next(cleanup, &cleanup->progress.kept);
	else if (str_eq(memory->made, channel) || is_created(cleanup))
		remove_it(cleanup);
	else if (str_eq(memory->found, channel))
		next(cleanup, &cleanup->progress.kept);
	else
		describe_it(cleanup);
}

static void do_facts(struct cleanup *cleanup)
{
	if (!cleanup->progress.failed)
		opening_forget_all(cleanup->params.store, cleanup->mapping);
	finish(cleanup);
}

static void cleanup_on_timer(void *arg)
{
	static void (*const stages[])(struct cleanup * cleanup) = {
		[STAGE_CHANNEL] = do_channel,
		[STAGE_PUPPETS] = do_puppet,
		[STAGE_BRIDGE] = do_bridge,
		[STAGE_FACTS] = do_facts,
	};
	struct cleanup *cleanup = arg;
	if (cleanup->params.is_in_use(cleanup->params.arg, channel_of(cleanup)))
		give_up(cleanup, "the channel is in use again");
	else
		stages[cleanup->stage](cleanup);
}
