#include "irc_people/identity.h"

#include "irc/casemap.h"
#include "irc/channel.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/hash.h"
#include "util/log.h"
#include "util/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char SPACE[] = "irc-identity";

enum {
	/* How many of the oldest are looked at for one that nobody uses. */
	EVICT_TRIES = 64,
	NAME_BYTES = IRC_ID_BYTES / 2,
};

/* A nick whose id is not that of its own name. Both without the network. */
struct binding {
	char *nick; /* folded */
	char *name; /* what follows the network in the id */
	/* Since when nobody of that nick was in sight, as far as we looked; 0:
	 * somebody is. */
	int64_t gone_ms;
	bool is_draft; /* made in the grace: not remembered yet */
	UT_hash_handle hh;
	UT_hash_handle by_name;
};

struct irc_identity {
	const struct irc_conn *conn;
	char *network;
	struct store *store;
	struct binding *bindings; /* by nick, oldest first */
	struct binding *names;    /* the same by name: each id is one's only */
	int64_t grace_until_ms;
};

static void fold(const struct irc_identity *identity, const char *nick,
	char ret[NAME_BYTES])
{
	irc_casemap_fold(irc_conn_isupport(identity->conn)->casemap, nick, ret,
		NAME_BYTES);
}

static bool is_in_grace(const struct irc_identity *identity)
{
	return clock_mono_ms() < identity->grace_until_ms;
}

static struct binding *find_nick(
	const struct irc_identity *identity, const char *nick)
{
	struct binding *binding;

	HASH_FIND_STR(identity->bindings, nick, binding);
	return binding;
}

static struct binding *find_name(
	const struct irc_identity *identity, const char *name)
{
	struct binding *binding;

	HASH_FIND(by_name, identity->names, name, strlen(name), binding);
	return binding;
}

/* What follows the network, which is ours; else NULL. */
static const char *local_part(
	const struct irc_identity *identity, const char *id)
{
	size_t len = strlen(identity->network);

	if (!str_starts(id, identity->network) || id[len] != '/' ||
		!id[len + 1])
		return NULL;
	return id + len + 1;
}

/* Bindings. */

static void remember(
	const struct irc_identity *identity, const char *nick, const char *name)
{
	char AUTOFREE *key = xasprintf("%s/%s", identity->network, nick);
	char AUTOFREE *value =
		name ? xasprintf("%s/%s", identity->network, name) : NULL;

	if (identity->store)
		store_append(identity->store, &(struct store_record){
						      .kind = STORE_FACT,
						      .space = SPACE,
						      .key = key,
						      .value = value,
					      });
}

static void binding_free(struct irc_identity *identity, struct binding *binding)
{
	HASH_DELETE(hh, identity->bindings, binding);
	HASH_DELETE(by_name, identity->names, binding);
	free(binding->nick);
	free(binding->name);
	free(binding);
}

static void unbind(struct irc_identity *identity, struct binding *binding)
{
	if (!binding)
		return;
	if (!binding->is_draft)
		remember(identity, binding->nick, NULL);
	binding_free(identity, binding);
}

/* Neither is bound. */
static struct binding *put(
	struct irc_identity *identity, const char *nick, const char *name)
{
	struct binding *binding = xcalloc(1, sizeof(*binding));

	binding->nick = xstrdup(nick);
	binding->name = xstrdup(name);
	HASH_ADD_KEYPTR(hh, identity->bindings, binding->nick,
		strlen(binding->nick), binding);
	HASH_ADD_KEYPTR(by_name, identity->names, binding->name,
		strlen(binding->name), binding);
	return binding;
}

/* Is somebody of that nick here, who goes by it? */
static bool is_in_use(const struct irc_identity *identity, const char *nick)
{
	const struct irc_user *user = irc_conn_user(identity->conn, nick);

	if (is_in_grace(identity))
		return true;
	return user && !irc_who_of_user(identity->conn, user).account;
}

static void make_room(struct irc_identity *identity)
{
	struct binding *victim = identity->bindings;

	if (HASH_COUNT(identity->bindings) < IDENTITY_BINDINGS_MAX)
		return;
	for (int i = 0; victim && i < EVICT_TRIES; i++) {
		if (!is_in_use(identity, victim->nick))
			break;
		victim = victim->hh.next;
	}
	unbind(identity, victim ? victim : identity->bindings);
}

static void bind_nick(
	struct irc_identity *identity, const char *nick, const char *name)
{
	make_room(identity);
	(void)put(identity, nick, name);
	remember(identity, nick, name);
}

/* "bob@2": as good as new. */
static struct binding *bind_new(struct irc_identity *identity, const char *nick)
{
	char name[NAME_BYTES + 16];
	struct binding *binding;
	unsigned n = 2;

