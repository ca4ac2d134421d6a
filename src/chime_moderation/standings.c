#include "chime_moderation/standings.h"

#include "chime/decode.h"
#include "chime/paging.h"
#include "chime_moderation/holders.h"
#include "chime_moderation/pace.h"
#include "util/alloc.h"
#include "util/json.h"
#include "util/log.h"
#include "util/str.h"

#include <stdlib.h>
#include <string.h>

enum { PAGE = 50, LOG_MS = 60 * 60 * 1000, LISTS_TO_BELIEVE = 2 };

/* How the API calls it all. */
static const struct kind {
	enum chime_op list, describe;
	const char *who;    /* in a list, in a description */
	const char *member; /* of requests */
	const char *object; /* of a description */
	const char *words;
} kinds[STANDING_KINDS] = {
	[STANDING_BANNED] =
		{
			.list = CHIME_LIST_CHANNEL_BANS,
			.describe = CHIME_DESCRIBE_CHANNEL_BAN,
			.who = "Member",
			.member = "MemberArn",
			.object = "ChannelBan",
			.words = "bans",
		},
	[STANDING_MODERATOR] =
		{
			.list = CHIME_LIST_CHANNEL_MODERATORS,
			.describe = CHIME_DESCRIBE_CHANNEL_MODERATOR,
			.who = "Moderator",
			.member = "ChannelModeratorArn",
			.object = "ChannelModerator",
			.words = "moderators",
		},
};

struct standings {
	struct loop *loop;
	struct standings_params params;
	const struct kind *kind;
	char *object, *channel, *bridge;
	struct pace pace;
	struct chime_paging *paging;
	struct holders holders;
	unsigned list;  /* number of the list under way, or the last */
	unsigned pages; /* of it */
	int64_t began_ms;
	bool is_whole; /* the next one is told as a whole */
	bool is_known;
	bool closed;
	unsigned details; /* may be asked for soon, of a whole list */
	struct timer *look_timer;
	struct chime_call *look_call;
	char *looked_at; /* ARN */
	struct log_once news;
};

static void standings_on_due(void *arg);
static void standings_on_look(void *arg);

struct standings *standings_new(
	struct loop *loop, const struct standings_params *params)
{
	struct standings *s = xcalloc(1, sizeof(*s));
	s->loop = loop;
	s->params = *params;
	s->kind = &kinds[params->kind];
	s->object = xstrdup(params->object);
	s->channel = xstrdup(params->channel);
	s->bridge = xstrdup(params->bridge);
	s->is_whole = true;
	s->look_timer = timer_new(loop, standings_on_look, s);
	const struct pace_params pace = {
		.loop = loop,
		.client = params->client,
		.bearer = s->bridge,
		.every_ms = params->every_ms,
		.load = params->load,
		.due = standings_on_due,
		.arg = s,
	};
	pace_init(&s->pace, &pace);
	pace_in(&s->pace, 0);
	return s;
}

static void standings_free(void *arg)
{
	struct standings *s = arg;
	holders_release(&s->holders);
	free(s->object);
	free(s->channel);
	free(s->bridge);
	free(s->looked_at);
	free(s);
}

void standings_close(struct standings *s)
{
	if (!s || s->closed)
		return;
	s->closed = true;
	pace_release(&s->pace);
	timer_free(TAKE(s->look_timer));
	if (s->paging)
		chime_paging_cancel(TAKE(s->paging));
	if (s->look_call)
		chime_cancel(TAKE(s->look_call));
	loop_defer(s->loop, standings_free, s);
}

void standings_refresh(struct standings *s)
{
	s->is_whole = true;
	if (s->paging)
		chime_paging_cancel(TAKE(s->paging));
	pace_in(&s->pace, 0);
}

bool standings_is_known(const struct standings *s)
{
	return s->is_known;
}

bool standings_has(const struct standings *s, const char *arn)
{
	const struct holder *holder = holders_find(&s->holders, arn);
	return holder && holder->is_set;
}

void standings_changed(struct standings *s, const char *arn, bool is_set)
{
	struct holder *holder = holders_put(&s->holders, arn, NULL);
	holder->is_set = is_set;
	holder->is_ours = is_set;
	holder->is_told = true;
	holder->missed = 0;
	holder->look = HOLDER_LOOK_NONE;
	holder->touched_ms = loop_now_ms(s->loop);
	holder->at_ms = 0;
	set_string(&holder->by, NULL);
	set_string(&holder->by_arn, NULL);
}

/* ---- what is told ---- */

/* Nobody but us did it. */
static bool is_automatic(const struct standings *s, const struct holder *holder)
{
	return holder->is_ours &&
	       (!holder->by_arn || str_eq(holder->by_arn, s->bridge));
}

static const char *nick_of(
	const struct standings *s, const struct holder *holder)
{
	const char *id = str_last_part(holder->arn);
	struct puppet puppet;
	if (puppets_get(users_puppets(s->params.users), id, &puppet))
		return puppet.nick;
	return holder->name;
}

