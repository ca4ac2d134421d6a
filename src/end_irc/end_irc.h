/*
 * The IRC end: one network, any number of rooms (channels) on it. Turns what
 * is said in a channel into events, and delivers events as `<Name> text`
 * lines, each confirmed by the server (irc/delivery.h).
 */
#ifndef END_IRC_END_IRC_H
#define END_IRC_END_IRC_H

#include "irc/conn.h"
#include "irc_moderation/moderation_settings.h"
#include "irc_puppets/puppet_settings.h"
#include "model/end.h"

struct end_irc;
struct store;

/* "/msg belfry who", "!chime who". Borrowed for the call. */
struct irc_command {
	const char *network;
	const char *mapping; /* it was said in this one's channel; or NULL */
	const struct person *person;
	bool is_operator;
	const char *words; /* without "!chime" */
	/* Answers with a line, to this person alone; within the call only. */
	void (*say)(void *say_arg, const char *line);
	void *say_arg;
};

/* Borrowed for the call. */
struct irc_direct {
	const char *network;
	const struct person *from; /* on IRC */
	const char *to; /* id of the Chime person who has the puppet */
	const char *to_name;
};

/* Copied. */
struct end_irc_params {
	struct irc_conn_params conn;
	unsigned window; /* unconfirmed messages per channel */
	/*
	 * How a Chime person is shown: {name} is the display name, {id} the
	 * last part of the user ARN. Default "<{name}> ".
	 */
	const char *nick_template;
	/* Puts U+200B after the first letter of a relayed name, so that a
	 * person of that nick is not pinged. */
	bool anti_ping;
	unsigned max_lines; /* lines per message, rest is cut with a note; 0: no
			       limit */
	int64_t late_after_ms; /* older lines carry their time; 0: never */
	/* What was said while we were away is fetched: not older than, and
	 * not more lines than; 0: nothing. */
	int64_t backfill_max_age_ms;
	size_t backfill_max_lines;

	bool relaymsg; /* use draft/relaymsg where it is offered */
	/* A connection for each Chime person (irc_puppets/puppets.h). */
	bool has_puppets;
	struct irc_puppet_settings puppets;

	/* Facts of the end: who is who. Borrowed; NULL: nothing is remembered.
	 */
	struct store *store;
	/* Masks of other bridges' users; services accounts of operators. */
	const char *const *relays;
	size_t relay_count;
	const char *const *operators;
	size_t operator_count;
	bool ignores_bots;

	/* Somebody on this network asks the bridge something; NULL: nobody is
	 * answered. From the loop. */
	void (*command)(void *arg, const struct irc_command *command);
	/* A private message to a puppet begins a conversation: whoever takes
	 * it opens a room for it (end_irc_open_direct()), which will present
	 * the message. NULL: there are none. From the loop. */
	void (*direct)(void *arg, const struct irc_direct *direct);
	void *arg;
};

struct end_irc *end_irc_new(
	struct loop *loop, const struct end_irc_params *params) MUST_CHECK;
/* Rooms must be closed first. */
void end_irc_free(struct end_irc *end);
void end_irc_start(struct end_irc *end);
/* Orderly QUIT, of puppets too; `fn` when all links are down, or after 3 s. */
void end_irc_stop(
	struct end_irc *end, const char *reason, loop_fn *fn, void *arg);
/* One line for status: "libera: ready as belfry on irc.libera.chat", or the
 * state and why: "libera: connecting, trying irc.libera.chat:6697". With
 * puppets
 * ", 12 puppets (3 connecting, limit 200)" follows. */
void end_irc_describe(const struct end_irc *end, struct buf *out);

/* Copied. */
struct end_irc_room_params {
	const char *mapping; /* for logs */
	const char *channel;
	const char *key; /* or NULL */
	struct irc_moderation_settings moderation;
};

/* The room's `close` frees it. `sink` is copied. */
struct end_room *end_irc_open(struct end_irc *end,
	const struct end_irc_room_params *params,
	const struct end_sink *sink) MUST_CHECK;

/* A private conversation between a person on this network and a puppet. */
struct end_irc_direct_params {
	const char *mapping; /* for logs */
	const char *person;  /* id of the one on IRC */
	const char *name;    /* their nick, as last seen */
	const char *peer;    /* id of the Chime person whose puppet speaks */
	const char *peer_name;
};
/* As end_irc_open(); NULL where there are no puppets. */
struct end_room *end_irc_open_direct(struct end_irc *end,
	const struct end_irc_direct_params *params,
	const struct end_sink *sink) MUST_CHECK;

#endif
