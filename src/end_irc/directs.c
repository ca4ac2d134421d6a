#include "end_irc/directs.h"

#include "end_irc/direct.h"
#include "end_irc/inbound.h"
#include "end_irc/note.h"
#include "irc/channel.h"
#include "irc_people/folk.h"
#include "util/alloc.h"
#include "util/bucket.h"
#include "util/hash.h"
#include "util/log.h"
#include "util/str.h"

#include <stdlib.h>
#include <string.h>

enum {
	BEGINNERS_MAX = 1000,
	UNSURE_MAX = 16,                 /* the last of them are remembered */
	UNSURE_KEPT_MS = 10 * 60 * 1000, /* not heard for so long: anew */
	MINUTE_S = 60,
	EXPIRY_MS = 5 * 1000,
};

/* A room, by its key. */
struct entry {
	struct irc_direct_room *room;
	UT_hash_handle hh;
};

/* What was said before there is a room. */
struct start {
	char *key;
	char *puppet; /* id */
	char *nick;   /* of the person */
	struct irc_inbox inbox;
	int64_t began_ms;
	UT_hash_handle hh;
};

/* How often somebody may begin. */
struct beginner {
	char *person;
	struct bucket bucket;
	UT_hash_handle hh;
};

/* A mask that was not what we knew. */
struct unsure {
	char *mask; /* or NULL */
	int64_t since_ms;
	int64_t heard_ms;
};

struct irc_directs {
	struct loop *loop;
	struct irc_directs_params params;
	struct entry *entries;
	struct start *starts;
	struct beginner *beginners;
	struct bucket all;
	struct bucket told;
	struct timer *expiry;
	struct unsure unsure[UNSURE_MAX];
	size_t next_unsure;
};

static char *key_of(const char *peer, const char *person)
{
	return xasprintf("%s\n%s", peer, person);
}

static struct entry *find_entry(
	const struct irc_directs *directs, const char *key)
{
	struct entry *entry;

	HASH_FIND_STR(directs->entries, key, entry);
	return entry;
}

/* --- words to the person ---------------------------------------------------
 */

static void directs_tell(struct irc_directs *directs,
	const struct irc_puppet *puppet, const char *nick, const char *text)
{
	if (bucket_take(&directs->told, loop_now_ms(directs->loop)))
		irc_note_send(irc_puppet_conn(puppet), nick, text);
}

/* --- beginnings ------------------------------------------------------------
 */

static void drop_rested_beginners(struct irc_directs *directs, int64_t now_ms)
{
	struct beginner *one, *tmp;

	HASH_ITER (hh, directs->beginners, one, tmp) {
		/* As good as new: nothing is known by keeping it. */
		(void)bucket_has(&one->bucket, now_ms);
		if (one->bucket.tokens < one->bucket.burst)
			continue;
		HASH_DEL(directs->beginners, one);
		free(one->person);
		free(one);
	}
}

static struct bucket *beginner_bucket(
	struct irc_directs *directs, const char *person, int64_t now_ms)
{
	struct beginner *one;

	HASH_FIND_STR(directs->beginners, person, one);
	if (one)
		return &one->bucket;
	if (HASH_COUNT(directs->beginners) >= BEGINNERS_MAX)
		drop_rested_beginners(directs, now_ms);
	if (HASH_COUNT(directs->beginners) >= BEGINNERS_MAX)
		return NULL;
	one = xcalloc(1, sizeof(*one));
	one->person = xstrdup(person);
	bucket_init(&one->bucket, DIRECTS_BEGIN_PERSON,
		(double)DIRECTS_BEGIN_PERSON / MINUTE_S, now_ms);
	HASH_ADD_KEYPTR(
		hh, directs->beginners, one->person, strlen(one->person), one);
	return &one->bucket;
}

static bool may_begin(struct irc_directs *directs, const char *person)
{
	int64_t now_ms = loop_now_ms(directs->loop);
	struct bucket *own = beginner_bucket(directs, person, now_ms);

	return own && bucket_has(&directs->all, now_ms) &&
	       bucket_take(own, now_ms) && bucket_take(&directs->all, now_ms);
}

static void start_free(struct irc_directs *directs, struct start *start)
{
	HASH_DEL(directs->starts, start);
	irc_inbox_release(&start->inbox);
	free(start->key);
	free(start->puppet);
	free(start->nick);
	free(start);
}

static struct start *start_new(struct irc_directs *directs, char *key,
	const struct irc_puppet *puppet, const char *nick)
{
	struct start *start = xcalloc(1, sizeof(*start));

	start->key = key;
	start->puppet = xstrdup(irc_puppet_id(puppet));
	start->nick = xstrdup(nick);
	start->began_ms = loop_now_ms(directs->loop);
	HASH_ADD_KEYPTR(
		hh, directs->starts, start->key, strlen(start->key), start);
	if (!timer_is_armed(directs->expiry))
		timer_arm(directs->expiry, EXPIRY_MS);
	return start;
}

