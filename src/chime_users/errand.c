#include "chime_users/errand.h"

#include "chime_users/display.h"
#include "chime_users/rename.h"
#include "chime_users/users_private.h"
#include "util/alloc.h"
#include "util/backoff.h"
#include "util/digest.h"
#include "util/json.h"
#include "util/log.h"
#include "util/str.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

enum {
	/* "It exists", and it does not: before that is believed. */
	DOUBLE_TAKES = 3,
	DOUBLE_TAKE_MS = 2 * 1000,
	DOUBLE_TAKE_CAP_MS = 8 * 1000,
};

enum state {
	ERRAND_IDLE,   /* to be stepped at the next turn */
	ERRAND_PARKED, /* waits for what another one does with the user */
	ERRAND_MAKING, /* creates or describes the user, or rests in between */
	ERRAND_JOINING,
	ERRAND_ENDED,
};

struct errand {
	struct errand *prev, *next;
	struct users *users;
	enum state state;
	char *person_id;
	char *nick;
	char *given;   /* the nick that it is being created with */
	char *channel; /* NULL: just the user */
	enum chime_priority priority;
	char id[USERID_BYTES];
	bool is_checked; /* by this: the user exists */
	bool is_taken;   /* creating it was a conflict */
	char *refusal;   /* it may not join, unless the user is gone */
	enum chime_error refused;
	struct chime_call *call;
	struct backoff double_takes;
	struct timer *timer; /* of the next one; or NULL */
	struct users_wait *waits;
};

struct users_wait {
	struct users_wait *prev, *next;
	struct errand *errand;
	users_fn *fn;
	void *arg;
};

static void step(struct errand *errand);
static void create_user(struct errand *errand);

/* ---- the end ---- */

static void errand_free(struct errand *errand)
{
	if (errand->call)
		chime_cancel(errand->call);
	timer_free(errand->timer);
	free(errand->person_id);
	free(errand->nick);
	free(errand->given);
	free(errand->refusal);
	free(errand->channel);
	free(errand);
}

static void errands_on_timer(void *arg)
{
	struct users *users = arg;
	struct errand *errand, *tmp;
	DL_FOREACH_SAFE (users->errands, errand, tmp)
		if (errand->state == ERRAND_IDLE) {
			step(errand);
			/* A callback may have ended others. */
			timer_arm(users->errands_timer, 0);
			return;
		}
}

static void arm(struct users *users)
{
	if (!users->errands_timer && users->loop)
		users->errands_timer =
			timer_new(users->loop, errands_on_timer, users);
	if (users->errands_timer)
		timer_arm(users->errands_timer, 0);
}

void errands_wake(struct users *users, const char *id)
{
	struct errand *errand;
	bool any = false;
	DL_FOREACH (users->errands, errand)
		if (errand->state == ERRAND_PARKED && str_eq(errand->id, id)) {
			errand->state = ERRAND_IDLE;
			any = true;
		}
	if (any)
		arm(users);
}

/* No one finds it any more; whoever waits for its user goes on. */
static void detach(struct errand *errand)
{
	errand->state = ERRAND_ENDED;
	DL_DELETE(errand->users->errands, errand);
	errands_wake(errand->users, errand->id);
}

static void end(struct errand *errand, const struct chime_result *failed)
{
	detach(errand);
	if (!failed)
		renames_want(errand->users->renames, errand->person_id,
			errand->nick);
	while (errand->waits) {
		struct users_wait *wait = errand->waits;
		users_fn *fn = wait->fn;
		void *arg = wait->arg;
		DL_DELETE(errand->waits, wait);
		free(wait);
		fn(failed, arg);
	}
	errand_free(errand);
}

static void end_full(struct errand *errand)
{
	char why[128];
	struct users *users = errand->users;
	snprintf(why, sizeof(why),
		"there is no room for another user (%zu are in use)",
		puppets_count(users->puppets));
	const struct chime_result result = {
		.error = CHIME_LIMIT,
		.code = "",
		.message = why,
		.request_id = "",
	};
	users_want_room(users);
	end(errand, &result);
}

/* The user is there: so it was about joining. */
static void end_refused(struct errand *errand)
{
	char *AUTOFREE why = TAKE(errand->refusal);
	const struct chime_result result = {
		.error = errand->refused,
		.code = "",
		.message = why,
		.request_id = "",
	};
	puppets_set_doubted(errand->users->puppets, errand->id, false);
	end(errand, &result);
}

