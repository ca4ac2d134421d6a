#include "irc_puppets/ghosts.h"

#include "irc/casemap.h"
#include "irc_puppets/puppet_private.h"
#include "irc_words/nickname.h"
#include "util/alloc.h"

#include <stdlib.h>

struct irc_ghost {
	char *id;
	struct irc_nickname nickname;
	char username[IRC_USERNAME_BYTES];
	UT_hash_handle hh;
};

struct irc_ghost_nick {
	char *folded;
	const struct irc_ghost *ghost;
	bool is_first;               /* choice */
	struct irc_ghost_nick *next; /* the same nick of another */
	UT_hash_handle hh;           /* of the first of them */
};

/* The nicks are made again when they are asked for. */
static void forget_nicks(struct irc_ghosts *ghosts)
{
	struct irc_ghost_nick *first, *next;

	HASH_ITER (hh, ghosts->by_nick, first, next) {
		HASH_DEL(ghosts->by_nick, first);
		while (first) {
			struct irc_ghost_nick *one = first;

			first = one->next;
			free(one->folded);
			free(one);
		}
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

static struct irc_ghost_nick *first_of(
	const struct irc_ghosts *ghosts, const char *folded)
{
	struct irc_ghost_nick *first;

	HASH_FIND_STR(ghosts->by_nick, folded, first);
	return first;
}

/* The n-th that was asked for. */
static void add_nick(
	struct irc_ghosts *ghosts, const struct irc_ghost *ghost, unsigned n)
{
	struct irc_ghost_nick *one = xcalloc(1, sizeof(*one));
	struct irc_ghost_nick *first;
	char choice[IRC_NICK_BYTES];

	irc_nick_choice(
		&(struct irc_nick_wish){
			.wanted = ghost->nickname.base,
			.suffix = ghost->nickname.suffix,
			.nicklen = ghosts->nicklen,
		},
		n, choice);
	one->ghost = ghost;
	one->is_first = n == 0;
	one->folded = irc_casemap_fold_dup(ghosts->map, choice);
	first = first_of(ghosts, one->folded);
	if (first) {
		one->next = first->next;
		first->next = one;
		return;
	}
	HASH_ADD_KEYPTR(
		hh, ghosts->by_nick, one->folded, strlen(one->folded), one);
}

static void make_nicks(
	struct irc_ghosts *ghosts, const struct irc_isupport *isupport)
{
	const struct irc_ghost *ghost;

	if (ghosts->by_nick && ghosts->map == isupport->casemap &&
		ghosts->nicklen == isupport->nicklen)
		return;
	forget_nicks(ghosts);
	ghosts->map = isupport->casemap;
	ghosts->nicklen = isupport->nicklen;
	for (ghost = ghosts->all; ghost; ghost = ghost->hh.next)
		for (unsigned n = 0; n < GHOSTS_NICKS; n++)
			add_nick(ghosts, ghost, n);
}

const char *irc_ghosts_find(struct irc_ghosts *ghosts,
	const struct irc_isupport *isupport, const struct irc_source *source)
{
	const struct irc_ghost_nick *one;

	make_nicks(ghosts, isupport);
	char *AUTOFREE folded = irc_casemap_fold_dup(ghosts->map, source->nick);
	for (one = first_of(ghosts, folded); one; one = one->next)
		if (*source->user ? irc_puppet_is_user(
					    one->ghost->username, source->user)
				  : one->is_first)
			return one->ghost->id;
	return NULL;
}
