/*
 * A small scripted network with one channel, "#a", for an end with puppets: the
 * first connection that is made is the main one, those after it are puppets,
 * in the order in which they are made. It answers as a server does, and what
 * happens in the channel is told to all, first to the puppet that did it; what
 * goes to the main connection can be held back, as if it were read late.
 *
 * Link with -Wl,--wrap=irc_conn_new.
 */
#ifndef SUPPORT_IRC_CROWD_H
#define SUPPORT_IRC_CROWD_H

#include "irc_peer.h"

#include "fake_store.h"

#include "end_irc/end_irc.h"
#include "model/end.h"

enum { CROWD_MAX = 16 };

struct crowd_one {
	struct irc_peer peer;
	char nick[64];
	char user[64];
	bool is_made, is_registered, is_in, is_deaf; /* deaf: never answered */
	bool was_up;
	unsigned parts; /* said */
};

struct irc_crowd {
	struct crowd_one all[CROWD_MAX];
	size_t count;         /* made */
	const char *caps;     /* of all; NULL: no CAP */
	const char *isupport; /* tokens of 005 */
	const char *refusal;  /* "474 …": JOINs of puppets; NULL */
	bool refuses_text;    /* PRIVMSG of puppets: 404; RELAYMSG */
	/* "401 No such nick": what is said to one person; or NULL. What is not
	 * refused is in `said` as "NICK PRIVMSG TARGET :text". */
	const char *private_refusal;
	bool is_silent; /* PINGs of puppets are not answered */
	bool is_main_late;
	struct buf late; /* lines for main, held back */
	struct buf said; /* "nick: text", what was said in the channel */
	struct buf log;  /* what the bridge was told */
	struct fake_store store;
	struct end_irc_params params;
	struct end_irc *end;
	struct end_room *room;
	struct end_sink sink;
	bool is_stopped;
};

/* Change `params` between the two. */
void irc_crowd_init(struct irc_crowd *crowd);
/* The end and its room, main is up and in the channel. */
void irc_crowd_start(struct irc_crowd *crowd);
void irc_crowd_release(struct irc_crowd *crowd);

/* Answers until nothing is left to answer. */
void irc_crowd_serve(struct irc_crowd *crowd);
/* Time passes; all is answered in each step of at most 500 ms. */
void irc_crowd_pass(struct irc_crowd *crowd, int64_t ms);
/* A line for one of them; from the server. */
void irc_crowd_tell(struct irc_crowd *crowd, size_t i, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* What was held back is read now. */
void irc_crowd_catch_up(struct irc_crowd *crowd);
/* The server closes; with last words, or NULL. Main sees a QUIT. */
void irc_crowd_cut(struct irc_crowd *crowd, size_t i, const char *error);

/* The bridge's part. `id` is the last part of an ARN. */
void irc_crowd_admit(struct irc_crowd *crowd, const char *id, const char *name);
void irc_crowd_dismiss(struct irc_crowd *crowd, const char *id);
/* "hi" with the number as ticket and source id. */
void irc_crowd_say(struct irc_crowd *crowd, int n, const char *id,
	const char *name, const char *text);
void irc_crowd_say_unshown(
	struct irc_crowd *crowd, int n, const char *name, const char *text);

#define crowd_assert(log, text)                                                \
	irc_peer_assert_log(&(log), text, __FILE__, __LINE__)

#endif
