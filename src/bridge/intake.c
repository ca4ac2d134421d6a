#include "bridge/intake.h"

#include "bridge/bounds.h"
#include "bridge/delivery.h"
#include "bridge/guard.h"
#include "filter/filter.h"
#include "util/buf.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/rand.h"
#include "util/step.h"
#include "util/utf8.h"

#include <errno.h>

/* Of what is set aside without having become a payload. */
enum { EXCERPT_BYTES = 80, REASON_BYTES = 2048 };

/* An event without an id is not to be known again. */
static void see(
	struct lane *lane, const struct event *event, const struct ident *ident)
{
	if (event->source_id[0] == '\0')
		return;
	lane_see(lane, ident, event->position);
}

/* Handled without being sent: known from now on. Echoes leave no record, they
 * are known by their origin as often as they come. */
static void pass_over(
	struct lane *lane, const struct event *event, const struct ident *ident)
{
	struct journal_done done = {
		.source_id = event->source_id,
		.position = event->position,
		.complete = true,
	};

	see(lane, event, ident);
	if (event->origin == ORIGIN_PERSON)
		journal_done(&lane->journal, &done);
	lane_pass(lane, event->position);
}

/* There is no payload that would show it. Not for the log: people's words. */
static void add_excerpt(
	struct buf *out, const struct event *event, const char *why)
{
	const struct buf *text = &event->text->bytes;
	size_t said = utf8_fit(text->data, text->len, EXCERPT_BYTES);

	buf_adds(out, why);
	buf_adds(out, "; said by ");
	buf_adds(out, event->sender.name);
	buf_adds(out, ": ");
	buf_add(out, text->data, said);
	if (said < text->len)
		buf_adds(out, "\xe2\x80\xa6");
}

static void refuse(struct lane *lane, const struct event *event,
	const struct ident *ident, const char *why)
{
	char token[IDENT_TOKEN_BYTES];
	struct buf AUTOBUF reason;

	buf_init(&reason, REASON_BYTES);
	why = why ? why : "it cannot be said there";
	lane->stats.refused++;
	log_warn(lane->object, "towards %s: message %s cannot be said: %s",
		lane_side(lane), event->source_id, why);
	ident_token(ident, token);
	add_excerpt(&reason, event, why);
	lane_put_aside(lane,
		&(struct parcel){
			.source_id = event->source_id,
			.token = token,
			.payload = "",
			.position = event->position,
		},
		0, reason.data);
	notice_add(lane, NOTICE_REFUSED, event->sender.name, why);
	pass_over(lane, event, ident);
}

/*
 * Known for certain, or so old that it cannot be told: what is older than the
 * overlap twice, or than what the window had room for, counts as known. Only
 * a replayable source presents anything twice, so only there age decides.
 */
static bool is_known(const struct lane *lane, const struct event *event,
	const struct ident *ident)
{
	int64_t forgotten = lane->seen.forgotten < lane->cursor
				    ? lane->seen.forgotten
				    : lane->cursor;

	if (event->source_id[0] != '\0' && lane_has_seen(lane, ident))
		return true;
	if (!lane->replayable)
		return false;
	return event->position < lane->floor || event->position <= forgotten ||
	       event->position < lane->cursor - 2 * lane->params.overlap_ms;
}

static void save_in_outbox(struct lane *lane, struct item *item)
{
	item->seq = lane->next_seq++;
	journal_outbox_add(&lane->journal, item);
	lane_heard(lane, item->parcel.position);
	item->sync = store_sync(lane->params.store, lane_on_saved, item);
}

/* On the clock that does not jump. */
static int64_t said_ms(const struct lane *lane, const struct event *event)
{
	int64_t age_ms =
		clock_wall_ms() + event->clock_off_ms - event->position;

	return loop_now_ms(lane->params.loop) - (age_ms > 0 ? age_ms : 0);
}

static void enqueue(struct lane *lane, const struct event *event,
	const struct ident *ident, const struct unfinished_state *before)
{
	char derived[IDENT_TOKEN_BYTES];
	char drawn[RAND_TOKEN_BYTES];
	bool nameless = event->source_id[0] == '\0';
	struct item *item;

	if (nameless)
		rand_token(drawn);
	else
		ident_token(ident, derived);
	see(lane, event, ident);
	item = item_new(lane,
		&(struct parcel){
			.source_id = event->source_id,
			.token = nameless ? drawn : derived,
			.payload = lane->scratch.data,
			.payload_len = lane->scratch.len,
			.progress = before->progress,
			.position = event->position,
			.first_sent_ms = before->at_ms,
			.accepted_ms = clock_wall_ms(),
		},
		event->sender.name);
	item->intent = before->at_ms != 0;
	item->intent_durable = item->intent;
	item->doubt_ms = before->at_ms;
	item->said_ms = said_ms(lane, event);
	outage_on_event(lane, event->position);
	if (!lane->replayable)
		save_in_outbox(lane, item);
	lane_push(lane, item, lane->replayable ? ITEM_QUEUED : ITEM_SAVING);
	step("event is queued");
	lane_pump(lane);
}