	do
		snprintf(name, sizeof(name), "%s@%u", nick, n++);
	while (find_name(identity, name));
	make_room(identity);
	binding = put(identity, nick, name);
	binding->is_draft = is_in_grace(identity);
	if (!binding->is_draft)
		remember(identity, nick, name);
	return binding;
}

/* Has nobody been seen under it for so long that it means nothing? */
static bool is_stale(
	const struct irc_identity *identity, const struct binding *binding)
{
	return binding->gone_ms &&
	       clock_mono_ms() - binding->gone_ms >= IDENTITY_KEPT_MS &&
	       !irc_conn_user(identity->conn, binding->nick);
}

/* Now it can be told whether the nick's own id is another's. */
static bool is_needless(
	const struct irc_identity *identity, const struct binding *binding)
{
	const struct binding *other = find_name(identity, binding->nick);

	return !other || !is_in_use(identity, other->nick);
}

/* The binding of this nick as far as it holds. */
static struct binding *valid_binding(
	struct irc_identity *identity, const char *nick)
{
	struct binding *binding = find_nick(identity, nick);

	if (!binding)
		return NULL;
	if (is_stale(identity, binding) ||
		(binding->is_draft && !is_in_grace(identity) &&
			is_needless(identity, binding))) {
		unbind(identity, binding);
		return NULL;
	}
	if (binding->is_draft && !is_in_grace(identity)) {
		binding->is_draft = false;
		remember(identity, nick, binding->name);
	}
	if (irc_conn_user(identity->conn, nick))
		binding->gone_ms = 0;
	return binding;
}

/*
 * What follows the network in the id of this (folded) nick. `except`: whoever
 * has this nick is in nobody's way. Valid until the next change.
 */
static const char *name_of(
	struct irc_identity *identity, const char *nick, const char *except)
{
	struct binding *binding = valid_binding(identity, nick);
	struct binding *other;

	if (binding)
		return binding->name;
	other = find_name(identity, nick);
	if (!other)
		return nick;
	if (!str_eq(other->nick, except) && is_in_use(identity, other->nick))
		return bind_new(identity, nick)->name;
	unbind(identity, other);
	return nick;
}

/* Asking. */

struct irc_who irc_who_of_user(
	const struct irc_conn *conn, const struct irc_user *user)
{
	struct irc_who who = {.nick = user->nick};

	/* Else a logout would not be noticed. */
	if (*user->account && irc_conn_has_cap(conn, "account-notify"))
		who.account = user->account;
	return who;
}

struct irc_who irc_who_of_message(
	const struct irc_conn *conn, const struct irc_message *message)
{
	const char *nick = message->source.nick;
	const char *account = irc_message_tag(message, "account");
	const struct irc_user *user = irc_conn_user(conn, nick);
	struct irc_who who = {.nick = nick};

	if (account && *account && !str_eq(account, "*"))
		who.account = account;
	else if (!account && user)
		who.account = irc_who_of_user(conn, user).account;
	return who;
}

static void account_id(const struct irc_identity *identity, const char *account,
	char ret[IRC_ID_BYTES])
{
	char folded[NAME_BYTES];

	fold(identity, account, folded);
	snprintf(ret, IRC_ID_BYTES, "%s/@%s", identity->network, folded);
}

void irc_identity_id(struct irc_identity *identity, const struct irc_who *who,
	char ret[IRC_ID_BYTES])
{
	char nick[NAME_BYTES];

	if (who->account) {
		account_id(identity, who->account, ret);
		return;
	}
	fold(identity, who->nick, nick);
	snprintf(ret, IRC_ID_BYTES, "%s/%s", identity->network,
		name_of(identity, nick, NULL));
}

void irc_identity_past_id(const struct irc_identity *identity,
	const struct irc_who *who, char ret[IRC_ID_BYTES])
{
	const struct binding *binding;
	char nick[NAME_BYTES];

	if (who->account) {
		account_id(identity, who->account, ret);
		return;
	}
	fold(identity, who->nick, nick);
	binding = find_nick(identity, nick);
	if (binding && is_stale(identity, binding))
		binding = NULL;
	snprintf(ret, IRC_ID_BYTES, "%s/%s", identity->network,
		binding ? binding->name : nick);
}

static const struct irc_user *find_account(
	const struct irc_identity *identity, const char *person_id)
{
	const struct irc_user *user = NULL;
	char id[IRC_ID_BYTES];

	while ((user = irc_conn_next_user(identity->conn, user)) != NULL) {
		const char *account =
			irc_who_of_user(identity->conn, user).account;
		if (!account)
			continue;
		account_id(identity, account, id);
		if (str_eq(id, person_id))
			return user;
	}
	return NULL;
}

