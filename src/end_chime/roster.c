#include "end_chime/roster.h"

#include "chime/decode.h"
#include "chime/paging.h"
#include "util/alloc.h"
#include "util/backoff.h"
#include "util/json.h"
#include "util/log.h"
#include "util/rand.h"
#include "util/str.h"

#include <stdlib.h>
#include <string.h>

enum {
	PAGE = 50,
	RETRY_MAX_MS = 10 * 60 * 1000,
	/* Calls of a bearer for each of a listing: of one channel, of all. */
	ONE_SHARE = 20,
	ALL_SHARE = 5,
	YIELD_MS = 500,
	YIELD_JITTER_MS = 2000,
	LOG_MS = 60 * 60 * 1000,
};

struct roster {
	struct loop *loop;
	struct roster_params params;
	char *object, *channel, *bearer;
	struct timer *timer;
	struct chime_paging *paging;
	struct members told;  /* of what was told last */
	struct members fresh; /* of the listing under way */
	bool is_of_hidden;    /* that, by now */
	bool is_hidden_barred;
	unsigned lists; /* since the hidden ones were asked for */
	bool is_whole;  /* the next one is told as a whole */
	bool is_known;  /* one was told, and holds */
	bool is_unreadable;
	bool is_poked; /* while listing */
	bool closed;
	unsigned pages; /* of the listing under way */
	unsigned load;  /* our part of params.load */
	int64_t began_ms;
	int64_t due_ms;
	int64_t latest_ms; /* makes way no longer than until then */
	struct backoff backoff;
	struct log_once news;
};

static void roster_on_timer(void *arg);

static void list_in(struct roster *r, int64_t ms)
{
	r->due_ms = loop_now_ms(r->loop) + ms;
	timer_arm(r->timer, ms);
}

static void list_after(struct roster *r, int64_t ms)
{
	list_in(r, ms);
	r->latest_ms = r->due_ms + ROSTER_PATIENCE_MS;
}

static void set_load(struct roster *r, unsigned pages)
{
	*r->params.load += pages - r->load;
	r->load = pages;
}

struct roster *roster_new(struct loop *loop, const struct roster_params *params)
{
	struct roster *r = xcalloc(1, sizeof(*r));
	r->loop = loop;
	r->params = *params;
	r->object = xstrdup(params->object);
	r->channel = xstrdup(params->channel);
	r->bearer = xstrdup(params->bearer);
	r->is_whole = true;
	backoff_init(&r->backoff, params->every_ms, RETRY_MAX_MS);
	r->timer = timer_new(loop, roster_on_timer, r);
	set_load(r, 1);
	list_after(r, 0);
	return r;
}

static void roster_free(void *arg)
{
	struct roster *r = arg;
	members_release(&r->told);
	members_release(&r->fresh);
	free(r->object);
	free(r->channel);
	free(r->bearer);
	free(r);
}

static void stop(struct roster *r)
{
	timer_cancel(r->timer);
	if (r->paging)
		chime_paging_cancel(TAKE(r->paging));
	members_release(&r->fresh);
}

void roster_close(struct roster *r)
{
	if (!r || r->closed)
		return;
	stop(r);
	set_load(r, 0);
	r->closed = true;
	timer_free(TAKE(r->timer));
	loop_defer(r->loop, roster_free, r);
}

/* --- when ------------------------------------------------------------------
 */

static double rate(const struct roster *r)
{
	return budget_rate(
		chime_client_budget(r->params.client), CHIME_BUDGET_BEARER);
}

static int64_t interval_ms(const struct roster *r)
{
	double ms = (double)r->params.every_ms;
	double one = (double)r->load * ONE_SHARE;
	double all = (double)*r->params.load * ALL_SHARE;
	double calls = one > all ? one : all;
	if (rate(r) > 0 && calls * 1000 / rate(r) > ms)
		ms = calls * 1000 / rate(r);
	return (int64_t)ms;
}

static void schedule(struct roster *r)
{
	int64_t ms = interval_ms(r);
	list_after(r, ms - ms / 10 + rand_below((uint32_t)(ms / 5) + 1));
}

/* Long lists are not asked for that often, either. */
static int64_t soon_every_ms(const struct roster *r)
{
	int64_t ms = interval_ms(r) / 3;
	return ms > ROSTER_SOON_EVERY_MS ? ms : ROSTER_SOON_EVERY_MS;
}

static bool is_listing(const struct roster *r)
{
	return r->paging != NULL;
}

