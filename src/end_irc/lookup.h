/*
 * Which of our own lines are in a channel's history since a moment: what tells
 * whether something that was sent before a crash, or before the link died, has
 * arrived. A line is known by its mark (+belfry/id) where the server relays
 * and keeps client tags, else by its text, nick and time.
 *
 * Begins when nobody in the channel has the nick that is ours by right: a
 * session of ours that is not dead yet could still say something. Waits for it
 * IRC_LOOKUP_GHOST_MS at most.
 *
 * Bounds: IRC_LOOKUP_LINES own lines, IRC_LOOKUP_PAGES pages; beyond them it
 * does not know.
 */
#ifndef END_IRC_LOOKUP_H
#define END_IRC_LOOKUP_H

#include "irc/conn.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	IRC_LOOKUP_LINES = 5000,
	IRC_LOOKUP_PAGES = 40,
	IRC_LOOKUP_GHOST_MS = 90 * 1000,
	/* Asked for from so long before the moment: clocks differ. */
	IRC_LOOKUP_MARGIN_MS = 5 * 60 * 1000,
};

enum irc_lookup_state {
	IRC_LOOKUP_RUNNING,
	IRC_LOOKUP_KNOWS,  /* what it does not have was not said */
	IRC_LOOKUP_UNSURE, /* what it has was said, of the rest it knows not */
};

struct irc_lookup;

struct irc_lookup_params {
	struct irc_conn *conn;
	const char *channel;
	int64_t since_ms; /* wall, by our clock */
	/* Is this msgid known for something else? */
	bool (*is_taken)(void *arg, const char *msgid);
	/* May this be the nick of one who speaks here through us? NULL: none
	 * does. */
	bool (*is_said_for)(void *arg, const char *nick);
	void (*done)(void *arg); /* from the loop: not RUNNING any more */
	void *arg;
};

struct irc_lookup *irc_lookup_new(
	struct loop *loop, const struct irc_lookup_params *params) MUST_CHECK;
/* NULL is fine. */
void irc_lookup_free(struct irc_lookup *lookup);
enum irc_lookup_state irc_lookup_state(const struct irc_lookup *lookup);
/* For people: why it is unsure. */
const char *irc_lookup_why(const struct irc_lookup *lookup);
/* Does it reach back to this moment? */
bool irc_lookup_covers(const struct irc_lookup *lookup, int64_t since_ms);

/*
 * The first line not yet found whose mark is "id.N", N more than `above`:
 * its N, and its msgid. A line is found once.
 */
bool irc_lookup_find_id(struct irc_lookup *lookup, const char *id, size_t above,
	size_t *ret_n, const char **ret_msgid);
/* What is looked for by its text. */
struct irc_lookup_text {
	const char *nick; /* who said it; NULL: our own connection */
	int64_t since_ms; /* not before, by our clock */
};
/* The first unmarked line not yet found with this text. */
bool irc_lookup_find_text(struct irc_lookup *lookup,
	const struct irc_lookup_text *said, const char *text,
	const char **ret_msgid);

#endif
