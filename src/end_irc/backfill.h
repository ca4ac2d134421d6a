/*
 * What was said in a channel while nobody listened, fetched from the server's
 * history (irc/history.h), oldest first: page by page, until there is no more,
 * or as much as is wanted.
 *
 * Asks from a moment before the last line that is known, as the clocks of
 * linked servers differ; so lines may be shown that are known already: they
 * have their msgid. Lines without one are shown only when they are newer.
 */
#ifndef END_IRC_BACKFILL_H
#define END_IRC_BACKFILL_H

#include "end_irc/inbound.h"
#include "irc/conn.h"

enum { IRC_BACKFILL_OVERLAP_MS = 60 * 1000 };

struct irc_backfill;

/* How it ended, and what is missing: from `from_ms` on, when not complete. */
struct irc_backfill_end {
	bool is_complete;
	const char *why; /* when not */
	size_t lines;    /* newer than what was known */
	int64_t from_ms; /* of the last line that was shown, or where it began
			  */
};

/* Borrowed, and valid until irc_backfill_free(). */
struct irc_backfill_params {
	struct irc_conn *conn;
	const struct irc_folk *folk;
	const char *channel;
	size_t max_lines; /* that many newer ones; the oldest */
	int64_t since_ms; /* wall, of the last line that is known */
	int64_t floor_ms; /* nothing before this is wanted */
	/* Both from the loop. irc_backfill_free() may be called inside. */
	void (*event)(void *arg, const struct event *event);
	void (*over)(void *arg, const struct irc_backfill_end *end);
	void *arg;
};

/* Begins. */
struct irc_backfill *irc_backfill_new(
	struct loop *loop, const struct irc_backfill_params *params) MUST_CHECK;
/* Ends it at once, without a word. NULL is fine. */
void irc_backfill_free(struct irc_backfill *backfill);

#endif
