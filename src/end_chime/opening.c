#include "end_chime/opening.h"

#include "chime/decode.h"
#include "chime/paging.h"
#include "end_chime/opening_memory.h"
#include "util/alloc.h"
#include "util/backoff.h"
#include "util/digest.h"
#include "util/json.h"
#include "util/log.h"
#include "util/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	/* When somebody has to do something about it, and when not. */
	PEOPLE_MIN_MS = 30 * 1000,
	PEOPLE_MAX_MS = 10 * 60 * 1000,
	FAULT_MIN_MS = 1000,
	FAULT_MAX_MS = 30 * 1000,
	ATTEMPTS = 2, /* then it is said, and tried again later */
	/* What was just created may be unknown for a moment. */
	FRESH_RETRIES = 20,
	FRESH_RETRY_MS = 500,
};

struct opening {
	struct loop *loop;
	struct opening_params params;
	char *object, *mapping, *app_instance, *bridge;
	char *channel, *name, *privacy, *mode;
	char *found, *other; /* of that name, in the list under way; or NULL */
	struct opening_memory memory; /* joined: it was all right before */
	struct timer *timer;
	struct chime_call *call;
	struct chime_paging *paging;
	struct backoff people, fault;
	struct log_once news;
	unsigned fresh; /* fast retries left after a create */
	bool closed;
};

static void opening_on_timer(void *arg);

static void recall(struct opening *o)
{
	if (opening_recall(o->params.store, o->mapping, &o->memory) < 0)
		log_warn(o->object, "which channel was opened before cannot "
				    "be read from the state");
	if (!o->params.channel)
		set_string(&o->channel,
			opening_memory_channel(&o->memory, o->name));
}

static void remember(struct opening *o, const char *key)
{
	opening_remember(o->params.store, o->mapping, key, o->channel);
}

/* Under another name it will be another channel. */
static void remember_name(struct opening *o)
{
	if (!o->name || o->params.channel || str_eq(o->name, o->memory.name))
		return;
	set_string(&o->memory.name, o->name);
	opening_remember(o->params.store, o->mapping, OPENING_NAME, o->name);
}

static void remember_channel(struct opening *o)
{
	remember(o, OPENING_CHANNEL);
	remember_name(o);
}

/* What was made in the channel before is not taken back by itself. */
static void tell_former(const struct opening *o)
{
	const char *former =
		o->memory.joined ? o->memory.joined : o->memory.made;

	if (former && !str_eq(former, o->channel))
		log_warn(o->object,
			"it had the channel %s before: whom the bridge made "
			"members there stay, see unmap in belfryctl(1)",
			former);
}

static void opened(struct opening *o)
{
	tell_former(o);
	remember_name(o);
	o->params.opened(o->params.arg, o->channel);
}

void opening_forget(struct store *store, const char *mapping)
{
	opening_remember(store, mapping, OPENING_JOINED, NULL);
}

char *opening_channel(
	struct store *store, const char *mapping, const char *name)
{
	struct opening_memory memory;
	if (opening_recall(store, mapping, &memory) < 0)
		log_warn("chime",
			"the channel of the mapping %s cannot be "
			"read from the state",
			mapping);
	char *channel = xstrdup_null(opening_memory_channel(&memory, name));
	opening_memory_release(&memory);
	return channel;
}

struct opening *opening_new(
	struct loop *loop, const struct opening_params *params)
{
	struct opening *o = xcalloc(1, sizeof(*o));
	o->loop = loop;
	o->params = *params;
	o->object = xstrdup(params->object);
	o->mapping = xstrdup(params->mapping);
	o->app_instance = xstrdup(params->app_instance);
	o->bridge = xstrdup(params->bridge);
	o->channel = xstrdup_null(params->channel);
	o->name = xstrdup_null(params->name);
	o->privacy = xstrdup_null(params->privacy);
	o->mode = xstrdup_null(params->mode);
	recall(o);
	backoff_init(&o->people, PEOPLE_MIN_MS, PEOPLE_MAX_MS);
	backoff_init(&o->fault, FAULT_MIN_MS, FAULT_MAX_MS);
	o->timer = timer_new(loop, opening_on_timer, o);
	timer_arm(o->timer, 0);
	return o;
}

