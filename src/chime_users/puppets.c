#include "chime_users/puppets.h"

#include "chime_users/userid.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/enc.h"
#include "util/hash.h"
#include "util/json.h"
#include "util/log.h"
#include "util/str.h"

#include <stdlib.h>
#include <string.h>

enum { PERSON_BYTES = 4096, NICK_BYTES = 1024 };

static const char space_puppet[] = "puppet";
static const char space_member[] = "member";
static const char in_doubt[] = "in-doubt";

enum { IS_FOREIGN = 1, IS_DOUBTED = 2, HAS_PERSON = 4, NICK_IN_ID = 8 };

/* In memory: the id, the nick (unless the id ends with it) and (HAS_PERSON) the
 * person, each with its NUL, stand one behind the other. */
struct entry {
	UT_hash_handle hh;
	uint32_t sum;
	uint16_t day;
	uint8_t flags;
	char text[];
};

struct puppets {
	struct store *store;
	struct entry *entries;
	struct seats seats;
	size_t foreign; /* of the entries */
};

static const char *next_text(const char *text)
{
	return text + strlen(text) + 1;
}

/* What stands behind the last ':' of a user id. */
static const char *tail_of(const char *id)
{
	const char *colon = strrchr(id, ':');
	return colon ? colon + 1 : id;
}

static struct puppet puppet_of(const struct entry *entry)
{
	bool is_in_id = entry->flags & NICK_IN_ID;
	const char *next = next_text(entry->text);
	const char *person = is_in_id ? next : next_text(next);
	return (struct puppet){
		.id = entry->text,
		.nick = is_in_id ? tail_of(entry->text) : next,
		.person = entry->flags & HAS_PERSON ? person : NULL,
		.sum = entry->sum,
		.day = entry->day,
	};
}

static struct entry *find(const struct puppets *puppets, const char *id)
{
	struct entry *entry;
	HASH_FIND_STR(puppets->entries, id, entry);
	return entry;
}

/* ---- in memory ---- */

static char *put_text(char *at, const char *text)
{
	size_t size = strlen(text) + 1;
	memcpy(at, text, size);
	return at + size;
}

static struct entry *entry_new(const struct puppet *puppet, unsigned flags)
{
	const char *person = puppet->person;
	const char *nick =
		str_eq(tail_of(puppet->id), puppet->nick) ? NULL : puppet->nick;
	size_t size = strlen(puppet->id) + 1 + (nick ? strlen(nick) + 1 : 0) +
		      (person ? strlen(person) + 1 : 0);
	struct entry *entry = xcalloc(1, offsetof(struct entry, text) + size);
	char *end = put_text(entry->text, puppet->id);
	if (nick)
		end = put_text(end, nick);
	if (person)
		put_text(end, person);
	entry->sum = puppet->sum;
	entry->day = puppet->day;
	entry->flags = (uint8_t)(flags | (nick ? 0 : NICK_IN_ID) |
				 (person ? HAS_PERSON : 0));
	return entry;
}

static void drop(struct puppets *puppets, struct entry *entry)
{
	HASH_DEL(puppets->entries, entry);
	puppets->foreign -= (entry->flags & IS_FOREIGN) != 0;
	free(entry);
}

/* In the place of the one that may be there; `puppet` may point into that. */
static void learn(
	struct puppets *puppets, const struct puppet *puppet, unsigned flags)
{
	struct entry *old = find(puppets, puppet->id);
	struct entry *entry = entry_new(puppet, flags);
	if (old) {
		seats_move(&puppets->seats, old, entry);
		drop(puppets, old);
	}
	HASH_ADD_KEYPTR(
		hh, puppets->entries, entry->text, strlen(entry->text), entry);
	puppets->foreign += (flags & IS_FOREIGN) != 0;
}

/* ---- as facts ---- */

static void store_fact(struct puppets *puppets, const char *space,
	const char *key, const char *value)
{
	const struct store_record record = {
		.kind = STORE_FACT,
		.space = space,
		.key = key,
		.value = value,
	};
	store_append(puppets->store, &record);
}

