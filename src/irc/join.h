/*
 * The channels we want to be in, and how far we are with each: asks for them
 * (several per JOIN line), takes the answers, and asks again, slowly, after
 * refusals and kicks. Pure: messages and the time (monotonic ms) in; lines and
 * news out.
 *
 * After a refusal, a kick or no answer the next attempt comes after 60 s, then
 * twice as long each time up to 30 min; being in for 10 min forgives all.
 * At most IRC_JOINS_MAX channels; more are told as refused.
 */
#ifndef IRC_JOIN_H
#define IRC_JOIN_H

#include "irc/isupport.h"
#include "irc/message.h"
#include "util/buf.h"
#include "util/hash.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	IRC_JOINS_MAX = 10000,
	IRC_JOIN_RETRY_MIN_MS = 60 * 1000,
	IRC_JOIN_RETRY_MAX_MS = 30 * 60 * 1000,
	IRC_JOIN_FORGIVE_MS = 10 * 60 * 1000,
	IRC_JOIN_ANSWER_MS = 90 * 1000, /* then it counts as refused */
	IRC_JOIN_PER_LINE = 32,
	IRC_JOIN_LINGER_MS = 3 * 1000, /* before what is not wanted is left */
};

enum irc_join_state {
	IRC_JOIN_WAITING, /* to be asked for when due */
	IRC_JOIN_ASKED,   /* JOIN queued or sent */
	IRC_JOIN_ENTERED, /* our JOIN seen, not the end of NAMES yet */
	IRC_JOIN_IN,
};

struct irc_join {
	char *name; /* as it was asked for */
	char *key;  /* "" none */
	char *folded;
	enum irc_join_state state;
	int64_t due_ms; /* next attempt, or when an answer is overdue */
	int64_t entered_ms;
	int64_t leave_ms; /* not wanted any more, to be left then; 0: wanted */
	unsigned failures;
	bool modes_asked;
	UT_hash_handle hh;
};

/* What became of a channel: owned strings, freed by irc_join_news_free(). */
struct irc_join_news {
	struct irc_join_news *prev;
	struct irc_join_news *next;
	char *channel;
	bool joined;
	char *why;
};

struct irc_joins {
	const struct irc_isupport *isupport; /* borrowed */
	enum irc_casemap map; /* that the folded names are made with */
	struct irc_join *by_name;
	struct irc_join_news *news;
	size_t modes_due; /* IN, MODE not asked */
	bool is_up;
	/* Something may be due, or due at another time: look again, and reset
	 * it. Keeps the cost off messages that concern no channel's state. */
	bool is_changed;
};

void irc_joins_init(
	struct irc_joins *joins, const struct irc_isupport *isupport);
void irc_joins_release(struct irc_joins *joins);

/* Wants to be in it; a known one only gets the new key, and one that was to be
 * left is told as joined again. */
void irc_joins_add(
	struct irc_joins *joins, const char *channel, const char *key);
/* Does not any more. True when we are in it, or may be soon: send PART. */
bool irc_joins_remove(struct irc_joins *joins, const char *channel);
/* Does not any more, but who wants it soon is to find us there still. */
void irc_joins_linger(
	struct irc_joins *joins, const char *channel, int64_t now_ms);
/* One of those that has lingered long enough: to be removed now. NULL: none. */
const char *irc_joins_next_leave(const struct irc_joins *joins, int64_t now_ms);
/* Is it wanted, and has our JOIN been seen? */
bool irc_joins_is_in(const struct irc_joins *joins, const char *channel);
bool irc_joins_is_wanted(const struct irc_joins *joins, const char *channel);

/*
 * The server denies that we are in it, though we thought so: asked for again,
 * at once the first time.
 */
void irc_joins_deny(struct irc_joins *joins, const char *channel,
	const char *why, int64_t now_ms);
/* The link is ready: everything is due. ISUPPORT is complete. */
void irc_joins_up(struct irc_joins *joins, int64_t now_ms);
/* The link is down: news for those that we were in. */
void irc_joins_down(struct irc_joins *joins, const char *why);

/*
 * Puts the next channels to be asked for into both buffers (emptied first):
 * "#a,#b" and "key". False when none is due.
 */
bool irc_joins_next(struct irc_joins *joins, int64_t now_ms,
	struct buf *channels, struct buf *keys);
/* A channel whose modes should be asked for now; NULL when there is none. */
const char *irc_joins_next_modes(struct irc_joins *joins);
/* Ms until something is due (an attempt, or an answer that did not come), -1
 * for nothing. */
int64_t irc_joins_wait_ms(const struct irc_joins *joins, int64_t now_ms);

struct irc_join_step {
	const struct irc_message *msg;
	const char *own_nick;
	bool is_own; /* does it come from us? */
	int64_t now_ms;
};

/*
 * Takes a message. False when it says that we are in a channel that is not
 * wanted (forwarded, forced): it must be left at once.
 */
bool irc_joins_take(struct irc_joins *joins, const struct irc_join_step *step);
/* Takes the oldest news out; NULL when there are none. */
struct irc_join_news *irc_joins_news(struct irc_joins *joins);
void irc_join_news_free(struct irc_join_news *news);

#endif