static void opening_free(void *arg)
{
	struct opening *o = arg;
	char **const strings[] = {&o->object, &o->mapping, &o->app_instance,
		&o->bridge, &o->channel, &o->name, &o->privacy, &o->mode,
		&o->found, &o->other};
	for (size_t i = 0; i < ARRAY_LEN(strings); i++)
		free(*strings[i]);
	opening_memory_release(&o->memory);
	free(o);
}

void opening_close(struct opening *o)
{
	if (!o || o->closed)
		return;
	o->closed = true;
	if (o->call)
		chime_cancel(TAKE(o->call));
	if (o->paging)
		chime_paging_cancel(TAKE(o->paging));
	timer_free(TAKE(o->timer));
	loop_defer(o->loop, opening_free, o);
}

static void fail(
	struct opening *o, const struct chime_result *result, const char *doing)
{
	const char *advice = chime_error_advice(result->error);
	char why[512];
	if (o->fresh && (result->error == CHIME_FORBIDDEN ||
				result->error == CHIME_NOT_FOUND)) {
		o->fresh--;
		timer_arm(o->timer, FRESH_RETRY_MS);
		return;
	}
	bool people = *advice || result->error == CHIME_CONFLICT;
	timer_arm(o->timer, backoff_next_ms(people ? &o->people : &o->fault));
	/* Behind the advice the number of the request would be news. */
	snprintf(why, sizeof(why), "%s: %s", doing, result->message);
	if (!log_once_is_news(&o->news, why, 3600 * 1000))
		return;
	snprintf(why, sizeof(why), "%s: %s%s", doing, result->message, advice);
	log_warn(o->object, "%s", why);
	o->params.failed(o->params.arg, why);
}

static void call(
	struct opening *o, enum chime_op op, json_t *members, chime_fn *fn)
{
	const struct chime_request request = {
		.op = op,
		.members = members,
		.max_attempts = ATTEMPTS,
	};
	json_set_string(members, "ChimeBearer", o->bridge);
	o->call = chime_start(o->params.client, &request, fn, o);
	json_decref(members);
}

/* Not being a moderator is no reason to stop: text needs none of it. */
static void opening_on_moderator(const struct chime_result *result, void *arg)
{
	struct opening *o = arg;
	o->call = NULL;
	if (result->error == CHIME_FORBIDDEN ||
		result->error == CHIME_NOT_FOUND ||
		result->error == CHIME_BAD_REQUEST)
		log_warn(o->object,
			"the bridge's user is not a moderator of "
			"%s: people of IRC may not be able to join and bans "
			"cannot be mirrored (%s)",
			o->channel, result->message);
	else if (result->error == CHIME_OK)
		remember(o, OPENING_JOINED);
	opened(o);
}

static void check_moderator(struct opening *o)
{
	json_t *members = json_object();
	json_set_string(members, "ChannelArn", o->channel);
	json_set_string(members, "AppInstanceUserArn", o->bridge);
	call(o, CHIME_DESCRIBE_CHANNEL_MODERATED_BY_USER, members,
		opening_on_moderator);
}

/* Who takes it back has to know. When an answer was lost nobody does. */
static void remember_member(
	struct opening *o, const struct chime_result *result)
{
	if (result->error == CHIME_OK)
		remember(o, OPENING_MADE);
	else if (result->attempts == 1 && !o->fresh &&
		 !str_eq(o->memory.made, o->channel) &&
		 !str_eq(o->memory.created, o->channel))
		remember(o, OPENING_FOUND);
}

static void opening_on_member(const struct chime_result *result, void *arg)
{
	struct opening *o = arg;
	o->call = NULL;
	if (result->error != CHIME_OK && result->error != CHIME_CONFLICT) {
		fail(o, result, "the bridge's user cannot join its channel");
	} else {
		remember_member(o, result);
		check_moderator(o);
	}
}

static void join(struct opening *o)
{
	json_t *members = json_object();
	json_set_string(members, "ChannelArn", o->channel);
	json_set_string(members, "MemberArn", o->bridge);
	json_set_string(members, "Type", "DEFAULT");
	call(o, CHIME_CREATE_CHANNEL_MEMBERSHIP, members, opening_on_member);
}