static void end_conflict(struct errand *errand)
{
	static const struct chime_result result = {
		.error = CHIME_CONFLICT,
		.code = "",
		.message = "all ids for this person belong to others",
		.request_id = "",
	};
	end(errand, &result);
}

void errand_cancel(struct users_wait *wait)
{
	if (!wait)
		return;
	struct errand *errand = wait->errand;
	DL_DELETE(errand->waits, wait);
	free(wait);
	if (errand->waits || errand->state == ERRAND_ENDED)
		return;
	detach(errand);
	errand_free(errand);
}

void errands_release(struct users *users)
{
	struct errand *errand, *next_errand;
	struct users_wait *wait, *next_wait;
	DL_FOREACH_SAFE (users->errands, errand, next_errand) {
		DL_FOREACH_SAFE (errand->waits, wait, next_wait)
			free(wait);
		errand_free(errand);
	}
	users->errands = NULL;
	timer_free(TAKE(users->errands_timer));
}

bool errands_has(const struct users *users, const char *id)
{
	const struct errand *errand;
	DL_FOREACH (users->errands, errand)
		if (str_eq(errand->id, id))
			return true;
	return false;
}

/* ---- calls ---- */

/* Do the words say that there is no such thing, and not that our keys may not
 * ask? */
static bool is_gone(const struct chime_result *result)
{
	return result->error == CHIME_NOT_FOUND ||
	       (result->error == CHIME_FORBIDDEN &&
		       !chime_error_is_policy(result->error, result->code));
}

static void call(
	struct errand *errand, enum chime_op op, json_t *members, chime_fn *fn)
{
	const struct chime_request request = {
		.op = op,
		.members = members,
		.priority = errand->priority,
	};
	errand->state = op == CHIME_CREATE_CHANNEL_MEMBERSHIP ? ERRAND_JOINING
							      : ERRAND_MAKING;
	errand->call = chime_start(errand->users->client, &request, fn, errand);
	json_decref(members);
}

/* ---- joining ---- */

/* Is it no member, for certain? */
static bool is_no(const struct chime_result *result)
{
	return result->error == CHIME_LIMIT ||
	       result->error == CHIME_BAD_REQUEST || is_gone(result);
}

static void errand_on_joined(const struct chime_result *result, void *arg)
{
	struct errand *errand = arg;
	struct puppets *puppets = errand->users->puppets;
	errand->call = NULL;
	if (result->error == CHIME_OK || result->error == CHIME_CONFLICT) {
		/* "It is there already" is what was wanted. */
		puppets_join(puppets, errand->id, errand->channel,
			result->error == CHIME_OK);
		end(errand, NULL);
		return;
	}
	if (is_no(result))
		puppets_leave(puppets, errand->id, errand->channel);
	if (result->error == CHIME_LIMIT) {
		set_string(&errand->users->full_channel, errand->channel);
		errand->users->channel_full_until_ms =
			loop_now_ms(errand->users->loop) + USERS_FULL_MS;
		users_tell_channel_full(errand->users, errand->channel);
		end(errand, result);
	} else if (is_gone(result) && !errand->is_checked) {
		puppets_set_doubted(puppets, errand->id, true);
		errand->refused = result->error;
		set_string(&errand->refusal, result->message);
		step(errand);
	} else {
		end(errand, result);
	}
}

/* It is not asked with each line of each who found no room there. */
static void end_channel_full(struct errand *errand)
{
	static const struct chime_result result = {
		.error = CHIME_LIMIT,
		.code = "",
		.message = "there is no room for another member",
		.request_id = "",
	};
	end(errand, &result);
}

static bool is_channel_full(const struct errand *errand)
{
	const struct users *users = errand->users;
	return str_eq(users->full_channel, errand->channel) &&
	       loop_now_ms(users->loop) < users->channel_full_until_ms;
}

static void join_channel(struct errand *errand)
{
	struct users *users = errand->users;
	char *AUTOFREE arn = users_arn_of(users, errand->id);
	errands_wake(users, errand->id);
	if (!errand->channel || puppets_is_member(users->puppets, errand->id,
					errand->channel)) {
		end(errand, NULL);
		return;
	}
	if (is_channel_full(errand)) {
		end_channel_full(errand);
		return;
	}
	/* What a crash leaves behind is found again. */
	puppets_doubt_member(users->puppets, errand->id, errand->channel);
	json_t *members = json_pack("{s:s, s:s, s:s, s:s}", "ChannelArn",
		errand->channel, "MemberArn", arn, "Type", "DEFAULT",
		"ChimeBearer", users->bridge);
	call(errand, CHIME_CREATE_CHANNEL_MEMBERSHIP, members,
		errand_on_joined);
}

