#include "bridge/outage.h"

#include "bridge/delivery.h"
#include "bridge/lane.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* What is older than this when it is presented was said while nobody heard. */
enum { BACKFILL_AGE_MS = 30 * 1000 };

static const char en_dash[] = "\xe2\x80\x93";

static void outage_on_timer(void *arg);

void outage_init(struct lane *lane)
{
	lane->outage.timer =
		timer_new(lane->params.loop, outage_on_timer, lane);
}

void outage_release(struct lane *lane)
{
	timer_free(lane->outage.timer);
	lane->outage.timer = NULL;
	free(TAKE(lane->outage.gap));
}

static void format_time(
	const struct tm *tm, bool with_date, char *out, size_t size)
{
	if (with_date)
		(void)strftime(out, size, "%Y-%m-%d %H:%M", tm);
	else
		(void)strftime(out, size, "%H:%M", tm);
}

void outage_span(int64_t from_ms, int64_t to_ms, char out[OUTAGE_SPAN_BYTES])
{
	time_t from = (time_t)(from_ms / 1000);
	time_t to = (time_t)(to_ms / 1000);
	char first[24];
	char last[24];
	struct tm a = {.tm_mday = 1};
	struct tm b = {.tm_mday = 1};
	bool far = !gmtime_r(&from, &a) || !gmtime_r(&to, &b) ||
		   a.tm_yday != b.tm_yday || a.tm_year != b.tm_year;

	format_time(&a, far, first, sizeof(first));
	format_time(&b, far, last, sizeof(last));
	snprintf(out, OUTAGE_SPAN_BYTES, "%s%s%s UTC", first, en_dash, last);
}

static bool can_tell(const struct lane *lane)
{
	return lane->ready && lane->dest && lane->dest->ops->note;
}

static void tell(struct lane *lane, const char *text)
{
	log_info(lane->object, "towards %s: %s", lane_side(lane), text);
	if (can_tell(lane))
		lane->dest->ops->note(lane->dest, text);
}

/* What waits and was said before the way opened. */
static size_t count_waiting(const struct lane *lane)
{
	struct item *item = queue_head(&lane->queue);
	size_t count = 0;

	while (item) {
		if (item->state < ITEM_SENT &&
			item->parcel.position <= lane->outage.to_ms)
			count++;
		item = queue_find(&lane->queue, item->parcel.ticket + 1);
	}
	return count;
}

static void announce(struct lane *lane)
{
	struct outage *outage = &lane->outage;
	size_t count = count_waiting(lane);
	char span[OUTAGE_SPAN_BYTES];
	char text[OUTAGE_TEXT_BYTES];

	outage->is_due = false;
	if (count == 0)
		return;
	outage_span(outage->from_ms, outage->to_ms, span);
	/* A source that waits has more of them. */
	snprintf(text, sizeof(text), "bridge was down %s, %zu%s message%s",
		span, count, lane->starved ? " or more" : "",
		count == 1 ? " follows" : "s follow");
	outage->told_ms = outage->to_ms;
	tell(lane, text);
}

static void outage_on_timer(void *arg)
{
	struct lane *lane = arg;

	lane->outage.is_gathering = false;
	announce(lane);
	lane_pump(lane);
}

void outage_on_down(struct lane *lane)
{
	lane->outage.down_ms = clock_wall_ms();
}

/* Since when nothing could go out; 0: nobody missed it. What IRC's end finds
 * missing after a restart it says itself, by a gap. */
static int64_t down_since(const struct lane *lane)
{
	if (lane->outage.down_ms != 0)
		return lane->outage.down_ms;
	return lane->params.way == LANE_TO_IRC ? lane->params.died_ms : 0;
}

void outage_on_up(struct lane *lane)
{
	struct outage *outage = &lane->outage;
	int64_t now_ms = clock_wall_ms();
	int64_t from_ms = down_since(lane);

	if (outage->gap) {
		char *gap = TAKE(outage->gap);
		tell(lane, gap);
		free(gap);
	}
	if (from_ms == 0 || now_ms - from_ms < OUTAGE_MIN_MS ||
		from_ms < outage->told_ms)
		return;
	outage->from_ms = from_ms;
	outage->to_ms = now_ms;
	outage->is_due = true;
	if (count_waiting(lane) > 0)
		announce(lane);
}

void outage_on_event(struct lane *lane, int64_t position)
{
	struct outage *outage = &lane->outage;

	if (!lane->replayable && clock_wall_ms() - position > BACKFILL_AGE_MS)
		outage->backfilled++;
	if (!outage->is_due || outage->is_gathering)
		return;
	if (position > outage->to_ms) {
		outage->is_due = false;
		return;
	}
	outage->is_gathering = true;
	timer_arm(outage->timer, OUTAGE_GATHER_MS);
}

bool outage_holds(const struct lane *lane)
{
	return lane->outage.is_gathering;
}

static void compose_gap(const struct lane *lane, const char *span,
	bool is_recovered, char text[OUTAGE_TEXT_BYTES])
{
	size_t count = lane->outage.backfilled;
	const char *side = lane_source_side(lane);

	text[0] = '\0';
	if (is_recovered && count > 0)
		snprintf(text, OUTAGE_TEXT_BYTES,
			"bridge could not hear %s %s, %zu message%s late", side,
			span, count,
			count == 1 ? " of it comes" : "s of it come");
	else if (!is_recovered)
		snprintf(text, OUTAGE_TEXT_BYTES,
			"bridge could not hear %s %s, what was said there "
			"meanwhile is not known here",
			side, span);
}

static void log_gap(const struct lane *lane, int64_t from_ms, int64_t to_ms)
{
	char from[CLOCK_ISO8601_BYTES];
	char to[CLOCK_ISO8601_BYTES];

	clock_format_iso8601(from_ms, from);
	clock_format_iso8601(to_ms, to);
	log_warn(lane->object, "what was said on %s from %s to %s is not known",
		lane_source_side(lane), from, to);
}

void outage_on_gap(
	struct lane *lane, int64_t from_ms, int64_t to_ms, bool is_recovered)
{
	struct outage *outage = &lane->outage;
	char span[OUTAGE_SPAN_BYTES];
	char text[OUTAGE_TEXT_BYTES];

	/* A quiet channel is not a gap: who was alive listened. */
	if (from_ms < lane->params.died_ms)
		from_ms = lane->params.died_ms;
	if (!is_recovered && to_ms - from_ms >= OUTAGE_LOG_MS)
		log_gap(lane, from_ms, to_ms);
	outage_span(from_ms, to_ms, span);
	compose_gap(lane, span, is_recovered, text);
	outage->backfilled = 0;
	if (from_ms <= 0 || to_ms - from_ms < OUTAGE_MIN_MS || !text[0])
		return;
	outage->told_ms = to_ms;
	if (can_tell(lane))
		tell(lane, text);
	else
		set_string(&outage->gap, text);
}
