#include "chime_moderation/mandate.h"

#include "chime/decode.h"
#include "chime/paging.h"
#include "util/alloc.h"
#include "util/backoff.h"
#include "util/json.h"
#include "util/str.h"

#include <stdlib.h>
#include <utlist.h>

enum { PAGE = 50 };

struct mandate_watch {
	struct mandate_watch *prev, *next;
	struct mandate *mandate;
	char *channel;
	mandate_fn *fn;
	void *arg;
	bool is_new;    /* since the list was begun */
	bool is_listed; /* in the list under way */
	bool is_due;    /* something is to be told */
	struct chime_call *probe;
};

struct mandate {
	struct loop *loop;
	struct chime_client *client;
	char *bridge;
	struct timer *timer;
	struct chime_paging *paging;
	struct mandate_watch *watches;
	int64_t begun_ms; /* mono; 0: never */
	bool is_doubted;  /* while a list is under way */
	struct backoff backoff;
};

static void mandate_on_timer(void *arg);

struct mandate *mandate_new(
	struct loop *loop, struct chime_client *client, const char *bridge)
{
	struct mandate *mandate = xcalloc(1, sizeof(*mandate));
	mandate->loop = loop;
	mandate->client = client;
	mandate->bridge = xstrdup(bridge);
	mandate->timer = timer_new(loop, mandate_on_timer, mandate);
	backoff_init(&mandate->backoff, MANDATE_GAP_MS, MANDATE_EVERY_MS);
	return mandate;
}

void mandate_free(struct mandate *mandate)
{
	if (!mandate)
		return;
	if (mandate->paging)
		chime_paging_cancel(mandate->paging);
	timer_free(mandate->timer);
	free(mandate->bridge);
	free(mandate);
}

void mandate_doubt(struct mandate *mandate)
{
	int64_t now_ms = loop_now_ms(mandate->loop);
	int64_t due_ms = now_ms + MANDATE_SOON_MS;
	mandate->is_doubted = mandate->paging != NULL;
	if (mandate->paging)
		return;
	if (mandate->begun_ms && due_ms < mandate->begun_ms + MANDATE_GAP_MS)
		due_ms = mandate->begun_ms + MANDATE_GAP_MS;
	timer_arm(mandate->timer, due_ms - now_ms);
}

struct mandate_watch *mandate_watch(
	struct mandate *mandate, const char *channel, mandate_fn *fn, void *arg)
{
	struct mandate_watch *watch = xcalloc(1, sizeof(*watch));
	watch->mandate = mandate;
	watch->channel = xstrdup(channel);
	watch->fn = fn;
	watch->arg = arg;
	watch->is_new = true;
	DL_APPEND(mandate->watches, watch);
	mandate_doubt(mandate);
	return watch;
}

void mandate_unwatch(struct mandate_watch *watch)
{
	if (!watch)
		return;
	struct mandate *mandate = watch->mandate;
	DL_DELETE(mandate->watches, watch);
	if (watch->probe)
		chime_cancel(watch->probe);
	free(watch->channel);
	free(watch);
	if (mandate->watches)
		return;
	timer_cancel(mandate->timer);
	if (mandate->paging)
		chime_paging_cancel(TAKE(mandate->paging));
}

/* ---- is it an administrator? ---- */

static void mandate_on_probe(const struct chime_result *result, void *arg)
{
	struct mandate_watch *watch = arg;
	watch->probe = NULL;
	if (result->error == CHIME_OK)
		watch->fn(watch->arg, true, NULL);
	else if (chime_error_is_policy(result->error, result->code))
		watch->fn(watch->arg, false, result->message);
	else if (result->error == CHIME_FORBIDDEN ||
		 result->error == CHIME_NOT_FOUND)
		watch->fn(watch->arg, false,
			"the bridge's user is not a moderator of the channel "
			"in Chime");
}