/* ---- whose is it? ---- */

static void remember(struct errand *errand, const char *nick, const char *name)
{
	struct users *users = errand->users;
	const struct puppet puppet = {
		.id = errand->id,
		.nick = nick,
		.person = errand->person_id,
		.sum = display_sum(name),
		.day = users_today(),
	};
	errand->is_checked = true;
	puppets_put(users->puppets, &puppet);
	puppets_set_doubted(users->puppets, errand->id, false);
}

/* This id is of no use for the person, now and later: on with the next. */
static void abandon_id(struct errand *errand, const char *why)
{
	struct users *users = errand->users;
	char id[USERID_BYTES];
	memcpy(id, errand->id, sizeof(id));
	log_warn("chime", "the user id %s %s: %s gets another one", id, why,
		errand->person_id);
	puppets_set_foreign(users->puppets, id);
	users_id(users, errand->person_id, errand->id);
	errands_wake(users, id);
	errand->is_taken = false;
	if (puppets_is_foreign(users->puppets, errand->id))
		end_conflict(errand);
	else
		step(errand);
}

static void found(struct errand *errand, const json_t *user)
{
	struct users *users = errand->users;
	const char *name = json_get_string(user, "Name");
	enum display_owner owner = display_owner(
		json_get_string(user, "Metadata"), errand->person_id);
	bool is_known = puppets_get(users->puppets, errand->id, NULL);
	bool is_ours =
		owner == DISPLAY_OURS || (owner == DISPLAY_UNKNOWN && is_known);
	if (is_ours && errand->refusal && !errand->is_taken) {
		end_refused(errand);
	} else if (is_ours) {
		remember(errand, errand->nick, str_or_empty(name));
		join_channel(errand);
	} else {
		abandon_id(errand, "belongs to somebody else");
	}
}

static void errand_on_timer(void *arg)
{
	create_user(arg);
}

/* What was just made, or deleted, is not known everywhere at once. */
static void take_again(struct errand *errand)
{
	if (errand->double_takes.failures >= DOUBLE_TAKES) {
		abandon_id(errand, "cannot be used again");
		return;
	}
	if (!errand->timer)
		errand->timer =
			timer_new(errand->users->loop, errand_on_timer, errand);
	timer_arm(errand->timer, backoff_next_ms(&errand->double_takes));
}

static void not_found(struct errand *errand)
{
	struct users *users = errand->users;
	if (errand->is_taken) {
		take_again(errand);
		return;
	}
	log_info("chime", "the user %s of %s is gone: made once more",
		errand->id, errand->person_id);
	puppets_forget(users->puppets, errand->id);
	set_string(&errand->refusal, NULL);
	users->remade++;
	create_user(errand);
}

static void errand_on_described(const struct chime_result *result, void *arg)
{
	struct errand *errand = arg;
	bool is_known = puppets_get(errand->users->puppets, errand->id, NULL);
	errand->call = NULL;
	if (result->error == CHIME_OK)
		found(errand, json_object_get(result->body, "AppInstanceUser"));
	else if (is_gone(result))
		not_found(errand);
	else if (!chime_error_is_policy(result->error, result->code) ||
		 !is_known)
		end(errand, result);
	else if (errand->is_taken) /* what is remembered has to do */
		found(errand, NULL);
	else
		create_user(errand);
}

static void describe_user(struct errand *errand)
{
	char *AUTOFREE arn = users_arn_of(errand->users, errand->id);
	call(errand, CHIME_DESCRIBE_APP_INSTANCE_USER,
		json_pack("{s:s}", "AppInstanceUserArn", arn),
		errand_on_described);
}

/* ---- making ---- */

static void errand_on_created(const struct chime_result *result, void *arg)
{
	struct errand *errand = arg;
	struct users *users = errand->users;
	errand->call = NULL;
	if (result->error == CHIME_OK) {
		char *AUTOFREE name = display_name(
			users->name_template, errand->person_id, errand->given);
		remember(errand, errand->given, name);
		join_channel(errand);
	} else if (result->error == CHIME_CONFLICT) {
		errand->is_taken = true;
		describe_user(errand);
	} else {
		if (result->error == CHIME_LIMIT) {
			users->full_until_ms =
				loop_now_ms(users->loop) + USERS_FULL_MS;
			users_want_room(users);
		}
		end(errand, result);
	}
}