const struct irc_user *irc_identity_find(
	struct irc_identity *identity, const char *person_id)
{
	const char *name = local_part(identity, person_id);
	const struct irc_user *user;
	const struct binding *binding;

	if (!name)
		return NULL;
	if (*name == '@')
		return find_account(identity, person_id);
	binding = find_name(identity, name);
	if (!binding && find_nick(identity, name))
		return NULL;
	user = irc_conn_user(identity->conn, binding ? binding->nick : name);
	if (!user || irc_who_of_user(identity->conn, user).account)
		return NULL;
	return user;
}

bool irc_identity_may_be(const struct irc_identity *identity,
	const struct irc_user *user, const char *person_id)
{
	const char *name = local_part(identity, person_id);

	return name && *name == '@' && !user->is_account_known &&
	       irc_conn_has_cap(identity->conn, "account-notify");
}

bool irc_identity_is_settled(const struct irc_identity *identity)
{
	return irc_conn_state(identity->conn) == IRC_CONN_READY &&
	       !is_in_grace(identity);
}

size_t irc_identity_count(const struct irc_identity *identity)
{
	return HASH_COUNT(identity->bindings);
}

/* Following. */

static void move(
	struct irc_identity *identity, const char *from, const char *to)
{
	char AUTOFREE *name = xstrdup(name_of(identity, from, to));

	unbind(identity, find_nick(identity, from));
	unbind(identity, find_nick(identity, to));
	if (!str_eq(name, to))
		bind_nick(identity, to, name);
}

static void on_nick(
	struct irc_identity *identity, const struct irc_message *message)
{
	const struct irc_user *user;
	char from[NAME_BYTES];
	char to[NAME_BYTES];

	/* Somebody out of sight; the nick may be that of one who is not. */
	if (!irc_conn_affected(identity->conn, 0))
		return;
	/* The connection knows them by the new one already. */
	user = irc_conn_user(identity->conn, irc_message_param(message, 0));
	if (!user || irc_conn_is_own_nick(identity->conn, user->nick) ||
		irc_who_of_user(identity->conn, user).account)
		return;
	fold(identity, message->source.nick, from);
	fold(identity, user->nick, to);
	if (!str_eq(from, to))
		move(identity, from, to);
}

/* Maybe out of sight now. */
static void on_leave(struct irc_identity *identity, const char *nick)
{
	struct binding *binding;
	char folded[NAME_BYTES];

	fold(identity, nick, folded);
	binding = find_nick(identity, folded);
	if (binding && !irc_conn_user(identity->conn, nick))
		binding->gone_ms = clock_mono_ms();
}

void irc_identity_take(
	struct irc_identity *identity, const struct irc_message *message)
{
	if (irc_message_is(message, "NICK"))
		on_nick(identity, message);
	else if (irc_message_is(message, "QUIT") ||
		 irc_message_is(message, "PART"))
		on_leave(identity, message->source.nick);
	else if (irc_message_is(message, "KICK"))
		on_leave(identity, irc_message_param(message, 1));
}

void irc_identity_up(struct irc_identity *identity)
{
	struct binding *binding;

	identity->grace_until_ms = clock_mono_ms() + IDENTITY_GRACE_MS;
	for (binding = identity->bindings; binding; binding = binding->hh.next)
		if (!binding->gone_ms)
			binding->gone_ms = clock_mono_ms();
}

void irc_identity_settle(struct irc_identity *identity)
{
	identity->grace_until_ms = 0;
}

/* Life. */

static void load_one(const struct store_record *record, void *arg)
{
	struct irc_identity *identity = arg;
	const char *nick = local_part(identity, record->key);
	const char *name = local_part(identity, str_or_empty(record->value));

	if (nick && name && !find_nick(identity, nick) &&
		!find_name(identity, name))
		put(identity, nick, name)->gone_ms = clock_mono_ms();
}

static void load(struct irc_identity *identity)
{
	int error = store_each(identity->store,
		&(struct store_query){.kind = STORE_FACT, .space = SPACE},
		load_one, identity);

	if (error < 0)
		log_error(identity->network,
			"who is who on this network cannot be read: %s",
			strerror(-error));
}

struct irc_identity *irc_identity_new(
	const struct irc_conn *conn, const char *network, struct store *store)
{
	struct irc_identity *identity = xcalloc(1, sizeof(*identity));

	identity->conn = conn;
	identity->network = xstrdup(network);
	identity->store = store;
	if (store)
		load(identity);
	return identity;
}

void irc_identity_free(struct irc_identity *identity)
{
	struct binding *binding;
	struct binding *next;

	if (!identity)
		return;
	HASH_ITER (hh, identity->bindings, binding, next)
		binding_free(identity, binding);
	free(identity->network);
	free(identity);
}
