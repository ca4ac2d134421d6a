/*
 * Puppets of an earlier process that ended without a word: until the server
 * notices, they are still to be seen. Who was shown is remembered, so their
 * nicks and user names can be told; for GHOSTS_MS, as servers take minutes to
 * notice: who is there after that, or comes, is somebody else.
 *
 * Bounds: GHOSTS_MAX; those past it are taken for people.
 */
#ifndef IRC_PUPPETS_GHOSTS_H
#define IRC_PUPPETS_GHOSTS_H

#include "irc/isupport.h"
#include "irc/source.h"
#include "irc_puppets/puppet_settings.h"

enum {
	GHOSTS_MAX = 20000,
	GHOSTS_MS = 5 * 60 * 1000, /* since they could be seen */
	/* Nicks that it may have had when others had the one before. But for
	 * the first they tell something only with the user name. */
	GHOSTS_NICKS = 4,
};

struct irc_ghost;
struct irc_ghost_nick;

/* Begins as {NULL}. */
struct irc_ghosts {
	struct irc_ghost *all;          /* by id */
	struct irc_ghost_nick *by_nick; /* the first of each, as of: */
	enum irc_casemap map;
	unsigned nicklen;
};

void irc_ghosts_release(struct irc_ghosts *ghosts);
/* Made up from the settings as the puppet was. */
void irc_ghosts_add(struct irc_ghosts *ghosts,
	const struct irc_puppet_settings *settings, const char *id,
	const char *name);
/* The Chime id of whose ghost this may be, or NULL. */
const char *irc_ghosts_find(struct irc_ghosts *ghosts,
	const struct irc_isupport *isupport, const struct irc_source *source);

#endif