static void save(struct puppets *puppets, const char *id)
{
	const struct puppet puppet = puppet_of(find(puppets, id));
	struct buf AUTOBUF person;
	buf_init(&person, 3 * PERSON_BYTES);
	json_t AUTOJSON *value = json_pack("{s:i, s:I, s:i}", "v", 1, "sum",
		(json_int_t)puppet.sum, "day", (int)puppet.day);
	json_set_string(value, "nick", puppet.nick);
	if (puppet.person) {
		enc_percent(&person, puppet.person, strlen(puppet.person));
		json_set_string(value, "person", person.data);
	}
	char *AUTOFREE text = json_text(value);
	store_fact(puppets, space_puppet, id, text);
}

static json_t *read_value(const char *value)
{
	struct err err;
	json_t *object = *value == '{'
				 ? json_parse_strict(value, strlen(value), &err)
				 : NULL;
	if (json_get_int(object, "v", 0) != 1) {
		json_decref(object);
		return NULL;
	}
	return object;
}

static void puppets_on_puppet(const struct store_record *record, void *arg)
{
	struct buf AUTOBUF person;
	json_t AUTOJSON *value = read_value(record->value);
	struct puppet puppet = {.id = record->key, .nick = record->value};
	bool is_foreign = json_get_bool(value, "foreign", false);
	buf_init(&person, PERSON_BYTES);
	if (value) {
		const char *encoded = json_get_string(value, "person");
		puppet.nick = str_or_empty(json_get_string(value, "nick"));
		puppet.sum = (uint32_t)json_get_int(value, "sum", 0);
		puppet.day = (uint16_t)json_get_int(value, "day", 0);
		if (encoded && enc_percent_decode(
				       &person, encoded, strlen(encoded)) == 0)
			puppet.person = person.data;
	}
	learn(arg, &puppet, is_foreign ? IS_FOREIGN : 0);
}

static struct seat read_seat(const char *value)
{
	struct span rest = span_of(value);
	struct span how = span_cut(&rest, ' ');
	struct span when = span_cut(&rest, ' ');
	char *AUTOFREE seconds = xstrndup(str_or_empty(when.p), when.len);
	uint64_t since = 0;
	if (parse_u64(seconds, UINT32_MAX, &since) < 0)
		since = 0;
	return (struct seat){
		.since_s = (uint32_t)since,
		.is_made = span_is(how, "made"),
		.is_in_doubt = span_is(rest, in_doubt),
	};
}

static void puppets_on_member(const struct store_record *record, void *arg)
{
	struct puppets *puppets = arg;
	const char *bar = strrchr(record->key, '|');
	struct entry *entry = bar ? find(puppets, bar + 1) : NULL;
	if (!entry)
		return;
	char *AUTOFREE channel =
		xstrndup(record->key, (size_t)(bar - record->key));
	struct seat seat = read_seat(record->value);
	seat.who = entry;
	seats_put(&puppets->seats, channel, &seat);
}

static void load(struct puppets *puppets, const char *space, store_each_fn *fn)
{
	const struct store_query query = {.kind = STORE_FACT, .space = space};
	if (store_each(puppets->store, &query, fn, puppets) < 0)
		log_warn("chime", "what is known of puppets cannot be read; "
				  "it is asked again");
}

struct puppets *puppets_new(struct store *store)
{
	struct puppets *puppets = xcalloc(1, sizeof(*puppets));
	puppets->store = store;
	load(puppets, space_puppet, puppets_on_puppet);
	load(puppets, space_member, puppets_on_member);
	return puppets;
}

void puppets_free(struct puppets *puppets)
{
	struct entry *entry, *tmp;
	if (!puppets)
		return;
	seats_release(&puppets->seats);
	HASH_ITER (hh, puppets->entries, entry, tmp)
		drop(puppets, entry);
	free(puppets);
}

/* ---- users ---- */

static struct entry *find_ours(const struct puppets *puppets, const char *id)
{
	struct entry *entry = find(puppets, id);
	return entry && !(entry->flags & IS_FOREIGN) ? entry : NULL;
}

