#include "end_chime/lookback.h"

enum {
	BACK_MS = 2000, /* at least */
	/* Passes that follow sooner than this begin at the cursor: everything
	 * said in BACK_MS would be listed again by each. When more than a
	 * page came since, it is left for longer, and goes back for longer. */
	EVERY_MS = 800,
	BUSY_EVERY_MS = 4000,
	BUSY_BACK_MS = 5000,
	BUSY = 50,
	TALK_MS = 60 * 1000, /* a channel is in talk this long */
	DEEP_MS = 60 * 1000, /* between deep passes */
};

static int64_t oldest_recent(const struct lookback *back)
{
	int64_t oldest = back->recent[back->recent_at];
	return oldest ? oldest : back->recent[0]; /* not full yet */
}

static bool is_busy(const struct lookback *back)
{
	return back->since_back >= BUSY;
}

static bool is_in_talk(const struct lookback *back, int64_t now_ms, int64_t ms)
{
	return back->new_ms && now_ms - back->new_ms < ms;
}

static int64_t look_from(
	const struct lookback *back, int64_t cursor, int64_t now_ms)
{
	int64_t from = cursor - BACK_MS;
	int64_t far = cursor - back->overlap_ms;
	if (back->is_deep)
		return back->marks[back->marks_at] > far
			       ? back->marks[back->marks_at]
			       : far;
	if (!back->is_back)
		return cursor;
	if (is_busy(back))
		from = cursor - BUSY_BACK_MS;
	if (is_in_talk(back, now_ms, TALK_MS) && oldest_recent(back) < from)
		from = oldest_recent(back);
	return from > far ? from : far;
}

int64_t lookback_begin(struct lookback *back, int64_t cursor, int64_t now_ms)
{
	bool talk = is_in_talk(back, now_ms, back->overlap_ms + DEEP_MS);
	int64_t every_ms = is_busy(back) ? BUSY_EVERY_MS : EVERY_MS;
	back->is_deep = !back->was_deep || (talk && now_ms >= back->deep_ms);
	back->is_back = back->is_deep || now_ms - back->back_ms >= every_ms;
	int64_t from = look_from(back, cursor, now_ms);
	if (back->is_back) {
		back->back_ms = now_ms;
		back->since_back = 0;
	}
	return from;
}

void lookback_end(struct lookback *back, int64_t now_ms)
{
	if (!back->is_deep)
		return;
	back->was_deep = true;
	back->deep_ms = now_ms + DEEP_MS;
}

static void mark(struct lookback *back, int64_t position)
{
	if (++back->unmarked < LOOKBACK_MARK_EVERY)
		return;
	back->unmarked = 0;
	back->marks[back->marks_at] = position;
	back->marks_at = (back->marks_at + 1) % LOOKBACK_MARKS;
}

void lookback_note(struct lookback *back, int64_t position, int64_t now_ms)
{
	back->recent[back->recent_at] = position;
	back->recent_at = (back->recent_at + 1) % LOOKBACK_RECENT;
	mark(back, position);
	back->since_back++;
	back->new_ms = now_ms;
}
