/*
 * What the main connection of a network sees of the puppets: whose puppet
 * somebody is (irc_puppets/ours.h), by the puppets that there are, those that
 * are going, and those of an earlier process (irc_puppets/ghosts.h).
 */
#ifndef IRC_PUPPETS_SIGHT_H
#define IRC_PUPPETS_SIGHT_H

#include "irc/conn.h"
#include "irc_puppets/claims.h"
#include "irc_puppets/ghosts.h"
#include "irc_puppets/ours.h"
#include "irc_puppets/puppet.h"

struct irc_sight_params {
	const struct irc_conn *main; /* borrowed, as the hash tables: */
	struct irc_puppet *const *all;
	struct irc_puppet *const *going;
	/* Does the main connection share a channel with this nick? */
	bool (*is_in_sight)(void *arg, const char *nick);
	void *arg;
};

/* Does not move once it is initialised. */
struct irc_sight {
	struct irc_sight_params params;
	struct irc_ours ours;
	struct irc_ghosts ghosts;
	struct irc_claims claims; /* of all puppets, or of none: */
	bool has_claims;
	unsigned looks; /* since anything has changed */
};

void irc_sight_init(
	struct irc_sight *sight, const struct irc_sight_params *params);
void irc_sight_release(struct irc_sight *sight);

/* Something has changed for a puppet, or will now: it may be freed after it. */
void irc_sight_changed(struct irc_sight *sight);
/* Those that are still there are people. */
void irc_sight_forget_ghosts(struct irc_sight *sight);
/* This puppet has joined, by its own link: the main connection may have seen
 * it come before it was to be known. */
void irc_sight_recognise(struct irc_sight *sight,
	const struct irc_puppet *puppet, const char *channel);

#endif
