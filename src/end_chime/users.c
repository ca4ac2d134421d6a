#include "end_chime/users.h"

#include "end_chime/userid.h"
#include "util/alloc.h"
#include "util/digest.h"
#include "util/json.h"
#include "util/log.h"
#include "util/str.h"
#include "util/utf8.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

enum { KEY_BYTES = 16, NAME_CHARACTERS = 100 };

static const char space_puppet[] = "puppet";
static const char space_member[] = "member";
/* Of this process alone: not in the store. */
static const char space_barred[] = "barred";

/* A fact that holds, by a digest of its space and key: small and fixed. */
struct known {
	uint8_t key[KEY_BYTES];
	UT_hash_handle hh;
};

struct users {
	struct chime_client *client;
	struct store *store;
	char *app_instance;
	char *bridge;
	char *name_template;
	struct known *known;
};

struct users_wait {
	struct users *users;
	char *person_id;
	char *nick;
	char *channel;
	struct chime_call *call;
	bool made; /* the user, by this: it exists */
	users_fn *fn;
	void *arg;
};

static void known_key(
	uint8_t out[KEY_BYTES], const char *space, const char *key)
{
	uint8_t digest[SHA256_BYTES];
	char *AUTOFREE text = xasprintf("%s %s", space, key);
	sha256(text, strlen(text), digest);
	memcpy(out, digest, KEY_BYTES);
}

static struct known *find(
	const struct users *users, const char *space, const char *key)
{
	uint8_t digest[KEY_BYTES];
	struct known *known;
	known_key(digest, space, key);
	HASH_FIND(hh, users->known, digest, KEY_BYTES, known);
	return known;
}

static void learn(struct users *users, const char *space, const char *key)
{
	if (find(users, space, key))
		return;
	struct known *known = xcalloc(1, sizeof(*known));
	known_key(known->key, space, key);
	HASH_ADD(hh, users->known, key, KEY_BYTES, known);
}

static void store_fact(struct users *users, const char *space, const char *key,
	const char *value)
{
	const struct store_record record = {
		.kind = STORE_FACT,
		.space = space,
		.key = key,
		.value = value,
	};
	store_append(users->store, &record);
}

static void remember(struct users *users, const char *space, const char *key,
	const char *value)
{
	learn(users, space, key);
	store_fact(users, space, key, value);
}

/* False when it was not known. */
static bool unlearn(struct users *users, const char *space, const char *key)
{
	struct known *known = find(users, space, key);
	if (!known)
		return false;
	HASH_DEL(users->known, known);
	free(known);
	return true;
}

static void forget(struct users *users, const char *space, const char *key)
{
	if (unlearn(users, space, key))
		store_fact(users, space, key, NULL);
}

static void users_on_fact(const struct store_record *record, void *arg)
{
	learn(arg, record->space, record->key);
}

static void load(struct users *users, const char *space)
{
	const struct store_query query = {.kind = STORE_FACT, .space = space};
	if (store_each(users->store, &query, users_on_fact, users) < 0)
		log_warn("chime", "what is known of puppets cannot be read; "
				  "it is asked again");
}

struct users *users_new(const struct users_params *params)
{
	struct users *users = xcalloc(1, sizeof(*users));
	users->client = params->client;
	users->store = params->store;
	users->app_instance = xstrdup(params->app_instance);
	users->bridge = xstrdup(params->bridge);
	users->name_template = xstrdup(params->name_template);
	load(users, space_puppet);
	load(users, space_member);
	return users;
}

void users_free(struct users *users)
{
	struct known *known, *tmp;
	if (!users)
		return;
	HASH_ITER (hh, users->known, known, tmp) {
		HASH_DEL(users->known, known);
		free(known);
	}
	free(users->app_instance);
	free(users->bridge);
	free(users->name_template);
	free(users);
}

bool users_is_own(const struct users *users, const char *arn)
{
	size_t len = strlen(users->app_instance);
	if (!arn)
		return false;
	if (str_eq(arn, users->bridge))
		return true;
	return str_starts(arn, users->app_instance) &&
	       str_starts(arn + len, "/user/") &&
	       userid_is_ours(arn + len + strlen("/user/"));
}

char *users_arn(const struct users *users, const char *person_id)
{
	char id[USERID_BYTES];
	userid_make(id, person_id);
	return xasprintf("%s/user/%s", users->app_instance, id);
}

char *users_person(const struct users *users, const char *arn)
{
	struct buf person;
	if (!users_is_own(users, arn) || str_eq(arn, users->bridge))
		return NULL;
	buf_init(&person, 1024);
	if (userid_read(&person, strrchr(arn, '/') + 1) < 0) {
		buf_release(&person);
		return NULL;
	}
	return buf_take(&person);
}

static char *member_key(
	const struct users *users, const char *person_id, const char *channel)
{
	char id[USERID_BYTES];
	(void)users;
	userid_make(id, person_id);
	return xasprintf("%s|%s", channel, id);
}

/* The API's names know no controls and nothing outside the BMP. */
static void add_name(struct buf *out, const char *s, size_t len)
{
	for (size_t at = 0; at < len;) {
		uint32_t codepoint;
		size_t n = utf8_decode(s + at, len - at, &codepoint);
		if (n && codepoint <= 0xffff && codepoint < 0xfffe &&
			!utf8_is_control(codepoint))
			buf_add(out, s + at, n);
		at += n ? n : 1;
	}
}

