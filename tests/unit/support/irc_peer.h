/*
 * A scripted IRC server without sockets: feed a line, expect a line, expect
 * nothing. It is the wire (irc/wire.h) of one connection whose clock stands
 * still until the test moves it.
 */
#ifndef SUPPORT_IRC_PEER_H
#define SUPPORT_IRC_PEER_H

#include "irc/conn.h"
#include "irc/conn_private.h"
#include "net/loop.h"
#include "util/buf.h"

#include <stdbool.h>
#include <stddef.h>

enum { PEER_LOG_BYTES = 1 << 20 };

struct irc_peer {
	struct loop *loop;
	struct irc_conn *conn;
	struct irc_server servers[2];
	struct irc_conn_params params;
	struct irc_conn_events events;

	/* The wire. */
	irc_wire_fn *fn; /* NULL: no link */
	void *arg;
	unsigned opened;
	char host[64];
	bool is_tls;
	bool is_untrusted;
	bool is_paused;
	bool is_full; /* write says -ENOBUFS */
	const char *why;
	char *feed; /* the line to be pulled next */
	size_t feed_len;
	char feed_copy[32768];
	struct buf written; /* not yet expected */

	/* What the owner was told, one line each. */
	struct buf states;    /* "ready: why" */
	struct buf channels;  /* "+#a: why", "-#a: why" */
	struct buf messages;  /* "COMMAND param0" and marks, see irc_peer.c */
	bool free_in_message; /* irc_conn_free() in the next message event */
};

/* A connection with plain parameters (nick "belfry"), not started; change
 * `params` between the two for others. The clock stands. */
void irc_peer_init(struct irc_peer *peer);
void irc_peer_make(struct irc_peer *peer);
/* With events of somebody else's, which get `arg` instead of the peer. */
void irc_peer_make_for(struct irc_peer *peer, void *arg);
void irc_peer_release(struct irc_peer *peer);

/* Runs what is due, without time passing. */
void irc_peer_turn(struct irc_peer *peer);
/* Time passes, in steps of at most a second, each with its turn. */
void irc_peer_pass(struct irc_peer *peer, int64_t ms);
/* Time passes until that state; returns how much. Fails after `max_ms`. */
int64_t irc_peer_pass_until(
	struct irc_peer *peer, enum irc_conn_state state, int64_t max_ms);

void irc_peer_feed(struct irc_peer *peer, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void irc_peer_feed_bytes(struct irc_peer *peer, const char *bytes, size_t len);
/* The server closes. */
void irc_peer_close(struct irc_peer *peer, const char *why);
/* The write buffer has room again. */
void irc_peer_drain(struct irc_peer *peer);

/* The next written line is exactly this, or fails the test. */
void irc_peer_expect(struct irc_peer *peer, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void irc_peer_expect_none(struct irc_peer *peer);
/* The next written line, without CRLF, "" when there is none; valid until the
 * next call. */
const char *irc_peer_next(struct irc_peer *peer);

/* Starts and connects. */
void irc_peer_link(struct irc_peer *peer);
/* Starts, connects, takes the first lines ("CAP LS 302", NICK, USER). */
void irc_peer_start(struct irc_peer *peer);
/* From there to READY. `caps` is what LS offers, NULL: no CAP at all;
 * `isupport` are tokens of 005. */
void irc_peer_welcome(
	struct irc_peer *peer, const char *caps, const char *isupport);
/* irc_conn_join(), the server's answers, all expected. */
void irc_peer_join(struct irc_peer *peer, const char *channel);

/* Tests and empties a log. */
#define peer_assert_log(log, text)                                             \
	irc_peer_assert_log(&(log), text, __FILE__, __LINE__)
void irc_peer_assert_log(
	struct buf *log, const char *text, const char *file, int line);
/* Does the log hold this? Does not empty it. */
bool irc_peer_log_has(const struct buf *log, const char *text);

#endif