size_t puppets_count(const struct puppets *puppets)
{
	return HASH_COUNT(puppets->entries) - puppets->foreign;
}

bool puppets_get(
	const struct puppets *puppets, const char *id, struct puppet *ret)
{
	const struct entry *entry = find_ours(puppets, id);
	if (entry && ret)
		*ret = puppet_of(entry);
	return entry != NULL;
}

void puppets_put(struct puppets *puppets, const struct puppet *puppet)
{
	struct puppet next = *puppet;
	const struct entry *known = find_ours(puppets, puppet->id);
	char *AUTOFREE id = xstrdup(puppet->id); /* may be what goes */
	struct buf AUTOBUF said;
	buf_init(&said, PERSON_BYTES);
	if (!next.person && known)
		next.person = puppet_of(known).person;
	/* What the id says is not said twice. */
	if (next.person && userid_read(&said, next.id) == 0 &&
		str_eq(said.data, next.person))
		next.person = NULL;
	char *AUTOFREE nick = xstrndup(next.nick, NICK_BYTES);
	next.nick = nick;
	learn(puppets, &next, known ? known->flags & IS_DOUBTED : 0);
	save(puppets, id);
}

static char *member_key(const char *channel, const char *id)
{
	return xasprintf("%s|%s", channel, id);
}

struct leaving {
	struct puppets *puppets;
	const char *id;
};

static void leaving_on_channel(void *arg, const char *channel)
{
	const struct leaving *leaving = arg;
	char *AUTOFREE key = member_key(channel, leaving->id);
	store_fact(leaving->puppets, space_member, key, NULL);
}

void puppets_forget(struct puppets *puppets, const char *id)
{
	struct entry *entry = find_ours(puppets, id);
	if (!entry)
		return;
	struct leaving leaving = {puppets, entry->text};
	seats_forget(&puppets->seats, entry, leaving_on_channel, &leaving);
	store_fact(puppets, space_puppet, entry->text, NULL);
	drop(puppets, entry);
}

void puppets_each(const struct puppets *puppets, puppets_fn *fn, void *arg)
{
	struct entry *entry, *tmp;
	HASH_ITER (hh, puppets->entries, entry, tmp) {
		const struct puppet puppet = puppet_of(entry);
		if (!(entry->flags & IS_FOREIGN))
			fn(arg, &puppet);
	}
}

void puppets_seen(struct puppets *puppets, const char *id, uint16_t day)
{
	struct entry *entry = find_ours(puppets, id);
	if (!entry || entry->day >= day)
		return;
	entry->day = day;
	save(puppets, id);
}

char *puppets_person(const struct puppets *puppets, const char *id)
{
	struct buf person;
	const struct entry *entry = find(puppets, id);
	if (entry && (entry->flags & IS_FOREIGN))
		return NULL;
	if (entry && (entry->flags & HAS_PERSON))
		return xstrdup(puppet_of(entry).person);
	buf_init(&person, PERSON_BYTES);
	if (userid_read(&person, id) == 0)
		return buf_take(&person);
	buf_release(&person);
	return NULL;
}

void puppets_set_foreign(struct puppets *puppets, const char *id)
{
	const struct puppet puppet = {.id = id, .nick = ""};
	puppets_forget(puppets, id);
	learn(puppets, &puppet, IS_FOREIGN);
	store_fact(puppets, space_puppet, id, "{\"v\":1,\"foreign\":true}");
}

bool puppets_is_foreign(const struct puppets *puppets, const char *id)
{
	const struct entry *entry = find(puppets, id);
	return entry && (entry->flags & IS_FOREIGN);
}

void puppets_set_doubted(
	struct puppets *puppets, const char *id, bool is_doubted)
{
	struct entry *entry = find_ours(puppets, id);
	if (entry)
		entry->flags = (uint8_t)((entry->flags & ~IS_DOUBTED) |
					 (is_doubted ? IS_DOUBTED : 0));
}

bool puppets_is_doubted(const struct puppets *puppets, const char *id)
{
	const struct entry *entry = find_ours(puppets, id);
	return entry && (entry->flags & IS_DOUBTED);
}

