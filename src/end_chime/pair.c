#include "end_chime/pair.h"

#include "chime_users/display.h"
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
	LOG_MS = 60 * 60 * 1000,
};

struct pair {
	struct loop *loop;
	struct pair_params params;
	char *object, *mapping, *app_instance, *person, *person_name, *peer;
	char *puppet; /* ARN */
	struct opening_memory memory;
	char *channel; /* NULL: none yet */
	struct timer *timer;
	struct users_wait *wait;
	struct chime_call *call;
	struct backoff people, fault;
	struct log_once news;
	unsigned fresh; /* fast retries left after a create */
	bool is_new;    /* was created in this life */
	bool closed;
};

static void pair_on_timer(void *arg);

struct pair *pair_new(struct loop *loop, const struct pair_params *params)
{
	struct pair *p = xcalloc(1, sizeof(*p));
	p->loop = loop;
	p->params = *params;
	p->object = xstrdup(params->object);
	p->mapping = xstrdup(params->mapping);
	p->app_instance = xstrdup(params->app_instance);
	p->person = xstrdup(params->person);
	p->person_name = xstrdup(params->person_name);
	p->peer = xstrdup(params->peer);
	if (opening_recall(params->store, params->mapping, &p->memory) < 0)
		log_warn(p->object, "the channel of this conversation cannot "
				    "be read from the state");
	set_string(&p->channel, p->memory.channel);
	backoff_init(&p->people, PEOPLE_MIN_MS, PEOPLE_MAX_MS);
	backoff_init(&p->fault, FAULT_MIN_MS, FAULT_MAX_MS);
	p->timer = timer_new(loop, pair_on_timer, p);
	timer_arm(p->timer, 0);
	return p;
}

static void pair_free(void *arg)
{
	struct pair *p = arg;
	char **const strings[] = {&p->object, &p->mapping, &p->app_instance,
		&p->person, &p->person_name, &p->peer, &p->puppet, &p->channel};
	for (size_t i = 0; i < ARRAY_LEN(strings); i++)
		free(*strings[i]);
	opening_memory_release(&p->memory);
	free(p);
}

void pair_close(struct pair *p)
{
	if (!p || p->closed)
		return;
	p->closed = true;
	users_cancel(TAKE(p->wait));
	if (p->call)
		chime_cancel(TAKE(p->call));
	timer_free(TAKE(p->timer));
	loop_defer(p->loop, pair_free, p);
}

static void remember(struct pair *p, const char *key, const char *channel)
{
	opening_remember(p->params.store, p->mapping, key, channel);
}

static void fail(
	struct pair *p, const struct chime_result *result, const char *doing)
{
	char why[512];
	snprintf(why, sizeof(why), "%s: %s", doing, result->message);
	bool people = *chime_error_advice(result->error) != '\0';
	timer_arm(p->timer, backoff_next_ms(people ? &p->people : &p->fault));
	if (!log_once_is_news(&p->news, why, LOG_MS))
		return;
	log_warn(p->object, "%s", why);
	p->params.failed(p->params.arg, why);
}

static void call(
	struct pair *p, enum chime_op op, json_t *members, chime_fn *fn)
{
	const struct chime_request request = {
		.op = op,
		.members = members,
		.max_attempts = ATTEMPTS,
	};
	json_set_string(members, "ChimeBearer", p->puppet);
	p->call = chime_start(p->params.client, &request, fn, p);
	json_decref(members);
}

static bool is_refused(const struct chime_result *result)
{
	return result->error == CHIME_FORBIDDEN ||
	       result->error == CHIME_NOT_FOUND;
}

