#include "irc_puppets/claims.h"

#include "irc/conn.h"
#include "irc_puppets/puppet_private.h"
#include "util/alloc.h"
#include "util/str.h"

#include <stdlib.h>
#include <string.h>

struct irc_claim {
	char *folded;
	const struct irc_puppet *puppet;
	struct irc_claim *next; /* on the same nick */
	UT_hash_handle hh;      /* of the first of them */
};

static void claim_free(struct irc_claim *claim)
{
	free(claim->folded);
	free(claim);
}

void irc_claims_clear(struct irc_claims *claims)
{
	struct irc_claim *first, *next;

	HASH_ITER (hh, claims->by_nick, first, next) {
		HASH_DEL(claims->by_nick, first);
		while (first) {
			struct irc_claim *claim = first;

			first = claim->next;
			claim_free(claim);
		}
	}
}

static struct irc_claim *first_of(
	const struct irc_claims *claims, const char *folded)
{
	struct irc_claim *claim;

	HASH_FIND_STR(claims->by_nick, folded, claim);
	return claim;
}

static void add(struct irc_claims *claims, const char *nick,
	const struct irc_puppet *puppet)
{
	struct irc_claim *claim = xcalloc(1, sizeof(*claim));
	struct irc_claim *old;

	claim->puppet = puppet;
	claim->folded = irc_casemap_fold_dup(claims->map, nick);
	old = first_of(claims, claim->folded);
	if (old)
		HASH_DEL(claims->by_nick, old);
	claim->next = old;
	HASH_ADD_KEYPTR(hh, claims->by_nick, claim->folded,
		strlen(claim->folded), claim);
}

void irc_claims_add(struct irc_claims *claims, const struct irc_puppet *puppet)
{
	const char *nick = irc_conn_nick(puppet->conn);
	const char *wanted = irc_conn_wanted_nick(puppet->conn);

	add(claims, nick, puppet);
	if (!str_eq(wanted, nick))
		add(claims, wanted, puppet);
	if (puppet->past_nick && !str_eq(puppet->past_nick, nick) &&
		!str_eq(puppet->past_nick, wanted))
		add(claims, puppet->past_nick, puppet);
}

const struct irc_puppet *irc_claims_find(
	const struct irc_claims *claims, const struct irc_source *source)
{
	char *AUTOFREE folded = irc_casemap_fold_dup(claims->map, source->nick);
	const struct irc_claim *claim = first_of(claims, folded);

	while (claim && !irc_puppet_may_be(claim->puppet, source))
		claim = claim->next;
	return claim ? claim->puppet : NULL;
}
