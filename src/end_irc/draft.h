/*
 * The lines of a payload, as one of three voices says them: the bridge's own
 * connection ("<Name> text"), the same under the person's nick
 * (draft/relaymsg), or the person's own connection. Where a line ends in the
 * text depends on the voice, what is said of the text does not: the next line
 * may be said by another one.
 */
#ifndef END_IRC_DRAFT_H
#define END_IRC_DRAFT_H

#include "end_irc/render.h"
#include "irc/conn.h"
#include "irc/nick.h"

enum irc_way { IRC_WAY_BRIDGE, IRC_WAY_RELAY, IRC_WAY_PUPPET };

struct irc_voice {
	enum irc_way way;
	struct irc_conn *conn; /* borrowed */
	/* RELAY: under which nick; PUPPET: under which it is seen. */
	char nick[IRC_NICK_BYTES];
};

/* Before a line that is older than is usual: its time. */
enum irc_late {
	IRC_NOT_LATE,
	IRC_LATE_TODAY,
	IRC_LATE_BY_DAYS,
	IRC_LATE_MARKS
};

struct irc_draft {
	struct rendered rendered;
	size_t payload_len;
	const char *channel;
	const struct irc_voice *voice;
	enum irc_late late;
	int64_t position; /* wall ms */
};

/* `after_ms` 0: never late. */
enum irc_late irc_draft_late(int64_t position, int64_t after_ms);
/*
 * Writes the line that follows payload offset `sent` into `out`, and where it
 * ends in the payload. False when nothing is left to send.
 */
bool irc_draft_line(const struct irc_draft *draft, size_t sent, struct buf *out,
	size_t *ret_end);
/* The line that stands for all that is cut. */
void irc_draft_cut(const struct irc_draft *draft, size_t sent, struct buf *out,
	size_t *ret_end);

#endif
