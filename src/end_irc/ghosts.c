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
	char *folded;           /* the nick, in `by_nick`; or NULL */
	struct irc_ghost *next; /* of the same nick */
	UT_hash_handle hh;
	UT_hash_handle by_nick;
};

/* The nicks are made again when they are asked for. */
static void forget_nicks(struct irc_ghosts *ghosts)
{
	struct irc_ghost *ghost;

	HASH_CLEAR(by_nick, ghosts->by_nick);
	for (ghost = ghosts->all; ghost; ghost = ghost->hh.next) {
		free(TAKE(ghost->folded));
		ghost->next = NULL;
	}
}

void irc_ghosts_release(struct irc_ghosts *ghosts)
{
	struct irc_ghost *ghost, *next;

	forget_nicks(ghosts);
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
	if (ghosts->by_nick)
		forget_nicks(ghosts);
}

static struct irc_ghost *first_of(
	const struct irc_ghosts *ghosts, const char *nick)
{
	struct irc_ghost *ghost;
	char *AUTOFREE folded = irc_casemap_fold_dup(ghosts->map, nick);

	HASH_FIND(by_nick, ghosts->by_nick, folded, strlen(folded), ghost);
	return ghost;
}

/* Under the nick that was asked for first. */
static void add_nick(struct irc_ghosts *ghosts, struct irc_ghost *ghost)
{
	char choice[IRC_NICK_BYTES];
	struct irc_ghost *first;

	irc_nick_choice(
		&(struct irc_nick_wish){
			.wanted = ghost->nickname.base,
			.suffix = ghost->nickname.suffix,
			.nicklen = ghosts->nicklen,
		},
		0, choice);
	first = first_of(ghosts, choice);
	if (first) {
		ghost->next = first->next;
		first->next = ghost;
		return;
	}
	ghost->folded = irc_casemap_fold_dup(ghosts->map, choice);
	HASH_ADD_KEYPTR(by_nick, ghosts->by_nick, ghost->folded,
		strlen(ghost->folded), ghost);
}

static void make_nicks(
	struct irc_ghosts *ghosts, const struct irc_isupport *isupport)
{
	struct irc_ghost *ghost;

	if (ghosts->by_nick && ghosts->map == isupport->casemap &&
		ghosts->nicklen == isupport->nicklen)
		return;
	forget_nicks(ghosts);
	ghosts->map = isupport->casemap;
	ghosts->nicklen = isupport->nicklen;
	for (ghost = ghosts->all; ghost; ghost = ghost->hh.next)
		add_nick(ghosts, ghost);
}

const char *irc_ghosts_find(struct irc_ghosts *ghosts,
	const struct irc_isupport *isupport, const struct irc_source *source)
{
	const struct irc_ghost *ghost;

	make_nicks(ghosts, isupport);
	for (ghost = first_of(ghosts, source->nick); ghost; ghost = ghost->next)
		if (!*source->user ||
			irc_puppet_is_user(ghost->username, source->user))
			return ghost->id;
	return NULL;
}