static void tell(struct standings *s, struct holder *holder)
{
	bool is_own = users_is_own(s->params.users, holder->arn);
	char *AUTOFREE owner = users_person(s->params.users, holder->arn);
	const struct person person = {
		.id = is_own ? owner : holder->arn,
		.name = is_own ? nick_of(s, holder) : holder->name,
		.address = is_own ? NULL : holder->arn,
		.is_bot = strstr(holder->arn, "/bot/") != NULL,
	};
	const struct standing standing = {
		.kind = s->params.kind,
		.is_set = holder->is_set,
		.person = &person,
		.is_native = !is_own,
		.by = holder->is_set ? holder->by : NULL,
		.at_ms = holder->is_set ? holder->at_ms : 0,
		.is_automatic = is_automatic(s, holder),
	};
	holder->is_told = person.id != NULL;
	if (!s->closed && holder->is_told)
		s->params.standing(s->params.arg, &standing);
}

static void tell_list(struct standings *s, enum roster_state state)
{
	const struct standing_list list = {
		.kind = s->params.kind,
		.state = state,
		.is_whole = state == ROSTER_COMPLETE &&
			    holders_count(&s->holders) < STANDINGS_MAX,
	};
	if (!s->closed)
		s->params.list(s->params.arg, &list);
}

static void tell_change(struct standings *s, struct holder *holder, bool is_set)
{
	if (holder->is_set == is_set)
		return;
	holder->is_set = is_set;
	holder->missed = 0;
	if (!is_set)
		holder->is_ours = false;
	tell(s, holder);
}

/* ---- looking at single ones ---- */

static void look_soon(struct standings *s)
{
	const struct holder *next = holders_to_look(&s->holders);
	if (s->closed || s->look_call || !next)
		return;
	if (next->look != HOLDER_LOOK_DETAILS) {
		timer_arm(s->look_timer, 0);
	} else if (s->details) {
		s->details--;
		timer_arm(s->look_timer, 0);
	} else {
		timer_arm(s->look_timer, STANDINGS_LAZY_MS);
	}
}

static void take_details(
	struct standings *s, struct holder *holder, const json_t *body)
{
	const json_t *object = json_object_get(body, s->kind->object);
	struct chime_identity by;
	chime_decode_identity(json_object_get(object, "CreatedBy"), &by);
	const char *id = by.arn ? str_last_part(by.arn) : NULL;
	const char *name = by.name && *by.name ? by.name : id;
	set_string(&holder->by_arn, by.arn);
	set_string(&holder->by, str_eq(by.arn, s->bridge) ? NULL : name);
	holder->at_ms = json_get_time_ms(object, "CreatedTimestamp");
}

/* A failure tells nothing: then the list has to do. */
static void take_look(struct standings *s, struct holder *holder,
	const struct chime_result *result)
{
	enum holder_look look = holder->look;
	bool is_there = result->error == CHIME_OK;
	holder->look = HOLDER_LOOK_NONE;
	if (is_there)
		take_details(s, holder, result->body);
	if (look == HOLDER_LOOK_NEW && result->error != CHIME_NOT_FOUND)
		tell_change(s, holder, true);
	else if (look == HOLDER_LOOK_GONE && is_there)
		holder->missed = 0;
	else if (look == HOLDER_LOOK_GONE && result->error == CHIME_NOT_FOUND)
		tell_change(s, holder, false);
	else if (look == HOLDER_LOOK_DETAILS && is_there)
		tell(s, holder);
}

static void standings_on_looked(const struct chime_result *result, void *arg)
{
	struct standings *s = arg;
	char *AUTOFREE arn = TAKE(s->looked_at);
	struct holder *holder = holders_find(&s->holders, arn);
	s->look_call = NULL;
	if (holder && holder->look != HOLDER_LOOK_NONE)
		take_look(s, holder, result);
	look_soon(s);
}

static void standings_on_look(void *arg)
{
	struct standings *s = arg;
	const struct holder *holder = holders_to_look(&s->holders);
	if (!holder)
		return;
	json_t AUTOJSON *members =
		json_pack("{s:s, s:s, s:s}", "ChannelArn", s->channel,
			s->kind->member, holder->arn, "ChimeBearer", s->bridge);
	const struct chime_request request = {
		.op = s->kind->describe,
		.members = members,
		.priority = CHIME_BACKGROUND,
	};
	set_string(&s->looked_at, holder->arn);
	s->look_call =
		chime_start(s->params.client, &request, standings_on_looked, s);
}

/* ---- a list that is complete ---- */

static int64_t young_ms(const struct standings *s)
{
	return s->params.every_ms < STANDINGS_YOUNG_MS ? s->params.every_ms
						       : STANDINGS_YOUNG_MS;
}

/* Was it changed by us too lately for this list to know? */
static bool is_beyond(const struct standings *s, const struct holder *holder)
{
	return (holder->touched_ms &&
		       s->began_ms < holder->touched_ms + young_ms(s)) ||
	       s->params.is_changing(
		       s->params.arg, s->params.kind, holder->arn);
}

