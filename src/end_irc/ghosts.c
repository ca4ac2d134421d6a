#include "end_irc/ghosts.h"

#include "end_irc/nickname.h"
#include "end_irc/puppet_private.h"
#include "irc/casemap.h"
#include "util/alloc.h"

#include <stdlib.h>

struct irc_ghost {
	char *id;
	struct irc_nickname nickname;
	char username[IRC_USERNAME_BYTES];
	UT_hash_handle hh;
};

void irc_ghosts_release(struct irc_ghosts *ghosts)
{
	struct irc_ghost *ghost, *next;

	HASH_ITER (hh, ghosts->all, ghost, next) {
		HASH_DEL(ghosts->all, ghost);
		free(ghost->id);
		free(ghost);
	}
}

void irc_ghosts_add(struct irc_ghosts *ghosts,
	const struct irc_puppet_settings *settings, const char *id,
	const char *name)
{
	struct irc_ghost *ghost;

	HASH_FIND_STR(ghosts->all, id, ghost);
	if (ghost || HASH_COUNT(ghosts->all) >= GHOSTS_MAX)
		return;
	ghost = xcalloc(1, sizeof(*ghost));
	ghost->id = xstrdup(id);
	irc_nickname_make(&ghost->nickname, settings->nick, id, name);
	irc_nickname_username(ghost->username, settings->username, id, name);
	HASH_ADD_KEYPTR(hh, ghosts->all, ghost->id, strlen(ghost->id), ghost);
}

/* The nick that was asked for first. */
static bool has_nick(const struct irc_ghost *ghost,
	const struct irc_isupport *isupport, const char *nick)
{
	char choice[IRC_NICK_BYTES];

	irc_nick_choice(
		&(struct irc_nick_wish){
			.wanted = ghost->nickname.base,
			.suffix = ghost->nickname.suffix,
			.nicklen = isupport->nicklen,
		},
		0, choice);
	return irc_casemap_equal(isupport->casemap, nick, choice);
}

const char *irc_ghosts_find(const struct irc_ghosts *ghosts,
	const struct irc_isupport *isupport, const struct irc_source *source)
{
	const struct irc_ghost *ghost;

	for (ghost = ghosts->all; ghost; ghost = ghost->hh.next) {
		/* The user name is theirs alone, mostly: it is asked first. */
		if (*source->user &&
			!irc_puppet_is_user(ghost->username, source->user))
			continue;
		if (has_nick(ghost, isupport, source->nick))
			return ghost->id;
	}
	return NULL;
}
