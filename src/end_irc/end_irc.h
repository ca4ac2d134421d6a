/*
 * The IRC end: one network, any number of rooms (channels) on it. Turns what
 * is said in a channel into events, and delivers events as `<Name> text`
 * lines, each confirmed by the server (irc/delivery.h).
 */
#ifndef END_IRC_END_IRC_H
#define END_IRC_END_IRC_H

#include "irc/conn.h"
#include "model/end.h"

struct end_irc;

/* Copied. */
struct end_irc_params {
	struct irc_conn_params conn;
	unsigned window;           /* unconfirmed messages per channel */
	/*
	 * How a Chime person is shown: {name} is the display name, {id} the
	 * last part of the user ARN. Default "<{name}> ".
	 */
	const char *nick_template;
	/* Puts U+200B after the first letter of a relayed name, so that a
	 * person of that nick is not pinged. */
	bool anti_ping;
	unsigned max_lines;        /* lines per message, rest is cut with a note; 0: no limit */
	int64_t late_after_ms;     /* older lines carry their time; 0: never */
	/* What was said while we were away is fetched: not older than, and
	 * not more lines than; 0: nothing. */
	int64_t backfill_max_age_ms;
	size_t backfill_max_lines;
};

struct end_irc *end_irc_new(
	struct loop *loop, const struct end_irc_params *params) MUST_CHECK;
/* Rooms must be closed first. */
void end_irc_free(struct end_irc *end);
void end_irc_start(struct end_irc *end);
/* Orderly QUIT; `fn` when the connection is down. */
void end_irc_stop(struct end_irc *end, const char *reason, loop_fn *fn,
	void *arg);
/* One line for status: "libera: ready as belfry on irc.libera.chat", or the
 * state and why: "libera: connecting, trying irc.libera.chat:6697". */
void end_irc_describe(const struct end_irc *end, struct buf *out);

struct end_irc_room_params {
	const char *mapping; /* for logs */
	const char *channel;
	const char *key;     /* or NULL */
};

/* The room's `close` frees it. `sink` is copied. */
struct end_room *end_irc_open(struct end_irc *end,
	const struct end_irc_room_params *params, const struct end_sink *sink)
	MUST_CHECK;

#endif
