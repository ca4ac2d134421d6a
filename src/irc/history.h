/*
 * What was said in a channel before: pages of its history, asked for with
 * CHATHISTORY (https://ircv3.net/specs/extensions/chathistory) where the server
 * offers draft/chathistory with batch, server-time and message-tags. Events
 * other than messages are part of the pages (draft/event-playback), so that
 * services do not put them into words.
 *
 * One request per connection is under way, the others wait: at most
 * IRC_HISTORY_REQUESTS_MAX. A page belongs to its request by label
 * (labeled-response), else as the batch of that channel. A server that has not
 * answered in full after IRC_HISTORY_TIMEOUT_MS, or sends more than twice what
 * was asked for, is not waited for any more.
 *
 * Callbacks come from the loop, also when the link is down. irc_conn_free()
 * ends all requests without a callback; their handles are gone then.
 */
#ifndef IRC_HISTORY_H
#define IRC_HISTORY_H

#include "irc/conn.h"

enum {
	IRC_HISTORY_REQUESTS_MAX = 20000,
	IRC_HISTORY_TIMEOUT_MS = 60 * 1000,
	IRC_HISTORY_PAGE_MAX = 500, /* messages that are asked for at once */
};

enum irc_history_side {
	IRC_HISTORY_AFTER,  /* the oldest after the reference, oldest first */
	IRC_HISTORY_BEFORE, /* the newest before it, oldest first */
	IRC_HISTORY_LATEST, /* the newest of all; no reference is needed */
};

enum irc_history_outcome {
	IRC_HISTORY_COMPLETE, /* the whole page has been shown */
	IRC_HISTORY_REFUSED,  /* not offered, FAIL, unknown command */
	IRC_HISTORY_LOST,     /* no (whole) answer: link down, timeout */
};

struct irc_history_result {
	enum irc_history_outcome outcome;
	const char *code; /* of FAIL, else "" */
	const char *why;  /* for people when not complete */
	size_t count;     /* messages of any kind in the page */
	bool is_full;     /* as many as may be asked for: there may be more */
};

struct irc_history;
/* One message of the page: with its tags, valid for the call. */
typedef void irc_history_line_fn(const struct irc_message *msg, void *arg);
typedef void irc_history_fn(const struct irc_history_result *result, void *arg);

struct irc_history_request {
	enum irc_history_side side;
	const char *channel;
	const char *msgid; /* the reference, or NULL: time_ms is */
	int64_t time_ms;   /* wall, in the server's clock */
	irc_history_line_fn *line;
	irc_history_fn *done;
	void *arg;
};

/* Can it be asked for, on this link? */
bool irc_history_is_offered(const struct irc_conn *conn);
/* May the reference be a msgid? */
bool irc_history_knows_msgid(const struct irc_conn *conn);

/* `done` comes once, never from inside this call; the handle is gone when it
 * is called. Never NULL. */
struct irc_history *irc_history_ask(struct irc_conn *conn,
	const struct irc_history_request *request) MUST_CHECK;
/* No callback comes any more. NULL is fine. */
void irc_history_cancel(struct irc_history *history);

/*
 * Did we say this (an old message), as far as can be told: under our present
 * nick or account, or under the nick that is configured or one of those that
 * are taken in its place?
 */
bool irc_history_is_own(
	const struct irc_conn *conn, const struct irc_message *msg);

#endif
