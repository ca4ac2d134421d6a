#include "end_irc/draft.h"

#include "irc/split.h"
#include "util/clock.h"

#include <string.h>
#include <time.h>

static const char action_begin[] = "\x01"
				   "ACTION ";

enum irc_late irc_draft_late(int64_t position, int64_t after_ms)
{
	int64_t age = clock_wall_ms() - position;

	if (!after_ms || position <= 0 || age < after_ms)
		return IRC_NOT_LATE;
	return age >= 24 * 3600 * 1000LL ? IRC_LATE_BY_DAYS : IRC_LATE_TODAY;
}

/* "[14:02 UTC] ". */
static void add_late(struct buf *out, const struct irc_draft *draft)
{
	time_t seconds = (time_t)(draft->position / 1000);
	struct tm tm;

	if (draft->late == IRC_NOT_LATE || !gmtime_r(&seconds, &tm))
		return;
	buf_addc(out, '[');
	if (draft->late == IRC_LATE_BY_DAYS)
		buf_addf(out, "%04d-%02d-%02d ", tm.tm_year + 1900,
			tm.tm_mon + 1, tm.tm_mday);
	buf_addf(out, "%02d:%02d UTC] ", tm.tm_hour, tm.tm_min);
}

/* The bridge says of actions who does them; others do them. */
static bool is_acted(const struct irc_draft *draft)
{
	return draft->rendered.is_action && draft->voice->way != IRC_WAY_BRIDGE;
}

static void begin(const struct irc_draft *draft, struct buf *out, bool late)
{
	const struct rendered *r = &draft->rendered;

	if (is_acted(draft))
		buf_adds(out, action_begin);
	if (late)
		add_late(out, draft);
	if (draft->voice->way == IRC_WAY_BRIDGE)
		buf_add(out, r->prefix, r->prefix_len);
}

static void finish(const struct irc_draft *draft, struct buf *out)
{
	if (is_acted(draft))
		buf_addc(out, '\x01');
}

/* Bytes for the text behind what stands in `out`. */
static size_t budget_of(const struct irc_draft *draft, const struct buf *out)
{
	const struct irc_voice *voice = draft->voice;
	size_t room =
		voice->way == IRC_WAY_RELAY
			? irc_conn_relay_room(
				  voice->conn, voice->nick, draft->channel)
			: irc_conn_text_room(voice->conn,
				  draft->rendered.command, draft->channel);
	size_t taken = out->len + is_acted(draft);
	size_t budget = room > taken ? room - taken : 0;

	return budget < IRC_SPLIT_BUDGET_MIN ? IRC_SPLIT_BUDGET_MIN : budget;
}

bool irc_draft_line(const struct irc_draft *draft, size_t sent, struct buf *out,
	size_t *ret_end)
{
	const struct rendered *r = &draft->rendered;
	struct irc_split split;
	struct irc_part part;
	struct buf AUTOBUF body;
	size_t at = sent > r->text_at ? sent - r->text_at : 0;

	begin(draft, out, true);
	size_t budget = budget_of(draft, out);
	buf_init(&body, budget);
	if (irc_split_init(&split, r->text, r->text_len, budget, at) < 0 ||
		!irc_split_next(&split, &body, &part))
		return false;
	buf_add(out, body.data, body.len);
	finish(draft, out);
	*ret_end = r->text_at + part.next;
	/* The last line confirms the whole payload. */
	buf_clear(&body);
	if (!irc_split_next(&split, &body, &part))
		*ret_end = draft->payload_len;
	return true;
}

void irc_draft_cut(const struct irc_draft *draft, size_t sent, struct buf *out,
	size_t *ret_end)
{
	const struct rendered *r = &draft->rendered;

	buf_clear(out);
	begin(draft, out, false);
	buf_addf(out, "\xe2\x80\xa6 (%zu more bytes, cut)",
		r->text_at + r->text_len - sent);
	finish(draft, out);
	*ret_end = draft->payload_len;
}