static void directs_on_expiry(void *arg)
{
	struct irc_directs *directs = arg;
	int64_t now_ms = loop_now_ms(directs->loop);
	struct start *start, *tmp;

	HASH_ITER (hh, directs->starts, start, tmp) {
		const struct irc_puppet *puppet = irc_puppets_find(
			directs->params.puppets, start->puppet);

		if (now_ms - start->began_ms < DIRECTS_KEPT_MS)
			continue;
		if (puppet)
			directs_tell(directs, puppet, start->nick,
				"Your message could not be relayed.");
		start_free(directs, start);
	}
	if (directs->starts)
		timer_arm(directs->expiry, EXPIRY_MS);
}

static bool start_keep(struct start *start, const struct event *event)
{
	return start->inbox.count < DIRECTS_KEPT_LINES &&
	       start->inbox.bytes + event->text->bytes.len <=
		       DIRECTS_KEPT_BYTES &&
	       irc_inbox_add(&start->inbox, event) == 0;
}

/* --- what is said ----------------------------------------------------------
 */

/* Said to a puppet, and by whom. */
struct whisper {
	const struct irc_puppet *puppet;
	const struct event *event;
	const char *nick;
};

static void directs_begin(
	struct irc_directs *directs, const struct whisper *whisper, char *key)
{
	const struct irc_direct direct = {
		.network = directs->params.folk->network,
		.from = &whisper->event->sender,
		.to = irc_puppet_id(whisper->puppet),
		.to_name = irc_puppet_name(whisper->puppet),
	};
	const char *why = NULL;

	if (!directs->params.direct)
		why = "Private messages are not relayed to Amazon Chime here.";
	else if (!may_begin(directs, whisper->event->sender.id))
		why = "Your message could not be relayed: too many private "
		      "conversations begin now. Try again in a minute.";
	if (why) {
		free(key);
		directs_tell(directs, whisper->puppet, whisper->nick, why);
		return;
	}
	(void)start_keep(
		start_new(directs, key, whisper->puppet, whisper->nick),
		whisper->event);
	directs->params.direct(directs->params.arg, &direct);
}

static void directs_take(
	struct irc_directs *directs, const struct whisper *whisper)
{
	char *key = key_of(
		irc_puppet_id(whisper->puppet), whisper->event->sender.id);
	struct entry *entry = find_entry(directs, key);
	struct start *start;

	HASH_FIND_STR(directs->starts, key, start);
	if (entry)
		irc_direct_room_take(
			entry->room, whisper->event, whisper->nick);
	else if (start && !start_keep(start, whisper->event))
		directs_tell(directs, whisper->puppet, whisper->nick,
			"Your message could not be relayed: too many wait "
			"already.");
	else if (!start && whisper->event->kind != EVENT_NOTICE) {
		directs_begin(directs, whisper, key);
		return;
	}
	free(key);
}

/* Does the main connection know this nick with another mask? Then it has not
 * heard yet that somebody else has it, or of another host. */
static bool is_other_mask(
	const struct irc_directs *directs, const struct irc_message *message)
{
	const struct irc_source *source = &message->source;
	const struct irc_user *user =
		irc_conn_user(directs->params.folk->conn, source->nick);

	return user && !irc_message_tag(message, "account") && *user->user &&
	       *user->host && *source->user && *source->host &&
	       (!str_eq(user->user, source->user) ||
		       !str_eq(user->host, source->host));
}

/* In the place of the oldest when it is a new one. */
static struct unsure *find_unsure(struct irc_directs *directs, const char *mask)
{
	struct unsure *unsure;

	for (size_t i = 0; i < UNSURE_MAX; i++)
		if (str_eq(directs->unsure[i].mask, mask))
			return &directs->unsure[i];
	unsure = &directs->unsure[directs->next_unsure++ % UNSURE_MAX];
	set_string(&unsure->mask, mask);
	unsure->heard_ms = INT64_MIN / 2;
	return unsure;
}

/* What is still so after a while is so: a host changes without a word. */
static bool is_unsure(
	struct irc_directs *directs, const struct irc_message *message)
{
	int64_t now_ms = loop_now_ms(directs->loop);
	struct unsure *unsure;

	if (!is_other_mask(directs, message))
		return false;
	unsure = find_unsure(directs, message->source.raw);
	if (now_ms - unsure->heard_ms > UNSURE_KEPT_MS)
		unsure->since_ms = now_ms;
	unsure->heard_ms = now_ms;
	return now_ms - unsure->since_ms < DIRECTS_UNSURE_MS;
}

