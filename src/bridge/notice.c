#include "bridge/notice.h"

#include "bridge/lane.h"
#include "util/buf.h"

#include <string.h>

/* What comes in a burst is told as one number. */
enum { GATHER_MS = 2000 };

static const struct {
	const char *before, *after; /* the name of the other side */
} phrases[NOTICE_KINDS] = {
	[NOTICE_REFUSED] = {"could not be relayed to ", ""},
	[NOTICE_DROPPED] = {"got lost on the way to ",
		": too many are waiting"},
	[NOTICE_EXPIRED] = {"waited too long for ", ""},
};

static void notice_on_timer(void *arg);

void notice_init(struct lane *lane)
{
	lane->notice.timer =
		timer_new(lane->params.loop, notice_on_timer, lane);
}

void notice_release(struct lane *lane)
{
	timer_free(lane->notice.timer);
	lane->notice.timer = NULL;
}

static bool can_tell(const struct lane *lane)
{
	return lane->source && lane->source_ready && lane->source->ops->note;
}

static void tell(struct lane *lane, const char *text)
{
	lane->notice.next_ms = loop_now_ms(lane->params.loop) + NOTICE_EVERY_MS;
	lane->source->ops->note(lane->source, text);
}

static bool has_counts(const struct notice *notice)
{
	for (size_t i = 0; i < NOTICE_KINDS; i++)
		if (notice->counts[i] > 0)
			return true;
	return false;
}

static void arm(struct lane *lane, int64_t least_ms)
{
	int64_t wait_ms = lane->notice.next_ms - loop_now_ms(lane->params.loop);

	if (!timer_is_armed(lane->notice.timer))
		timer_arm(lane->notice.timer,
			wait_ms > least_ms ? wait_ms : least_ms);
}

static void add_count(struct buf *text, const struct lane *lane, size_t kind)
{
	unsigned count = lane->notice.counts[kind];

	if (count > 0)
		buf_addf(text, "%s%u message%s %s%s%s", text->len ? "; " : "",
			count, count == 1 ? "" : "s", phrases[kind].before,
			lane_side(lane), phrases[kind].after);
}

static void notice_on_timer(void *arg)
{
	struct lane *lane = arg;
	struct buf AUTOBUF text;

	buf_init(&text, NOTICE_BYTES);
	if (!can_tell(lane) || !has_counts(&lane->notice))
		return;
	for (size_t i = 0; i < NOTICE_KINDS; i++) {
		add_count(&text, lane, i);
		lane->notice.counts[i] = 0;
	}
	tell(lane, text.data);
}

static void tell_one(struct lane *lane, const char *sender, const char *why)
{
	struct buf AUTOBUF text;

	buf_init(&text, NOTICE_BYTES);
	buf_adds(&text, "A message");
	if (*sender && strlen(sender) < NOTICE_BYTES / 4)
		buf_addf(&text, " of %s", sender);
	buf_addf(&text, " could not be relayed to %s", lane_side(lane));
	buf_addf(&text, ": %.*s", NOTICE_BYTES / 2, why);
	tell(lane, text.data);
}

void notice_add(struct lane *lane, enum notice_kind kind, const char *sender,
	const char *why)
{
	bool now = loop_now_ms(lane->params.loop) >= lane->notice.next_ms;

	if (kind == NOTICE_REFUSED && now && can_tell(lane) &&
		!has_counts(&lane->notice)) {
		tell_one(lane, sender, why);
		return;
	}
	lane->notice.counts[kind]++;
	arm(lane, GATHER_MS);
}

void notice_flush(struct lane *lane)
{
	if (has_counts(&lane->notice))
		arm(lane, GATHER_MS);
}
