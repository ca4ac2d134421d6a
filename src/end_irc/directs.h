/*
 * All private conversations of one network: whose a private message to a puppet
 * is, and how one begins.
 *
 * A message that belongs to none begins one: whoever opens the room for it
 * (struct end_irc_params, `direct`) finds it and what follows it there, as long
 * as these are at most DIRECTS_KEPT_LINES and DIRECTS_KEPT_BYTES, and the room
 * is opened within DIRECTS_KEPT_MS; else the person is told that it was not
 * relayed. Notices begin nothing, nor do bots (when they are ignored), our own
 * puppets, or what carries a mark of a bridge. A person may begin
 * DIRECTS_BEGIN_PERSON in a minute, all together DIRECTS_BEGIN_ALL.
 *
 * Who speaks is told by the account that the server says with the message, else
 * by what the main connection knows of the nick. When the two links tell of a
 * nick with different masks, one of them is not up to date: nothing is relayed
 * under a name that may be another's, and the person is asked to say it again.
 */
#ifndef END_IRC_DIRECTS_H
#define END_IRC_DIRECTS_H

#include "end_irc/end_irc.h"
#include "irc_puppets/puppets.h"

enum {
	DIRECTS_KEPT_LINES = 20,
	DIRECTS_KEPT_BYTES = 32 * 1024,
	DIRECTS_KEPT_MS = 60 * 1000,
	DIRECTS_BEGIN_PERSON = 3,
	DIRECTS_BEGIN_ALL = 30,
	DIRECTS_TOLD = 10, /* notices by ourselves in a minute */
	DIRECTS_UNSURE_MS = 3000,
};

struct irc_direct_room;
struct irc_folk;
struct irc_directs;

/* All borrowed for the life of the directs. */
struct irc_directs_params {
	const struct irc_folk *folk; /* its connection is the main one */
	struct irc_puppets *puppets;
	/* As in struct end_irc_params. */
	void (*direct)(void *arg, const struct irc_direct *direct);
	void *arg;
};

struct irc_directs *irc_directs_new(
	struct loop *loop, const struct irc_directs_params *params) MUST_CHECK;
/* The rooms must be closed first. NULL is fine. */
void irc_directs_free(struct irc_directs *directs);
const struct irc_directs_params *irc_directs_params(
	const struct irc_directs *directs);
struct loop *irc_directs_loop(const struct irc_directs *directs);

/* See end_irc_open_direct(). */
struct end_room *irc_directs_open(struct irc_directs *directs,
	const struct end_irc_direct_params *params,
	const struct end_sink *sink) MUST_CHECK;
/* A room closes. */
void irc_directs_remove(
	struct irc_directs *directs, struct irc_direct_room *room);

/* PRIVMSG or NOTICE to a puppet itself. */
void irc_directs_message(struct irc_directs *directs, struct irc_puppet *puppet,
	const struct irc_message *message);
/* Takes what the main connection hears now: of two links neither is ahead for
 * certain, so who speaks may come in sight, and leave again, only then. */
void irc_directs_observe(
	struct irc_directs *directs, const struct irc_message *message);
/* A puppet is in another state, or is not found any more. */
void irc_directs_changed(
	struct irc_directs *directs, const struct irc_puppet *puppet);

#endif
