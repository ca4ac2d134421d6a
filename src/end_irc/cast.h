/*
 * The people of Chime in one channel: who is shown by a puppet, who speaks
 * how, and what is told to the bridge about it.
 *
 * Who is shown is a fact (space "irc-shown", key "network channel id", value
 * the name), so that they come back after a restart. All that is told comes
 * from the loop.
 */
#ifndef END_IRC_CAST_H
#define END_IRC_CAST_H

#include "irc_puppets/puppets.h"
#include "model/end.h"

enum {
	CAST_SOON_MS = 10 * 1000, /* who takes longer to be let in is LATER */
	CAST_ADMIT_MS = 45 * 1000,
	CAST_AWAY_MS = 5 * 60 * 1000,
};

struct store;
struct irc_cast;

struct irc_cast_params {
	struct irc_puppets *puppets; /* NULL: nobody is shown. Borrowed */
	struct irc_conn *conn;       /* the main one; borrowed */
	const char *network;
	const char *channel;
	const char *key; /* or NULL */
	bool relaymsg;   /* where it is offered */
	struct store *store;
	const struct end_sink *sink; /* borrowed */
	/* Another voice may be had now. */
	void (*poke)(void *arg);
	void *arg;
};

struct irc_cast *irc_cast_new(
	struct loop *loop, const struct irc_cast_params *params) MUST_CHECK;
/* The puppets leave the channel; who is shown is not forgotten. */
void irc_cast_close(struct irc_cast *cast);

/* The channel can be spoken to: those who are remembered and not there come
 * back. */
void irc_cast_return(struct irc_cast *cast);

/* model/end.h */
void irc_cast_admit(struct irc_cast *cast, const struct person *person);
void irc_cast_dismiss(struct irc_cast *cast, const struct removal *removal);
void irc_cast_each(struct irc_cast *cast,
	void (*fn)(void *arg, const struct shown *shown), void *arg);
void irc_cast_has_read(
	struct irc_cast *cast, const char *person_id, int64_t at_ms);

/* What struct irc_puppets_params tells, of a puppet in this channel or not. */
void irc_cast_changed(struct irc_cast *cast, const struct irc_puppet *puppet);
void irc_cast_kicked(struct irc_cast *cast, const struct irc_puppet *puppet,
	const struct irc_message *kick);
void irc_cast_vacant(struct irc_cast *cast, const char *id);

#endif
