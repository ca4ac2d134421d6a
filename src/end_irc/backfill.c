#include "end_irc/backfill.h"

#include "irc/history.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/str.h"

#include <stdlib.h>

/* Events other than messages count too: a quiet channel may be a busy door. */
enum { PAGES_MAX = 1000 };

struct irc_backfill {
	struct loop *loop;
	struct irc_backfill_params params;
	struct irc_history *asked;
	struct irc_inbound inbound;
	size_t lines;
	unsigned pages;
	int64_t last_ms; /* of the last message of any kind, -1: none */
	char *last_id;   /* "" none */
	char *page_id;   /* these two when the page was asked for */
	int64_t page_ms;
	bool by_id; /* how it was asked for */
	bool is_over;
	bool is_dead;
};

static void backfill_ask(struct irc_backfill *b, bool by_id);

static void backfill_end(struct irc_backfill *b, bool complete, const char *why)
{
	const struct irc_backfill_end end = {
		.is_complete = complete,
		.why = why,
		.lines = b->lines,
		.from_ms = b->last_ms > b->params.since_ms ? b->last_ms
							   : b->params.since_ms,
	};

	b->is_over = true;
	irc_history_cancel(TAKE(b->asked));
	b->params.over(b->params.arg, &end);
}

/* False when the message has no place in time. */
static bool backfill_note(struct irc_backfill *b, const struct irc_message *msg)
{
	const char *time = irc_message_tag(msg, "time");
	int64_t ms;

	if (!time || clock_parse_iso8601(time, &ms) < 0)
		return false;
	b->last_ms = ms;
	set_string(&b->last_id, str_or_empty(irc_message_tag(msg, "msgid")));
	return true;
}

static void backfill_on_line(const struct irc_message *msg, void *arg)
{
	struct irc_backfill *b = arg;
	const struct event *event = &b->inbound.event;
	bool is_new;

	if (!backfill_note(b, msg) || b->last_ms < b->params.floor_ms ||
		!irc_inbound_read_past(&b->inbound, b->params.folk, msg))
		return;
	is_new = b->last_ms > b->params.since_ms;
	if (!is_new && *event->source_id == '\0')
		return;
	if (is_new && b->lines >= b->params.max_lines) {
		backfill_end(b, false, "there was more than max_lines");
		return;
	}
	b->lines += is_new;
	b->params.event(b->params.arg, event);
}

/* The server may have forgotten the message that the page was to follow, and
 * need not say so. */
static void backfill_on_page(
	struct irc_backfill *b, const struct irc_history_result *result)
{
	bool has_moved =
		!str_eq(b->last_id, b->page_id) || b->last_ms != b->page_ms;

	if (result->count == 0 && b->by_id)
		backfill_ask(b, false);
	else if (!result->is_full)
		backfill_end(b, true, NULL);
	else if (!has_moved || b->pages >= PAGES_MAX)
		backfill_end(
			b, false, "the server's pages go round in circles");
	else
		backfill_ask(b, *b->last_id != '\0');
}

static void backfill_on_done(const struct irc_history_result *result, void *arg)
{
	struct irc_backfill *b = arg;

	b->asked = NULL;
	if (result->outcome == IRC_HISTORY_COMPLETE)
		backfill_on_page(b, result);
	else if (result->outcome == IRC_HISTORY_REFUSED && b->by_id)
		backfill_ask(b, false);
	else
		backfill_end(b, false, result->why);
}

/* After the last message, or after a moment some time before it. */
static void backfill_ask(struct irc_backfill *b, bool by_id)
{
	bool has_page = b->last_ms >= 0;
	int64_t from_ms = has_page ? b->last_ms : b->params.since_ms;

	by_id = by_id && irc_history_knows_msgid(b->params.conn);
	/* Once in the pages, a step back would find the same page again. */
	if (!has_page)
		from_ms -= IRC_BACKFILL_OVERLAP_MS;
	else if (!by_id)
		from_ms--;
	if (from_ms < b->params.floor_ms)
		from_ms = b->params.floor_ms;
	b->by_id = by_id;
	b->pages++;
	set_string(&b->page_id, b->last_id);
	b->page_ms = b->last_ms;
	b->asked = irc_history_ask(
		b->params.conn, &(struct irc_history_request){
					.side = IRC_HISTORY_AFTER,
					.channel = b->params.channel,
					.msgid = by_id ? b->last_id : NULL,
					.time_ms = from_ms > 0 ? from_ms : 0,
					.line = backfill_on_line,
					.done = backfill_on_done,
					.arg = b,
				});
}

struct irc_backfill *irc_backfill_new(
	struct loop *loop, const struct irc_backfill_params *params)
{
	struct irc_backfill *b = xcalloc(1, sizeof(*b));

	b->loop = loop;
	b->params = *params;
	b->last_ms = -1;
	b->last_id = xstrdup("");
	b->page_id = xstrdup("");
	irc_inbound_init(&b->inbound);
	backfill_ask(b, false);
	return b;
}

static void backfill_destroy(void *arg)
{
	struct irc_backfill *b = arg;

	irc_inbound_release(&b->inbound);
	free(b->last_id);
	free(b->page_id);
	free(b);
}

void irc_backfill_free(struct irc_backfill *b)
{
	if (!b || b->is_dead)
		return;
	b->is_dead = true;
	irc_history_cancel(TAKE(b->asked));
	loop_defer(b->loop, backfill_destroy, b);
}
