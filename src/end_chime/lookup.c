#include "end_chime/lookup.h"

#include "util/alloc.h"
#include "util/clock.h"
#include "util/json.h"

enum {
	PAGE = 50,
	/* One page is in memory at a time. */
	PAGES_MAX = 20000,
};

void lookup_cancel(struct lookup *lookup)
{
	if (lookup->paging)
		chime_paging_cancel(TAKE(lookup->paging));
}

void lookup_release(struct lookup *lookup)
{
	lookup_cancel(lookup);
	tokens_release(&lookup->tokens);
}

void lookup_forget(struct lookup *lookup)
{
	tokens_release(&lookup->tokens);
}

static void give_up(struct lookup *lookup, const struct chime_result *failure)
{
	tokens_release(&lookup->tokens);
	lookup->done(lookup->arg, failure);
}

static bool lookup_on_page(const struct chime_page *page, void *arg)
{
	static const struct chime_result too_long = {
		.error = CHIME_SERVICE,
		.code = "",
		.message = "the channel is too long to be looked through",
		.request_id = "",
	};
	struct lookup *lookup = arg;
	struct tokens *tokens = &lookup->tokens;
	if (page->last)
		lookup->paging = NULL;
	if (!page->items) {
		give_up(lookup, page->result);
		return false;
	}
	tokens_add_page(tokens, page->items);
	if (page->truncated && !tokens_find(tokens, tokens->wanted)) {
		/* It may stand where we did not come to. */
		give_up(lookup, &too_long);
	} else if (page->last) {
		tokens->is_whole = tokens->is_whole && !page->truncated;
		tokens_end(tokens);
		lookup->done(lookup->arg, NULL);
	}
	return true;
}

void lookup_start(struct lookup *lookup, const struct lookup_request *request)
{
	char from[CLOCK_ISO8601_BYTES];
	tokens_begin(&lookup->tokens, request->from_ms, request->token);
	clock_format_iso8601(request->from_ms, from);
	json_t AUTOJSON *members = json_pack("{s:s, s:s, s:s, s:s, s:i}",
		"ChannelArn", request->channel, "ChimeBearer", request->bearer,
		"SortOrder", "ASCENDING", "NotBefore", from, "MaxResults",
		PAGE);
	const struct chime_request list = {
		.op = CHIME_LIST_CHANNEL_MESSAGES,
		.members = members,
		.priority = CHIME_LIVE,
	};
	lookup->paging = chime_paging_start(lookup->client, &list,
		lookup->pages_max ? lookup->pages_max : PAGES_MAX,
		lookup_on_page, lookup);
}

bool lookup_covers(const struct lookup *lookup, int64_t from_ms)
{
	return tokens_cover(&lookup->tokens, from_ms);
}

const char *lookup_find(const struct lookup *lookup, const char *token)
{
	return tokens_find(&lookup->tokens, token);
}

int64_t lookup_from_ms(const struct lookup *lookup, int64_t first_sent_ms)
{
	struct chime_stats stats;
	int64_t from_ms = first_sent_ms;
	chime_client_stats(lookup->client, &stats);
	if (from_ms == 0 || from_ms > clock_wall_ms())
		from_ms = clock_wall_ms();
	if (stats.clock_offset_ms < 0)
		from_ms += stats.clock_offset_ms;
	return from_ms - LOOK_UP_MARGIN_MS;
}
