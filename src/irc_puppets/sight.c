#include "irc_puppets/sight.h"

#include "irc/channel.h"
#include "irc_puppets/puppet_private.h"

enum { SIGHT_LOOKS = 32 };

static const struct irc_puppet *find_among(
	const struct irc_puppet *first, const struct irc_source *source)
{
	const struct irc_puppet *puppet;

	for (puppet = first; puppet; puppet = puppet->hh.next)
		if (irc_puppet_may_be(puppet, source))
			return puppet;
	return NULL;
}

static void add_claims(struct irc_sight *sight, const struct irc_puppet *first)
{
	const struct irc_puppet *puppet;

	for (puppet = first; puppet; puppet = puppet->hh.next)
		irc_claims_add(&sight->claims, puppet);
}

/* A table is made when so many are looked for that it pays. */
static void make_claims(struct irc_sight *sight)
{
	if (sight->has_claims || ++sight->looks < SIGHT_LOOKS)
		return;
	sight->has_claims = true;
	sight->claims.map = sight->ours.isupport->casemap;
	add_claims(sight, *sight->params.going);
	add_claims(sight, *sight->params.all);
}

static const struct irc_puppet *find_puppet(
	struct irc_sight *sight, const struct irc_source *source)
{
	const struct irc_puppet *puppet;

	make_claims(sight);
	if (sight->has_claims)
		return irc_claims_find(&sight->claims, source);
	puppet = find_among(*sight->params.all, source);
	return puppet ? puppet : find_among(*sight->params.going, source);
}

void irc_sight_changed(struct irc_sight *sight)
{
	irc_claims_clear(&sight->claims);
	sight->has_claims = false;
	sight->looks = 0;
}

/* What is left of an earlier process does not come: it is there. */
static const char *whose(
	void *arg, const struct irc_source *source, bool has_come)
{
	struct irc_sight *sight = arg;
	const struct irc_puppet *puppet = find_puppet(sight, source);

	if (puppet)
		return puppet->id;
	return has_come ? NULL
			: irc_ghosts_find(
				  &sight->ghosts, sight->ours.isupport, source);
}

/* The link that it has now is dead, unless it has another nick by now. */
static void on_quit_seen(void *arg, const char *id, const char *nick)
{
	const struct irc_sight *sight = arg;
	struct irc_puppet *puppet;

	HASH_FIND_STR(*sight->params.all, id, puppet);
	if (puppet && irc_conn_is_own_nick(puppet->conn, nick))
		puppet->dead_links = puppet->links;
}

static bool is_in_sight(void *arg, const char *nick)
{
	const struct irc_sight *sight = arg;

	return sight->params.is_in_sight(sight->params.arg, nick);
}

void irc_sight_init(
	struct irc_sight *sight, const struct irc_sight_params *params)
{
	*sight = (struct irc_sight){.params = *params};
	sight->ours = (struct irc_ours){
		.isupport = irc_conn_isupport(params->main),
		.whose = whose,
		.quit = on_quit_seen,
		.is_in_sight = is_in_sight,
		.arg = sight,
	};
}

void irc_sight_release(struct irc_sight *sight)
{
	irc_claims_clear(&sight->claims);
	irc_ours_clear(&sight->ours);
	irc_ghosts_release(&sight->ghosts);
}

void irc_sight_forget_ghosts(struct irc_sight *sight)
{
	irc_ghosts_release(&sight->ghosts);
	irc_ours_review(&sight->ours);
}

void irc_sight_recognise(struct irc_sight *sight,
	const struct irc_puppet *puppet, const char *channel)
{
	const struct irc_channel *seen =
		irc_conn_channel(sight->params.main, channel);
	const struct irc_member *member =
		seen ? irc_channel_member(seen, irc_puppet_nick(puppet)) : NULL;
	struct irc_source source;

	if (!member)
		return;
	irc_source_init(&source);
	source.nick = member->user->nick;
	source.user = member->user->user;
	source.host = member->user->host;
	if (!irc_ours_find(&sight->ours, &source) &&
		irc_puppet_may_be(puppet, &source))
		irc_ours_add(&sight->ours, &source, puppet->id);
}