void roster_refresh(struct roster *r)
{
	r->is_whole = true;
	r->is_hidden_barred = false;
	if (r->is_unreadable)
		return;
	stop(r);
	list_after(r, 0);
}

void roster_poke(struct roster *r)
{
	int64_t now_ms = loop_now_ms(r->loop);
	int64_t due_ms = now_ms + ROSTER_SOON_MS;
	r->is_poked = is_listing(r);
	if (r->is_unreadable || is_listing(r) || r->backoff.failures)
		return;
	if (due_ms < r->began_ms + soon_every_ms(r))
		due_ms = r->began_ms + soon_every_ms(r);
	if (due_ms < r->due_ms)
		list_after(r, due_ms - now_ms);
}

void roster_heard(struct roster *r, const char *arn)
{
	if (r->is_known && !users_is_own(r->params.users, arn) &&
		!members_find(&r->told, arn))
		roster_poke(r);
}

static void tell_state(struct roster *r, enum roster_state state)
{
	if (!r->closed)
		r->params.state(r->params.arg, state);
}

void roster_set_readable(struct roster *r, bool is_readable)
{
	if (r->is_unreadable == !is_readable)
		return;
	r->is_unreadable = !is_readable;
	if (is_readable) {
		list_after(r, rand_below(YIELD_JITTER_MS));
		return;
	}
	stop(r);
	r->is_whole = true;
	if (r->is_known) {
		r->is_known = false;
		tell_state(r, ROSTER_UNKNOWN);
	}
}

/* --- what is told ----------------------------------------------------------
 */

static void tell(
	struct roster *r, const struct member *member, enum presence_kind kind)
{
	const struct presence presence = {
		.kind = kind,
		.origin = ORIGIN_PERSON,
		.person =
			{
				.id = member->arn,
				.name = member->name,
				.address = member->arn,
				.is_bot = strstr(member->arn, "/bot/") != NULL,
			},
		.is_hidden = member->is_hidden,
	};
	if (!r->closed && !member->is_own)
		r->params.presence(r->params.arg, &presence);
}

static void tell_all(struct roster *r)
{
	struct member *member, *tmp;
	tell_state(r, ROSTER_BEGINS);
	HASH_ITER (hh, r->told.first, member, tmp)
		tell(r, member, PRESENCE_HERE);
	tell_state(r, ROSTER_COMPLETE);
}

static void tell_change(
	struct roster *r, const struct member *was, const struct member *is)
{
	if (was && was->is_hidden == is->is_hidden) {
		if (!str_eq(was->name, is->name))
			tell(r, is, PRESENCE_RENAMED);
		return;
	}
	if (was)
		tell(r, was, PRESENCE_LEFT);
	tell(r, is, PRESENCE_HERE);
}

static void tell_changes(struct roster *r, const struct members *old)
{
	struct member *member, *tmp;
	HASH_ITER (hh, old->first, member, tmp)
		if (!members_find(&r->told, member->arn))
			tell(r, member, PRESENCE_LEFT);
	HASH_ITER (hh, r->told.first, member, tmp)
		tell_change(r, members_find(old, member->arn), member);
}

/* So many at once are rather missing in the list than in the channel: whoever
 * is told decides, who knows what that would do. */
static bool is_great_loss(const struct roster *r, const struct members *old)
{
	size_t lost = 0;
	struct member *member, *tmp;
	HASH_ITER (hh, old->first, member, tmp)
		lost += !member->is_own && !members_find(&r->told, member->arn);
	return lost > ROSTER_LOSS_MAX && lost > members_count(old) / 2;
}

static void tell_read(struct roster *r, const struct member *member)
{
	if (!r->closed && !member->is_own)
		r->params.has_read(r->params.arg, member->arn, member->read_ms);
}

static void tell_marks(struct roster *r, const struct members *old)
{
	struct member *member, *tmp;
	HASH_ITER (hh, r->told.first, member, tmp) {
		const struct member *was = members_find(old, member->arn);
		int64_t read_ms = was ? was->read_ms : 0;
		if (member->read_ms > read_ms)
			tell_read(r, member);
		else
			member->read_ms = read_ms;
	}
}

void roster_mark(struct roster *r, const char *arn, int64_t at_ms)
{
	struct member *member = members_find(&r->told, arn);
	if (!member || member->read_ms >= at_ms)
		return;
	member->read_ms = at_ms;
	tell_read(r, member);
}