/* Is it about the channel, or about the peer? */
static void pair_on_self(const struct chime_result *result, void *arg)
{
	static const struct chime_result refused = {
		.error = CHIME_FORBIDDEN,
		.code = "",
		.message = "they may not be added to a conversation",
		.request_id = "",
	};
	struct pair *p = arg;
	p->call = NULL;
	if (!is_refused(result)) {
		fail(p, result->error == CHIME_OK ? &refused : result, p->peer);
		return;
	}
	log_info(p->object, "%s is not open to %s any more: a new one is made",
		p->channel, p->puppet);
	set_string(&p->memory.created, p->channel);
	set_string(&p->channel, NULL);
	remember(p, OPENING_CHANNEL, NULL);
	timer_arm(p->timer, 0);
}

static void look_at_self(struct pair *p)
{
	json_t *members = json_object();
	json_set_string(members, "ChannelArn", p->channel);
	json_set_string(members, "MemberArn", p->puppet);
	call(p, CHIME_DESCRIBE_CHANNEL_MEMBERSHIP, members, pair_on_self);
}

static void pair_on_member(const struct chime_result *result, void *arg)
{
	struct pair *p = arg;
	p->call = NULL;
	if (result->error == CHIME_OK || result->error == CHIME_CONFLICT) {
		remember(p, OPENING_JOINED, p->channel);
		p->params.opened(p->params.arg, p->channel);
	} else if (is_refused(result) && p->fresh) {
		p->fresh--;
		timer_arm(p->timer, FRESH_RETRY_MS);
	} else if (is_refused(result) && !p->is_new) {
		look_at_self(p);
	} else {
		fail(p, result, "the other cannot be added");
	}
}

static void add_peer(struct pair *p)
{
	json_t *members = json_object();
	json_set_string(members, "ChannelArn", p->channel);
	json_set_string(members, "MemberArn", p->peer);
	json_set_string(members, "Type", "DEFAULT");
	call(p, CHIME_CREATE_CHANNEL_MEMBERSHIP, members, pair_on_member);
}

static void pair_on_created(const struct chime_result *result, void *arg)
{
	struct pair *p = arg;
	const char *arn = json_get_string(result->body, "ChannelArn");
	p->call = NULL;
	if (result->error != CHIME_OK || !arn) {
		fail(p, result, "the conversation cannot be made");
		return;
	}
	set_string(&p->channel, arn);
	remember(p, OPENING_CHANNEL, arn);
	remember(p, OPENING_CREATED, arn);
	p->fresh = FRESH_RETRIES;
	p->is_new = true;
	add_peer(p);
}

/* The same mapping asks for the same channel, unless that was given up. */
static void create(struct pair *p)
{
	char token[SHA256_HEX_BYTES];
	char *AUTOFREE source = xasprintf("pair %s %s %s", p->app_instance,
		p->mapping, str_or_empty(p->memory.created));
	char *AUTOFREE name =
		display_name("{nick} ({network})", p->person, p->person_name);
	sha256_hex(source, strlen(source), token);
	json_t *members = json_object();
	json_set_string(members, "AppInstanceArn", p->app_instance);
	json_set_string(members, "Name", name);
	json_set_string(members, "Mode", "RESTRICTED");
	json_set_string(members, "Privacy", "PRIVATE");
	json_set_string(members, "ClientRequestToken", token);
	call(p, CHIME_CREATE_CHANNEL, members, pair_on_created);
}

static void pair_on_user(const struct chime_result *failure, void *arg)
{
	struct pair *p = arg;
	p->wait = NULL;
	if (failure) {
		fail(p, failure, "the person's user cannot be made");
		return;
	}
	char *AUTOFREE puppet = users_arn(p->params.users, p->person);
	set_string(&p->puppet, puppet);
	if (p->channel)
		add_peer(p);
	else
		create(p);
}

static void pair_on_timer(void *arg)
{
	struct pair *p = arg;
	const struct users_request request = {
		.person_id = p->person,
		.nick = p->person_name,
		.priority = CHIME_LIVE,
	};
	if (p->channel && str_eq(p->channel, p->memory.joined)) {
		p->params.opened(p->params.arg, p->channel);
		return;
	}
	p->wait = users_ensure(p->params.users, &request, pair_on_user, p);
	if (!p->wait)
		pair_on_user(NULL, p);
}