static void probe(struct mandate_watch *watch)
{
	struct mandate *mandate = watch->mandate;
	json_t AUTOJSON *members =
		json_pack("{s:s, s:s, s:i}", "ChannelArn", watch->channel,
			"ChimeBearer", mandate->bridge, "MaxResults", 1);
	const struct chime_request request = {
		.op = CHIME_LIST_CHANNEL_BANS,
		.members = members,
		.priority = CHIME_BACKGROUND,
	};
	if (watch->probe)
		chime_cancel(watch->probe);
	watch->probe =
		chime_start(mandate->client, &request, mandate_on_probe, watch);
}

/* ---- the list ---- */

static void schedule(struct mandate *mandate)
{
	const struct mandate_watch *watch;
	DL_FOREACH (mandate->watches, watch)
		mandate->is_doubted |= watch->is_new;
	timer_arm(mandate->timer,
		mandate->is_doubted ? MANDATE_GAP_MS : MANDATE_EVERY_MS);
	mandate->is_doubted = false;
}

/* Anybody may go when one is told. */
static void tell(struct mandate *mandate)
{
	struct mandate_watch *watch;
	DL_FOREACH (mandate->watches, watch) {
		watch->is_due = !watch->is_new && watch->is_listed;
		if (!watch->is_new && !watch->is_listed)
			probe(watch);
	}
	do {
		DL_SEARCH_SCALAR(mandate->watches, watch, is_due, true);
		if (watch) {
			watch->is_due = false;
			watch->fn(watch->arg, true, NULL);
		}
	} while (watch);
}

static void forget_listed(struct mandate *mandate)
{
	struct mandate_watch *watch;
	DL_FOREACH (mandate->watches, watch)
		watch->is_listed = false;
}

static void take_page(struct mandate *mandate, const json_t *items)
{
	size_t i;
	json_t *item;
	struct mandate_watch *watch;
	json_array_foreach (items, i, item) {
		struct chime_channel channel;
		chime_decode_channel(item, &channel);
		DL_FOREACH (mandate->watches, watch)
			watch->is_listed |= str_eq(watch->channel, channel.arn);
	}
}

/* Whoever may not list is asked channel by channel. */
static void failed(struct mandate *mandate, const struct chime_result *result)
{
	bool is_final = result->error == CHIME_FORBIDDEN ||
			result->error == CHIME_NOT_FOUND ||
			result->error == CHIME_BAD_REQUEST;
	if (is_final) {
		forget_listed(mandate);
		schedule(mandate);
		tell(mandate);
		return;
	}
	timer_arm(mandate->timer, backoff_next_ms(&mandate->backoff));
}

static bool mandate_on_page(const struct chime_page *page, void *arg)
{
	struct mandate *mandate = arg;
	if (page->last)
		mandate->paging = NULL;
	if (!page->items) {
		failed(mandate, page->result);
		return false;
	}
	if (page->restarted)
		forget_listed(mandate);
	take_page(mandate, page->items);
	if (page->last) {
		backoff_reset(&mandate->backoff);
		schedule(mandate);
		tell(mandate);
	}
	return true;
}

static void mandate_on_timer(void *arg)
{
	struct mandate *mandate = arg;
	struct mandate_watch *watch;
	json_t AUTOJSON *members = json_pack("{s:s, s:s, s:i}",
		"AppInstanceUserArn", mandate->bridge, "ChimeBearer",
		mandate->bridge, "MaxResults", PAGE);
	const struct chime_request request = {
		.op = CHIME_LIST_CHANNELS_MODERATED_BY_USER,
		.members = members,
		.priority = CHIME_BACKGROUND,
	};
	mandate->begun_ms = loop_now_ms(mandate->loop);
	forget_listed(mandate);
	DL_FOREACH (mandate->watches, watch)
		watch->is_new = false;
	mandate->paging = chime_paging_start(
		mandate->client, &request, 0, mandate_on_page, mandate);
}
