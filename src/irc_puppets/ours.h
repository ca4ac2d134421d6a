/*
 * Which of the people that the main connection sees are puppets of ours: its
 * own view, made from its own stream alone, since what a puppet's link tells is
 * read sooner or later than that. An entry is made when somebody comes (JOIN,
 * NAMES, WHO) whom `whose` knows, follows their NICK and CHGHOST, and goes with
 * QUIT or when they are out of sight.
 *
 * Bounds: an entry for each puppet that is seen, and those of its links that
 * are not known to be dead yet.
 */
#ifndef IRC_PUPPETS_OURS_H
#define IRC_PUPPETS_OURS_H

#include "irc/isupport.h"
#include "irc/message.h"
#include "irc/source.h"

#include <stdbool.h>

struct irc_ours_entry;

struct irc_ours {
	const struct irc_isupport *isupport; /* of the main connection */
	/* The Chime id of who may be this one, NULL: nobody of ours.
	 * `has_come`: now, else they may have been there for long. */
	const char *(*whose)(
		void *arg, const struct irc_source *source, bool has_come);
	/* That one has quit, under this nick. */
	void (*quit)(void *arg, const char *id, const char *nick);
	/* Does the main connection share a channel with this nick? */
	bool (*is_in_sight)(void *arg, const char *nick);
	void *arg;
	struct irc_ours_entry *entries;
};

/* The rest is set by the owner. */
void irc_ours_clear(struct irc_ours *ours);
/* Those who come are known from before on, those who go until after. */
void irc_ours_before(struct irc_ours *ours, const struct irc_message *message);
void irc_ours_after(struct irc_ours *ours, const struct irc_message *message);
/* Is seen, and is ours: said by the puppet's own link. */
void irc_ours_add(
	struct irc_ours *ours, const struct irc_source *source, const char *id);
/* `whose` may know fewer than before. */
void irc_ours_review(struct irc_ours *ours);
/* The id, valid until the next change; NULL: somebody else. */
const char *irc_ours_find(
	const struct irc_ours *ours, const struct irc_source *source);

#endif