static void complete_whole(struct standings *s)
{
	struct holder *holder, *tmp;
	tell_list(s, ROSTER_BEGINS);
	HASH_ITER (hh, s->holders.first, holder, tmp) {
		if (!is_beyond(s, holder))
			holder->is_set = holder->listed == s->list;
		holder->missed = 0;
		holder->look = HOLDER_LOOK_NONE;
		if (!holder->is_set)
			continue;
		if (!holder->by_arn && !holder->is_ours)
			holder->look = HOLDER_LOOK_DETAILS;
		tell(s, holder);
	}
	s->details = STANDINGS_LOOKS;
	tell_list(s, ROSTER_COMPLETE);
}

static void judge_listed(
	struct standings *s, struct holder *holder, unsigned *looks)
{
	holder->missed = 0;
	if (holder->look == HOLDER_LOOK_GONE)
		holder->look = HOLDER_LOOK_NONE;
	if (holder->is_set && !holder->is_told) {
		tell(s, holder);
	} else if (holder->is_set || holder->look == HOLDER_LOOK_NEW) {
		return;
	} else if (*looks < STANDINGS_LOOKS) {
		(*looks)++;
		holder->look = HOLDER_LOOK_NEW;
	} else {
		holder->look = HOLDER_LOOK_DETAILS;
		tell_change(s, holder, true);
	}
}

static void judge_missing(
	struct standings *s, struct holder *holder, unsigned *looks)
{
	if (!holder->is_set) {
		holder->look = HOLDER_LOOK_NONE;
	} else if (++holder->missed >= LISTS_TO_BELIEVE) {
		holder->look = HOLDER_LOOK_NONE;
		tell_change(s, holder, false);
	} else if (*looks < STANDINGS_LOOKS) {
		(*looks)++;
		holder->look = HOLDER_LOOK_GONE;
	}
}

static void complete_changes(struct standings *s)
{
	struct holder *holder, *tmp;
	unsigned looks = 0;
	HASH_ITER (hh, s->holders.first, holder, tmp) {
		if (is_beyond(s, holder))
			continue;
		if (holder->listed == s->list)
			judge_listed(s, holder, &looks);
		else
			judge_missing(s, holder, &looks);
	}
}

/* Those of whom nothing is to be known any more. */
static void purge(struct standings *s)
{
	struct holder *holder, *tmp;
	HASH_ITER (hh, s->holders.first, holder, tmp)
		if (!holder->is_set && holder->look == HOLDER_LOOK_NONE &&
			!is_beyond(s, holder))
			holders_drop(&s->holders, holder);
}

/* More than that are not looked for: who is missing may be among them. */
static void keep_all(struct standings *s)
{
	struct holder *holder, *tmp;
	HASH_ITER (hh, s->holders.first, holder, tmp)
		if (holder->is_set)
			holder->listed = s->list;
}

static void complete(struct standings *s, bool is_truncated)
{
	bool is_whole = s->is_whole;
	s->is_whole = false;
	s->is_known = true;
	pace_next(&s->pace, s->pages);
	if (is_truncated)
		keep_all(s);
	if (is_whole)
		complete_whole(s);
	else
		complete_changes(s);
	if (s->closed)
		return;
	purge(s);
	look_soon(s);
}

/* ---- a list ---- */

static void take_page(struct standings *s, const json_t *items)
{
	size_t i;
	json_t *item;
	json_array_foreach (items, i, item) {
		struct chime_identity who;
		chime_decode_identity(
			json_object_get(item, s->kind->who), &who);
		if (!who.arn || !*who.arn || str_eq(who.arn, s->bridge))
			continue;
		struct holder *holder =
			holders_put(&s->holders, who.arn, who.name);
		holder->listed = s->list;
		users_keep(s->params.users, who.arn);
	}
}

static void failed(struct standings *s, const struct chime_result *result)
{
	pace_failed(&s->pace, result->retry_after_ms);
	if (log_once_is_news(&s->news, result->message, LOG_MS))
		log_warn(s->object,
			"the %s of the channel cannot be listed: %s%s",
			s->kind->words, result->message,
			chime_error_advice(result->error));
	if (result->error == CHIME_FORBIDDEN)
		s->params.refused(s->params.arg, s->params.kind, result);
}

static bool standings_on_page(const struct chime_page *page, void *arg)
{
	struct standings *s = arg;
	if (page->last)
		s->paging = NULL;
	if (!page->items) {
		failed(s, page->result);
		return false;
	}
	if (page->restarted)
		s->list++;
	s->pages++;
	take_page(s, page->items);
	if (page->last)
		complete(s, page->truncated);
	return true;
}

static void standings_on_due(void *arg)
{
	struct standings *s = arg;
	json_t AUTOJSON *members = json_pack("{s:s, s:s, s:i}", "ChannelArn",
		s->channel, "ChimeBearer", s->bridge, "MaxResults", PAGE);
	const struct chime_request request = {
		.op = s->kind->list,
		.members = members,
		.priority = CHIME_BACKGROUND,
	};
	s->began_ms = loop_now_ms(s->loop);
	s->list++;
	s->pages = 0;
	s->paging = chime_paging_start(s->params.client, &request,
		STANDINGS_MAX / PAGE, standings_on_page, s);
}