static void opening_on_created(const struct chime_result *result, void *arg)
{
	struct opening *o = arg;
	o->call = NULL;
	const char *arn = json_get_string(result->body, "ChannelArn");
	if (result->error != CHIME_OK || !arn) {
		fail(o, result, "the channel cannot be created");
		return;
	}
	set_string(&o->channel, arn);
	remember_channel(o);
	remember(o, OPENING_CREATED);
	log_info(o->object, "created the Chime channel %s (%s)", o->name, arn);
	o->fresh = FRESH_RETRIES;
	join(o);
}

/* The same mapping always asks for the same channel. */
static void create(struct opening *o)
{
	char token[SHA256_HEX_BYTES];
	char *AUTOFREE source = xasprintf("channel %s %s %s %s %s",
		o->app_instance, o->mapping, o->name, str_or_empty(o->mode),
		str_or_empty(o->privacy));
	sha256_hex(source, strlen(source), token);
	json_t *members = json_object();
	json_set_string(members, "AppInstanceArn", o->app_instance);
	json_set_string(members, "Name", o->name);
	json_set_string(members, "Mode", o->mode);
	json_set_string(members, "Privacy", o->privacy);
	json_set_string(members, "ClientRequestToken", token);
	call(o, CHIME_CREATE_CHANNEL, members, opening_on_created);
}

static void find_by_name(struct opening *o, json_t *items)
{
	size_t i;
	json_t *item;
	json_array_foreach (items, i, item) {
		struct chime_channel channel;
		chime_decode_channel(item, &channel);
		if (!channel.arn || !str_eq(channel.name, o->name) ||
			!str_starts(channel.arn, o->app_instance) ||
			str_eq(channel.arn, o->found))
			continue;
		set_string(o->found ? &o->other : &o->found, channel.arn);
	}
}

static void forget_found(struct opening *o)
{
	set_string(&o->found, NULL);
	set_string(&o->other, NULL);
}

/* What is said in one shall not get into another. */
static void found_several(struct opening *o)
{
	char *AUTOFREE why = xasprintf(
		"several channels of the bridge's user have this name (%s and "
		"%s): give the ARN of one",
		o->found, o->other);
	const struct chime_result result = {
		.error = CHIME_CONFLICT,
		.message = why,
	};
	fail(o, &result, o->name);
}

static void not_found(struct opening *o)
{
	const struct chime_result result = {
		.error = CHIME_NOT_FOUND,
		.message = "the bridge's user is in no channel of this name, "
			   "and create is false",
	};
	if (o->params.create)
		create(o);
	else
		fail(o, &result, o->name);
}

static void all_listed(struct opening *o)
{
	if (o->other) {
		found_several(o);
	} else if (o->found) {
		set_string(&o->channel, o->found);
		remember_channel(o);
		join(o);
	} else {
		not_found(o);
	}
}

static bool opening_on_channels(const struct chime_page *page, void *arg)
{
	struct opening *o = arg;
	if (page->last)
		o->paging = NULL;
	if (!page->items) {
		fail(o, page->result, "the bridge's channels cannot be listed");
		return false;
	}
	if (page->restarted)
		forget_found(o);
	find_by_name(o, page->items);
	if (page->last)
		all_listed(o);
	return true;
}

static void look_for(struct opening *o)
{
	json_t AUTOJSON *members =
		json_pack("{s:s, s:s, s:i}", "AppInstanceUserArn", o->bridge,
			"ChimeBearer", o->bridge, "MaxResults", 50);
	const struct chime_request request = {
		.op = CHIME_LIST_CHANNEL_MEMBERSHIPS_FOR_USER,
		.members = members,
		.max_attempts = ATTEMPTS,
	};
	forget_found(o);
	o->paging = chime_paging_start(
		o->params.client, &request, 0, opening_on_channels, o);
}

static void opening_on_timer(void *arg)
{
	struct opening *o = arg;
	if (o->channel && str_eq(o->channel, o->memory.joined))
		opened(o);
	else if (o->channel)
		join(o);
	else
		look_for(o);
}
