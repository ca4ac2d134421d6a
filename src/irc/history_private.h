/*
 * The requests for history of one connection. Internal to the connection; the
 * public face is irc/history.h.
 */
#ifndef IRC_HISTORY_PRIVATE_H
#define IRC_HISTORY_PRIVATE_H

#include "irc/history.h"
#include "irc/message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { IRC_HISTORY_LABEL_BYTES = 24 };

enum irc_history_state {
	IRC_HISTORY_WAITING, /* for its turn */
	IRC_HISTORY_ASKED,
	IRC_HISTORY_DONE, /* to be told */
};

struct irc_history {
	struct irc_history *prev; /* in the list of its state */
	struct irc_history *next;
	struct irc_conn *conn;
	enum irc_history_state state;
	enum irc_history_side side;
	irc_history_line_fn *line;
	irc_history_fn *done; /* NULL: cancelled */
	void *arg;
	char *channel;
	char *folded;
	char *reference;                     /* as it is sent: "msgid=…" */
	char label[IRC_HISTORY_LABEL_BYTES]; /* "" none */
	size_t limit;
	size_t count;
	enum irc_history_outcome outcome; /* these when DONE */
	char *code;
	char *why;
};

struct irc_histories {
	struct irc_history *waiting;
	struct irc_history *asked; /* one, or NULL */
	struct irc_history *done;
	size_t count; /* waiting and asked */
	uint64_t last_label;
	struct timer *timer; /* the answer to `asked` */
};

/* Frees all without telling their owners. */
void irc_histories_release(struct irc_histories *all);
/* The link is down, or READY was left: all are lost. */
void irc_histories_down(struct irc_conn *conn, const char *why);
/* We are out of the channel: what was asked about it will not be answered. */
void irc_histories_left(struct irc_conn *conn, const char *channel);
/* Sends the next when its turn has come. */
void irc_histories_pump(struct irc_conn *conn);
/* Takes any message; the batches are up to date. Shows lines to owners. */
void irc_histories_take(struct irc_conn *conn, const struct irc_message *msg);
/* Calls the owners of those that are done. Stops when `conn` is freed. */
void irc_histories_flush(struct irc_conn *conn);
/* The timer. */
void irc_histories_on_timeout(void *conn);

#endif