/* ---- memberships ---- */

/* Of one of ours. */
static void put_seat(struct puppets *puppets, const char *id,
	const char *channel, const struct seat *seat)
{
	char *AUTOFREE key = member_key(channel, id);
	char *AUTOFREE value =
		xasprintf("%s %u%s%s", seat->is_made ? "made" : "found",
			(unsigned)seat->since_s, seat->is_in_doubt ? " " : "",
			seat->is_in_doubt ? in_doubt : "");
	seats_put(&puppets->seats, channel, seat);
	store_fact(puppets, space_member, key, value);
}

void puppets_join(struct puppets *puppets, const char *id, const char *channel,
	bool is_made)
{
	const struct entry *entry = find_ours(puppets, id);
	const struct seat seat = {
		.who = entry,
		.since_s = (uint32_t)(clock_wall_ms() / 1000),
		.is_made = is_made,
	};
	if (entry)
		put_seat(puppets, id, channel, &seat);
}

void puppets_leave(struct puppets *puppets, const char *id, const char *channel)
{
	const struct entry *entry = find_ours(puppets, id);
	char *AUTOFREE key = member_key(channel, id);
	if (entry && seats_drop(&puppets->seats, channel, entry))
		store_fact(puppets, space_member, key, NULL);
}

static const struct seat *find_seat(
	const struct puppets *puppets, const char *id, const char *channel)
{
	const struct entry *entry = find_ours(puppets, id);
	return entry ? seats_find(&puppets->seats, channel, entry) : NULL;
}

bool puppets_is_member(
	const struct puppets *puppets, const char *id, const char *channel)
{
	const struct seat *seat = find_seat(puppets, id, channel);
	return seat && !seat->is_in_doubt;
}

bool puppets_may_be_member(
	const struct puppets *puppets, const char *id, const char *channel)
{
	return find_seat(puppets, id, channel) != NULL;
}

void puppets_doubt_member(
	struct puppets *puppets, const char *id, const char *channel)
{
	const struct entry *entry = find_ours(puppets, id);
	const struct seat *known = find_seat(puppets, id, channel);
	const struct seat seat = {
		.who = entry,
		.since_s = (uint32_t)(clock_wall_ms() / 1000),
		.is_made = known && known->is_made,
		.is_in_doubt = true,
	};
	if (entry && !(known && known->is_in_doubt))
		put_seat(puppets, id, channel, &seat);
}

void puppets_trust_member(
	struct puppets *puppets, const char *id, const char *channel)
{
	const struct seat *known = find_seat(puppets, id, channel);
	if (!known || !known->is_in_doubt)
		return;
	struct seat seat = *known;
	seat.is_in_doubt = false;
	put_seat(puppets, id, channel, &seat);
}

int64_t puppets_member_ms(
	const struct puppets *puppets, const char *id, const char *channel)
{
	const struct seat *seat = find_seat(puppets, id, channel);
	return seat ? (int64_t)seat->since_s * 1000 : 0;
}

void puppets_each_member(const struct puppets *puppets, const char *channel,
	puppets_member_fn *fn, void *arg)
{
	size_t count = seats_count(&puppets->seats, channel);
	for (size_t i = 0; i < count; i++) {
		const struct seat *seat = seats_at(&puppets->seats, channel, i);
		const struct puppets_member member = {
			.puppet = puppet_of(seat->who),
			.is_made = seat->is_made,
			.is_in_doubt = seat->is_in_doubt,
		};
		fn(arg, &member);
	}
}

size_t puppets_members(const struct puppets *puppets, const char *channel)
{
	return seats_count(&puppets->seats, channel);
}

void puppets_mind(struct puppets *puppets, const char *channel, bool is_minded)
{
	seats_set_minded(&puppets->seats, channel, is_minded);
}

bool puppets_is_minded(const struct puppets *puppets, const char *id)
{
	const struct entry *entry = find_ours(puppets, id);
	return entry && seats_is_minded(&puppets->seats, entry);
}