static void complete(struct roster *r)
{
	struct members old = r->told;
	bool is_whole = r->is_whole;
	/* Who were not asked about are where they were. */
	if (!is_whole && (!r->is_of_hidden || r->is_hidden_barred))
		members_keep_hidden(&r->fresh, &old);
	r->told = r->fresh;
	r->fresh = (struct members){0};
	r->is_whole = false;
	r->is_known = true;
	set_load(r, r->pages);
	backoff_reset(&r->backoff);
	schedule(r);
	if (r->is_poked)
		roster_poke(r);
	if (is_whole || is_great_loss(r, &old))
		tell_all(r);
	else
		tell_changes(r, &old);
	tell_marks(r, &old);
	members_release(&old);
	if (!r->closed)
		r->params.listed(r->params.arg, &r->told, r->began_ms);
}

/* --- a listing -------------------------------------------------------------
 */

static void ask(struct roster *r);

static void failed(struct roster *r, const struct chime_result *result)
{
	members_release(&r->fresh);
	int64_t ms = backoff_next_ms(&r->backoff);
	list_after(
		r, result->retry_after_ms > ms ? result->retry_after_ms : ms);
	if (log_once_is_news(&r->news, result->message, LOG_MS))
		log_warn(r->object,
			"the members of the channel cannot be listed: %s%s",
			result->message, chime_error_advice(result->error));
}

/* More than one channel can have: nothing is told of a part. */
static void too_many(struct roster *r)
{
	const struct chime_result result = {
		.error = CHIME_LIMIT,
		.message = "there are more of them than can be",
	};
	failed(r, &result);
}

static bool is_refused(const struct chime_result *result)
{
	return result->error == CHIME_FORBIDDEN ||
	       result->error == CHIME_NOT_FOUND ||
	       result->error == CHIME_BAD_REQUEST;
}

static void take_page(struct roster *r, const json_t *items)
{
	size_t i;
	json_t *item;
	json_array_foreach (items, i, item) {
		struct chime_identity who;
		chime_decode_identity(json_object_get(item, "Member"), &who);
		if (!who.arn || !*who.arn)
			continue;
		struct member *member =
			members_put(&r->fresh, who.arn, who.name);
		member->is_hidden = r->is_of_hidden;
		member->is_own = users_is_own(r->params.users, who.arn);
		member->read_ms = json_get_time_ms(item, "ReadMarkerTimestamp");
	}
}

static void finish(struct roster *r)
{
	if (r->is_of_hidden || r->is_hidden_barred ||
		(!r->is_whole && ++r->lists < ROSTER_HIDDEN_EVERY)) {
		complete(r);
		return;
	}
	r->lists = 0;
	r->is_of_hidden = true;
	ask(r);
}

static void end_of_hidden(struct roster *r)
{
	r->is_hidden_barred = true;
	members_drop_all(&r->fresh, true);
	complete(r);
}

static bool roster_on_page(const struct chime_page *page, void *arg)
{
	struct roster *r = arg;
	if (page->last)
		r->paging = NULL;
	if (!page->items && r->is_of_hidden && is_refused(page->result)) {
		end_of_hidden(r);
		return false;
	}
	if (!page->items) {
		failed(r, page->result);
		return false;
	}
	if (page->restarted)
		members_drop_all(&r->fresh, r->is_of_hidden);
	r->pages++;
	take_page(r, page->items);
	if (page->truncated)
		too_many(r);
	else if (page->last)
		finish(r);
	return true;
}

static void ask(struct roster *r)
{
	json_t AUTOJSON *members = json_pack("{s:s, s:s, s:s, s:i}",
		"ChannelArn", r->channel, "ChimeBearer", r->bearer, "Type",
		r->is_of_hidden ? "HIDDEN" : "DEFAULT", "MaxResults", PAGE);
	const struct chime_request request = {
		.op = CHIME_LIST_CHANNEL_MEMBERSHIPS,
		.members = members,
		.priority = CHIME_BACKGROUND,
	};
	r->paging = chime_paging_start(
		r->params.client, &request, 0, roster_on_page, r);
}

/* True when the bearer has something else to do just now. */
static bool makes_way(struct roster *r)
{
	int64_t ms = budget_wait_ms(
		chime_client_budget(r->params.client), r->bearer);
	if (ms <= 0 || loop_now_ms(r->loop) >= r->latest_ms)
		return false;
	list_in(r, ms + YIELD_MS + rand_below(YIELD_JITTER_MS));
	return true;
}

static void roster_on_timer(void *arg)
{
	struct roster *r = arg;
	if (makes_way(r))
		return;
	r->began_ms = loop_now_ms(r->loop);
	r->pages = 0;
	r->is_of_hidden = false;
	ask(r);
}
