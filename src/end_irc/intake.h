/*
 * What is said in one channel on its way to the bridge, in order: first what
 * was said while we were away (end_irc/backfill.h), then what is said now.
 *
 * While the past is being fetched, and while the bridge answers END_BUSY, what
 * is said waits here (end_irc/inbox.h). When the bridge is busy nothing more
 * is read from the network at all, so little comes; when the past takes so
 * long that there is no room left, it is given up, which is told as a gap.
 */
#ifndef END_IRC_INTAKE_H
#define END_IRC_INTAKE_H

#include "end_irc/inbound.h"
#include "irc/conn.h"
#include "model/end.h"

/* Absences shorter than this are not worth a word. */
enum { IRC_INTAKE_GAP_MS = 5 * 1000 };

struct irc_intake;

/* Borrowed, and valid until irc_intake_close(), but for the sink: copied. */
struct irc_intake_params {
	struct irc_conn *conn;
	const struct irc_folk *folk;
	const char *mapping; /* for the log */
	const char *channel;
	int64_t max_age_ms;          /* of what is fetched */
	size_t max_lines;            /* 0: nothing is fetched */
	const struct end_sink *sink; /* event, gap and position */
	/* The bridge has become busy, or is not any more; true may be said
	 * several times. */
	void (*busy)(void *arg, bool is_busy);
	void *arg; /* of busy */
};

struct irc_intake *irc_intake_new(
	struct loop *loop, const struct irc_intake_params *params) MUST_CHECK;
/* Frees at the end of the turn; nothing is called any more. NULL is fine. */
void irc_intake_close(struct irc_intake *intake);

/* Where the bridge stands: wall ms of the last line it has, -1 for none. */
void irc_intake_start(struct irc_intake *intake, int64_t position);
/* We are in the channel now, and hear all that is said. */
void irc_intake_joined(struct irc_intake *intake);
/* We are not any more. */
void irc_intake_left(struct irc_intake *intake);
/* Said now. */
void irc_intake_take(struct irc_intake *intake, const struct event *event);
/* Said before, and shown by the server unasked when we joined: taken when it
 * has an id and is not older than what is known. */
void irc_intake_replay(struct irc_intake *intake, const struct event *event);
/* The bridge can take more. Presents from the loop. */
void irc_intake_resume(struct irc_intake *intake);

#endif
