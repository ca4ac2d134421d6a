/*
 * Which puppets may be behind a nick: one table of what they are called, were
 * called lately and want to be called, for when many nicks are asked for in a
 * row (NAMES and WHO of large channels). Made of all puppets at once, and
 * cleared when anything has changed for one of them: it borrows them.
 */
#ifndef IRC_PUPPETS_CLAIMS_H
#define IRC_PUPPETS_CLAIMS_H

#include "irc/casemap.h"
#include "irc/source.h"
#include "irc_puppets/puppet.h"

struct irc_claim;

/* Begins as {NULL}. */
struct irc_claims {
	struct irc_claim *by_nick;
	enum irc_casemap map; /* set while it is empty */
};

void irc_claims_clear(struct irc_claims *claims);
/* All that it may be seen under. Who is added later comes first. */
void irc_claims_add(struct irc_claims *claims, const struct irc_puppet *puppet);
/* One for whom irc_puppet_may_be() is true, or NULL. */
const struct irc_puppet *irc_claims_find(
	const struct irc_claims *claims, const struct irc_source *source);

#endif