static char *display_name(
	const struct users *users, const char *person_id, const char *nick)
{
	struct buf name;
	buf_init(&name, 1024);
	const char *slash = strchr(person_id, '/');
	for (const char *p = users->name_template; *p;) {
		if (str_starts(p, "{nick}")) {
			add_name(&name, nick, strlen(nick));
			p += 6;
		} else if (str_starts(p, "{network}")) {
			add_name(&name, person_id,
				slash ? (size_t)(slash - person_id) : 0);
			p += 9;
		} else {
			uint32_t letter;
			size_t n = utf8_decode(p, strlen(p), &letter);
			add_name(&name, p, n);
			p += n ? n : 1;
		}
	}
	buf_truncate(&name, utf8_fit(name.data, name.len, NAME_CHARACTERS));
	if (!span_trim((struct span){name.data, name.len}).len) {
		buf_clear(&name);
		buf_adds(&name, "someone");
	}
	return buf_take(&name);
}

static void wait_free(struct users_wait *wait)
{
	free(wait->person_id);
	free(wait->nick);
	free(wait->channel);
	free(wait);
}

static void wait_end(struct users_wait *wait, const struct chime_result *failed)
{
	users_fn *fn = wait->fn;
	void *arg = wait->arg;
	wait_free(wait);
	fn(failed, arg);
}

/* "It is there already" is what was wanted. */
static bool is_there(const struct chime_result *result)
{
	return result->error == CHIME_OK || result->error == CHIME_CONFLICT;
}

static void create_user(struct users_wait *wait);

/* Is there no such user, though it is remembered? */
static bool may_be_gone(
	const struct users_wait *wait, const struct chime_result *result)
{
	return !wait->made && (result->error == CHIME_FORBIDDEN ||
				      result->error == CHIME_NOT_FOUND);
}

static void wait_on_member(const struct chime_result *result, void *arg)
{
	struct users_wait *wait = arg;
	wait->call = NULL;
	if (may_be_gone(wait, result)) {
		users_forget(wait->users, wait->person_id);
		create_user(wait);
		return;
	}
	if (is_there(result)) {
		char *AUTOFREE key =
			member_key(wait->users, wait->person_id, wait->channel);
		remember(wait->users, space_member, key, "1");
	}
	wait_end(wait, is_there(result) ? NULL : result);
}

static void join_channel(struct users_wait *wait)
{
	struct users *users = wait->users;
	char *AUTOFREE arn = users_arn(users, wait->person_id);
	json_t AUTOJSON *members = json_pack("{s:s, s:s, s:s, s:s}",
		"ChannelArn", wait->channel, "MemberArn", arn, "Type",
		"DEFAULT", "ChimeBearer", users->bridge);
	const struct chime_request request = {
		.op = CHIME_CREATE_CHANNEL_MEMBERSHIP,
		.members = members,
	};
	wait->call = chime_start(users->client, &request, wait_on_member, wait);
}

static void wait_on_user(const struct chime_result *result, void *arg)
{
	struct users_wait *wait = arg;
	char id[USERID_BYTES];
	wait->call = NULL;
	if (!is_there(result)) {
		wait_end(wait, result);
		return;
	}
	userid_make(id, wait->person_id);
	remember(wait->users, space_puppet, id, wait->nick);
	if (wait->channel)
		join_channel(wait);
	else
		wait_end(wait, NULL);
}

static void create_user(struct users_wait *wait)
{
	struct users *users = wait->users;
	char id[USERID_BYTES], token[SHA256_HEX_BYTES];
	char *AUTOFREE name = display_name(users, wait->person_id, wait->nick);
	userid_make(id, wait->person_id);
	char *AUTOFREE source =
		xasprintf("user %s %s %s", users->app_instance, id, name);
	sha256_hex(source, strlen(source), token);
	json_t AUTOJSON *members = json_pack("{s:s, s:s, s:s, s:s}",
		"AppInstanceArn", users->app_instance, "AppInstanceUserId", id,
		"Name", name, "ClientRequestToken", token);
	const struct chime_request request = {
		.op = CHIME_CREATE_APP_INSTANCE_USER,
		.members = members,
	};
	wait->made = true;
	wait->call = chime_start(users->client, &request, wait_on_user, wait);
}

bool users_knows(const struct users *users, const char *person_id)
{
	char id[USERID_BYTES];
	userid_make(id, person_id);
	return find(users, space_puppet, id);
}

struct users_wait *users_ensure(struct users *users,
	const struct users_request *request, users_fn *fn, void *arg)
{
	char *AUTOFREE key = member_key(
		users, request->person_id, str_or_empty(request->channel));
	bool exists = users_knows(users, request->person_id);
	if (exists && (!request->channel || find(users, space_member, key)))
		return NULL;
	struct users_wait *wait = xcalloc(1, sizeof(*wait));
	wait->users = users;
	wait->person_id = xstrdup(request->person_id);
	wait->nick = xstrdup(request->nick);
	wait->channel = xstrdup_null(request->channel);
	wait->fn = fn;
	wait->arg = arg;
	if (exists)
		join_channel(wait);
	else
		create_user(wait);
	return wait;
}

void users_cancel(struct users_wait *wait)
{
	if (!wait)
		return;
	chime_cancel(wait->call);
	wait_free(wait);
}

void users_forget_member(
	struct users *users, const char *person_id, const char *channel)
{
	char *AUTOFREE key = member_key(users, person_id, channel);
	forget(users, space_member, key);
}

bool users_is_barred(
	const struct users *users, const char *person_id, const char *channel)
{
	char *AUTOFREE key = member_key(users, person_id, channel);
	return find(users, space_barred, key);
}

void users_set_barred(struct users *users, const char *person_id,
	const char *channel, bool is_barred)
{
	char *AUTOFREE key = member_key(users, person_id, channel);
	if (is_barred)
		learn(users, space_barred, key);
	else
		(void)unlearn(users, space_barred, key);
}

void users_forget(struct users *users, const char *person_id)
{
	char id[USERID_BYTES];
	userid_make(id, person_id);
	forget(users, space_puppet, id);
}