void irc_directs_message(struct irc_directs *directs, struct irc_puppet *puppet,
	const struct irc_message *message)
{
	const char *nick = message->source.nick;
	struct irc_inbound inbound;

	irc_inbound_init(&inbound);
	if (irc_inbound_read(&inbound, directs->params.folk, message) &&
		inbound.event.origin == ORIGIN_PERSON &&
		irc_folk_sort(directs->params.folk, &message->source, false) ==
			IRC_SORT_PERSON) {
		const struct whisper whisper = {puppet, &inbound.event, nick};

		if (is_unsure(directs, message))
			directs_tell(directs, puppet, nick,
				"Your message was not relayed: it is not "
				"certain yet who you are. Please say it again "
				"in a few seconds.");
		else
			directs_take(directs, &whisper);
	}
	irc_inbound_release(&inbound);
}

/* Who comes or goes; NULL: the message is about something else. */
static const char *nick_in_sight(const struct irc_message *message)
{
	if (irc_message_is(message, "KICK"))
		return irc_message_param(message, 1);
	return irc_message_is(message, "JOIN") ||
			       irc_message_is(message, "PART") ||
			       irc_message_is(message, "QUIT") ||
			       irc_message_is(message, "NICK")
		       ? message->source.nick
		       : NULL;
}

void irc_directs_observe(
	struct irc_directs *directs, const struct irc_message *message)
{
	const char *nick = nick_in_sight(message);
	struct entry *entry, *tmp;

	if (!nick)
		return;
	HASH_ITER (hh, directs->entries, entry, tmp)
		irc_direct_room_seen(entry->room, nick);
}

void irc_directs_changed(
	struct irc_directs *directs, const struct irc_puppet *puppet)
{
	struct entry *entry, *tmp;

	HASH_ITER (hh, directs->entries, entry, tmp) {
		if (str_eq(irc_direct_room_peer(entry->room),
			    irc_puppet_id(puppet)))
			irc_direct_room_changed(entry->room);
	}
}

/* --- rooms -----------------------------------------------------------------
 */

struct end_room *irc_directs_open(struct irc_directs *directs,
	const struct end_irc_direct_params *params, const struct end_sink *sink)
{
	struct entry *entry = xcalloc(1, sizeof(*entry));
	char *key = key_of(params->peer, params->person);
	struct irc_inbox inbox = {0};
	struct start *start;

	HASH_FIND_STR(directs->starts, key, start);
	if (start) {
		inbox = start->inbox;
		start->inbox = (struct irc_inbox){0};
		start_free(directs, start);
	}
	entry->room = irc_direct_room_new(directs, params, sink, key, &inbox);
	HASH_ADD_KEYPTR(hh, directs->entries, key, strlen(key), entry);
	return irc_direct_room_base(entry->room);
}

void irc_directs_remove(
	struct irc_directs *directs, struct irc_direct_room *room)
{
	struct entry *entry = find_entry(directs, irc_direct_room_key(room));

	if (!entry || entry->room != room)
		return;
	HASH_DEL(directs->entries, entry);
	free(entry);
}

/* --- life ------------------------------------------------------------------
 */

struct irc_directs *irc_directs_new(
	struct loop *loop, const struct irc_directs_params *params)
{
	struct irc_directs *directs = xcalloc(1, sizeof(*directs));
	int64_t now_ms = loop_now_ms(loop);

	directs->loop = loop;
	directs->params = *params;
	bucket_init(&directs->all, DIRECTS_BEGIN_ALL,
		(double)DIRECTS_BEGIN_ALL / MINUTE_S, now_ms);
	bucket_init(&directs->told, DIRECTS_TOLD,
		(double)DIRECTS_TOLD / MINUTE_S, now_ms);
	directs->expiry = timer_new(loop, directs_on_expiry, directs);
	return directs;
}

void irc_directs_free(struct irc_directs *directs)
{
	struct beginner *one, *tmp;

	if (!directs)
		return;
	while (directs->starts)
		start_free(directs, directs->starts);
	HASH_ITER (hh, directs->beginners, one, tmp) {
		HASH_DEL(directs->beginners, one);
		free(one->person);
		free(one);
	}
	timer_free(directs->expiry);
	for (size_t i = 0; i < UNSURE_MAX; i++)
		free(directs->unsure[i].mask);
	free(directs);
}

const struct irc_directs_params *irc_directs_params(
	const struct irc_directs *directs)
{
	return &directs->params;
}

struct loop *irc_directs_loop(const struct irc_directs *directs)
{
	return directs->loop;
}