/*
 * The same token for the same user on one day, so that a crash makes it but
 * once. One that had to be made once more is another: its first token would be
 * answered with what is gone.
 */
static void make_token(const struct errand *errand, const char *name,
	char token[SHA256_HEX_BYTES])
{
	const struct users *users = errand->users;
	char *AUTOFREE source =
		xasprintf("user2 %s %s %u %" PRIu64 " %s", users->app_instance,
			errand->id, users_today(), users->remade, name);
	sha256_hex(source, strlen(source), token);
}

static void create_user(struct errand *errand)
{
	struct users *users = errand->users;
	char token[SHA256_HEX_BYTES];
	char *AUTOFREE name = display_name(
		users->name_template, errand->person_id, errand->nick);
	char *AUTOFREE mark = display_mark(errand->person_id);
	make_token(errand, name, token);
	set_string(&errand->given, errand->nick);
	call(errand, CHIME_CREATE_APP_INSTANCE_USER,
		json_pack("{s:s, s:s, s:s, s:s, s:s}", "AppInstanceArn",
			users->app_instance, "AppInstanceUserId", errand->id,
			"Name", name, "Metadata", mark, "ClientRequestToken",
			token),
		errand_on_created);
}

/* ---- one thing after the other ---- */

static bool is_busy(const struct errand *errand)
{
	const struct errand *other;
	DL_FOREACH (errand->users->errands, other)
		if (other != errand && other->state == ERRAND_MAKING &&
			str_eq(other->id, errand->id))
			return true;
	return str_eq(errand->users->retiring, errand->id);
}

/* With those that are being made. */
static bool is_full(const struct users *users)
{
	const struct errand *errand;
	size_t count = puppets_count(users->puppets);
	DL_FOREACH (users->errands, errand)
		count += errand->state == ERRAND_MAKING &&
			 !puppets_get(users->puppets, errand->id, NULL);
	return count >= users->max_puppets ||
	       loop_now_ms(users->loop) < users->full_until_ms;
}

static void step(struct errand *errand)
{
	struct users *users = errand->users;
	struct puppets *puppets = users->puppets;
	users_id(users, errand->person_id, errand->id);
	if (is_busy(errand))
		errand->state = ERRAND_PARKED;
	else if (puppets_is_doubted(puppets, errand->id))
		describe_user(errand);
	else if (puppets_get(puppets, errand->id, NULL))
		join_channel(errand);
	else if (is_full(users))
		end_full(errand);
	else
		create_user(errand);
}

/* ---- the beginning ---- */

static struct errand *find(
	const struct users *users, const struct users_request *request)
{
	struct errand *errand;
	DL_FOREACH (users->errands, errand)
		if (str_eq(errand->person_id, request->person_id) &&
			str_eq(errand->channel, request->channel))
			return errand;
	return NULL;
}

static struct errand *errand_new(
	struct users *users, const struct users_request *request)
{
	struct errand *errand = xcalloc(1, sizeof(*errand));
	errand->users = users;
	errand->person_id = xstrdup(request->person_id);
	errand->nick = xstrdup(request->nick);
	errand->channel = xstrdup_null(request->channel);
	errand->priority = request->priority;
	users_id(users, request->person_id, errand->id);
	backoff_init(&errand->double_takes, DOUBLE_TAKE_MS, DOUBLE_TAKE_CAP_MS);
	DL_APPEND(users->errands, errand);
	arm(users);
	return errand;
}

/* Those that do something for the same user first, too. */
static void raise_all(struct users *users, const struct errand *of)
{
	struct errand *errand;
	DL_FOREACH (users->errands, errand) {
		if (!str_eq(errand->id, of->id) ||
			(errand != of && errand->state != ERRAND_MAKING))
			continue;
		errand->priority = CHIME_LIVE;
		if (errand->call)
			chime_raise(errand->call);
	}
}

struct users_wait *errand_begin(struct users *users,
	const struct users_request *request, users_fn *fn, void *arg)
{
	struct users_wait *wait = xcalloc(1, sizeof(*wait));
	struct errand *errand = find(users, request);
	if (!errand)
		errand = errand_new(users, request);
	else
		set_string(&errand->nick, request->nick);
	wait->errand = errand;
	wait->fn = fn;
	wait->arg = arg;
	DL_APPEND(errand->waits, wait);
	if (request->priority == CHIME_LIVE)
		raise_all(users, errand);
	return wait;
}
