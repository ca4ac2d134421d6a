/*
 * The inside of a connection, shared by its parts: conn.c (states, life),
 * conn_input.c (one received line), conn_register.c (CAP, SASL, nick),
 * conn_link.c (PING, pauses), conn_nick.c (who we are), conn_send.c (what goes
 * out), delivery.c, delivery_match.c and history.c.
 *
 * Rule for all of them: after anything that may call the owner (conn_set_state,
 * conn_lose, conn_flush, the events) the connection may be freed; look at
 * `is_dead` before touching anything else. The memory itself stays until the
 * end of the turn.
 */
#ifndef IRC_CONN_PRIVATE_H
#define IRC_CONN_PRIVATE_H

#include "irc/batch.h"
#include "irc/cap.h"
#include "irc/conn.h"
#include "irc/delivery_private.h"
#include "irc/history_private.h"
#include "irc/join.h"
#include "irc/loss.h"
#include "irc/nick.h"
#include "irc/rename.h"
#include "irc/sasl.h"
#include "irc/sendq.h"
#include "irc/track.h"
#include "irc/wire.h"
#include "util/backoff.h"

struct conn_register {
	struct timer *step; /* answers to CAP and SASL */
	bool is_cap_over;   /* CAP END sent, or never needed */
	bool is_welcome;    /* 001 came */
	unsigned nick_tries;
	unsigned nick_refusals; /* 432: the nick itself was not liked */
};

struct conn_self {
	char *nick;
	char *user;    /* "" until seen */
	char *host;    /* "" until seen */
	char *account; /* "" not logged in */
	char *wanted;  /* for irc_conn_wanted_nick() */
	char *mask;    /* for irc_conn_mask(), or NULL */
	char *watched; /* the nick that MONITOR watches, or NULL */
	char *taken;   /* the wanted nick that somebody had, or NULL */
	struct timer *regain;
	int64_t asked_ms; /* when we last sent NICK ourselves */
	unsigned forced;  /* times the wanted nick was taken from us */
	bool is_renamed;  /* since the nick was asked for */
	bool is_moving;   /* renamed, and still called as before */
	unsigned moves;   /* choices of the new name that are others' */
	bool is_hopeless; /* the wanted nick was refused as such */
	bool is_monitor_full;
};

struct conn_link {
	struct timer *timer;
	int64_t heard_ms;   /* last line received */
	uint64_t ping_sent; /* number of the last PING, from 1 */
	uint64_t ping_heard;
	/* While PINGs are unanswered: since when there was no progress. */
	int64_t waiting_ms;
	int64_t ping_ms; /* when the last PING was sent */
};

struct irc_conn {
	struct loop *loop;
	struct irc_conn_params params; /* all strings owned */
	struct irc_conn_events events;
	void *arg;
	const struct irc_wire_ops *wire_ops;
	void *wire_context;
	void *wire; /* NULL: no link */

	enum irc_conn_state state;
	struct timer *deadline; /* of the state */
	struct timer *soon;     /* work for the next turn */
	bool is_wanted;         /* between irc_conn_start() and _stop() */
	bool is_dead;
	bool is_paused; /* reads nothing */
	char *quit_reason;

	size_t server; /* which of params.servers */
	struct backoff backoff;
	int64_t ready_ms;
	enum irc_loss parting; /* what the server announced... */
	char *parting_why;     /* ...in its words, or NULL */

	struct irc_isupport isupport;
	struct irc_caps caps;
	struct irc_sasl sasl;
	struct irc_batches batches;
	struct irc_track track;
	struct irc_joins joins;
	struct irc_renames renames;
	struct irc_sendq sendq;
	struct irc_deliveries deliveries;
	struct irc_histories histories;
	struct conn_register registration;
	struct conn_self self;
	struct conn_link link;
	struct timer *pump;
	struct timer *rejoin;
	struct timer *probe; /* labels and echoes that do not come */
	struct buf line;     /* scratch: the line being built */

	const struct irc_message *message; /* being processed, or NULL */
	bool is_own_echo;                  /* of the message */
	bool is_history;                   /* of the message */
	/* Server's clock less ours, from what it says of us; never too much. */
	int64_t skew_ms;
	bool has_skew;
	struct irc_conn_stats stats;
};

/* For tests: a connection over another wire. */
struct irc_wire_choice {
	const struct irc_wire_ops *ops;
	void *context;
};
struct irc_conn *irc_conn_new_on(struct loop *loop,
	const struct irc_conn_params *params,
	const struct irc_conn_events *events, void *arg,
	const struct irc_wire_choice *wire) MUST_CHECK;

/* conn.c */

/* The only writer of `state`. `deadline_ms` < 0: none. Calls the owner. */
void conn_set_state(struct irc_conn *conn, enum irc_conn_state state,
	int64_t deadline_ms, const char *why);
/* Ends the link (or the attempt) and plans the next. Calls the owner. */
void conn_lose(struct irc_conn *conn, enum irc_loss loss, const char *why);
/* Registration is complete. Calls the owner. */
void conn_ready(struct irc_conn *conn);
/* Does in the next turn what cannot be done here: conn_flush() at least. */
void conn_soon(struct irc_conn *conn);
/* Tells the owner what has gathered, then sends what may be sent. */
void conn_flush(struct irc_conn *conn);

#endif
