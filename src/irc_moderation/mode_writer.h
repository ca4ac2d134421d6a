/*
 * Changes the modes of one channel: gathers what is wished in one turn, packs
 * it into as few MODE lines as the server takes (MODES=), and finds out what
 * became of each change.
 *
 * Servers are silent about much (a ban that is there already, a change that
 * changes nothing), so a PING follows the lines: when its PONG is here, what
 * has neither been confirmed nor refused is held against what is known of the
 * channel. Lines are of the priority IRC_PRIO_COMMAND and paced as all are.
 *
 * Bounds: MODE_WRITER_MAX changes that are not settled; more are LATER at once.
 * MODE_WRITER_ANSWER_MS for an answer.
 */
#ifndef IRC_MODERATION_MODE_WRITER_H
#define IRC_MODERATION_MODE_WRITER_H

#include "irc/conn.h"
#include "net/loop.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	MODE_WRITER_MAX = 1000,
	MODE_WRITER_ANSWER_MS = 120 * 1000,
};

struct irc_mode_writer;

struct irc_mode_wish {
	bool add;
	char letter;
	const char *param; /* or NULL */
	uint64_t ticket;   /* comes back with the result */
};

enum irc_mode_fate {
	MODE_DONE,    /* so it is now, maybe it was so already */
	MODE_REFUSED, /* and will be again */
	MODE_DENIED,  /* we have no right to */
	MODE_ABSENT,  /* that nick is not there */
	MODE_LATER,
};

struct irc_mode_result {
	uint64_t ticket;
	enum irc_mode_fate fate;
	const char *param; /* as the server has it, which may differ; or NULL */
	const char *why;   /* for people, when not done */
};

/* Borrowed for the writer's life; the channel is copied. */
struct irc_mode_writer_params {
	struct irc_conn *conn;
	const char *channel;
	/* Exactly once for each wish, from the loop, in a turn of its own. */
	void (*result)(void *arg, const struct irc_mode_result *result);
	void *arg;
};

struct irc_mode_writer *irc_mode_writer_new(struct loop *loop,
	const struct irc_mode_writer_params *params) MUST_CHECK;
/* No result comes any more. NULL is fine. */
void irc_mode_writer_free(struct irc_mode_writer *writer);

void irc_mode_writer_add(
	struct irc_mode_writer *writer, const struct irc_mode_wish *wish);
/* What is not settled is LATER: we are not in the channel any more. */
void irc_mode_writer_left(struct irc_mode_writer *writer);
/* Every message of now that is about the channel; PONG, 401, 472 and 481,
 * which name none, too. */
void irc_mode_writer_take(
	struct irc_mode_writer *writer, const struct irc_message *message);

#endif