/* What an earlier process sent without learning what became of it. True when
 * it is to be delivered (again). */
static bool settle_doubt(struct lane *lane, const struct event *event,
	const struct unfinished_state *before)
{
	bool settles = lane->dest->ops->settles_doubt;
	bool skip = !settles && lane->params.in_doubt == IN_DOUBT_SKIP;

	if (before->at_ms == 0)
		return true;
	lane->stats.in_doubt++;
	log_warn(lane->object,
		"towards %s: message %s was under way when the "
		"bridge last stopped; %s",
		lane_side(lane), event->source_id,
		settles ? "it is looked for before it is sent again"
		: skip  ? "skipped, it may be missing"
			: "sent again, it may be there twice");
	return !skip;
}

static void take(
	struct lane *lane, const struct event *event, const struct ident *ident)
{
	struct unfinished_state before = {.progress = 0};
	const char *why = NULL;
	int code;

	buf_clear(&lane->scratch);
	code = lane->dest->ops->prepare(
		lane->dest, event, &lane->scratch, &why);
	if (code == 0 && lane->scratch.overflow) {
		code = -EMSGSIZE;
		why = "too long";
	}
	if (code == -ENODATA) {
		pass_over(lane, event, ident);
		return;
	}
	if (code < 0) {
		refuse(lane, event, ident, why);
		return;
	}
	if (lane->replayable)
		before = unfinished_take(&lane->unfinished, event->source_id);
	/* Shorter than what was confirmed: it was edited in between. */
	if (!settle_doubt(lane, event, &before) ||
		(before.progress > 0 && before.progress >= lane->scratch.len))
		pass_over(lane, event, ident);
	else
		enqueue(lane, event, ident, &before);
}

/* Who is not shown on the other side is spoken for by the bridge. */
static void take_as_shown(
	struct lane *lane, const struct event *event, const struct ident *ident)
{
	struct event shown = *event;

	shown.sender.is_unshown = filter_unshown(
		lane->params.filter, lane->params.way, &event->sender);
	take(lane, &shown, ident);
}

static bool is_filtered(const struct lane *lane, const struct event *event)
{
	const struct filter *filter = lane->params.filter;
	const struct buf *said = &event->text->bytes;

	return filter_ignores(filter, lane->params.way, &event->sender) ||
	       filter_drops(filter, lane->params.way, said->data, said->len);
}

static enum end_answer admit(
	struct lane *lane, const struct event *event, const struct ident *ident)
{
	switch (guard_judge(
		lane->params.messages, lane->params.way, event->origin)) {
	case GUARD_ECHO:
		lane->stats.echoes++;
		pass_over(lane, event, ident);
		return END_TAKEN;
	case GUARD_POLICY:
		pass_over(lane, event, ident);
		return END_TAKEN;
	case GUARD_PASS:
		break;
	}
	if (is_filtered(lane, event)) {
		lane->stats.filtered++;
		pass_over(lane, event, ident);
		return END_TAKEN;
	}
	if (!bounds_admit(lane))
		return END_BUSY;
	take_as_shown(lane, event, ident);
	return END_TAKEN;
}

enum end_answer lane_event(struct lane *lane, const struct event *event)
{
	struct ident ident;

	if (!lane->dest || (lane->draining && lane->replayable))
		return END_BUSY;
	if (lane->stalled) {
		lane->starved = true;
		return END_BUSY;
	}
	ident_of(&ident, lane->params.way, lane->mapping, event->source_id);
	if (lane->replayable && !lane->has_cursor)
		lane_begin(lane, event->position);
	if (lane->replayable && event->source_id[0] == '\0') {
		/* Could not be told from others when it comes again. */
		refuse(lane, event, &ident, "it has no id");
		return END_TAKEN;
	}
	if (is_known(lane, event, &ident)) {
		lane->stats.duplicates++;
		lane_pass(lane, event->position);
		return END_TAKEN;
	}
	return admit(lane, event, &ident);
}
