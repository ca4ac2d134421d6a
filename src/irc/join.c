#include "irc/join.h"

#include "irc/channel.h"
#include "irc/numeric.h"
#include "util/alloc.h"
#include "util/rand.h"
#include "util/str.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

enum {
	KEY_BYTES = 128,      /* with the NUL */
	LIST_BYTES = 510 - 5, /* after "JOIN " and before CRLF */
	NAMES_END_MS = 30 * 1000,
	TENTH = 10,
};

void irc_joins_init(
	struct irc_joins *joins, const struct irc_isupport *isupport)
{
	*joins = (struct irc_joins){
		.isupport = isupport,
		.map = isupport->casemap,
	};
}

static void join_free(struct irc_joins *joins, struct irc_join *join)
{
	if (join->state == IRC_JOIN_IN && !join->modes_asked)
		joins->modes_due--;
	HASH_DEL(joins->by_name, join);
	free(join->name);
	free(join->key);
	free(join->folded);
	free(join);
}

void irc_join_news_free(struct irc_join_news *news)
{
	if (!news)
		return;
	free(news->channel);
	free(news->why);
	free(news);
}

void irc_joins_release(struct irc_joins *joins)
{
	struct irc_join *join;
	struct irc_join *next;

	HASH_ITER (hh, joins->by_name, join, next)
		join_free(joins, join);
	while (joins->news)
		irc_join_news_free(irc_joins_news(joins));
}

static void joins_tell(struct irc_joins *joins, const char *channel,
	bool joined, const char *why)
{
	struct irc_join_news *news = xcalloc(1, sizeof(*news));

	news->channel = xstrdup(channel);
	news->joined = joined;
	news->why = xstrdup(why);
	DL_APPEND(joins->news, news);
}

struct irc_join_news *irc_joins_news(struct irc_joins *joins)
{
	struct irc_join_news *news = joins->news;

	if (news)
		DL_DELETE(joins->news, news);
	return news;
}

static struct irc_join *joins_find(
	const struct irc_joins *joins, const char *channel)
{
	struct irc_join *join = NULL;
	char key[IRC_NAME_BYTES];
	size_t len = irc_casemap_fold(joins->map, channel, key, sizeof(key));

	if (len < sizeof(key))
		HASH_FIND(hh, joins->by_name, key, len, join);
	return join;
}

/* The only writer of `state`. */
static void join_set_state(struct irc_joins *joins, struct irc_join *join,
	enum irc_join_state state, int64_t due_ms)
{
	if (join->state == IRC_JOIN_IN && !join->modes_asked)
		joins->modes_due--;
	join->state = state;
	join->due_ms = due_ms;
	join->modes_asked = false;
	joins->is_changed = true;
	if (state == IRC_JOIN_IN)
		joins->modes_due++;
}

static bool joins_is_word(const char *s, size_t max)
{
	size_t len = strlen(s);

	if (len == 0 || len >= max)
		return false;
	for (; *s; s++)
		if ((unsigned char)*s <= ' ' || *s == ',' || *s == '\x7f')
			return false;
	return true;
}

/* Why it can never be asked for, or NULL. */
static const char *joins_obstacle(
	const struct irc_joins *joins, const char *channel, const char *key)
{
	if (!joins_is_word(channel, IRC_NAME_BYTES) || *channel == ':')
		return "this cannot be the name of a channel";
	if (*key && (!joins_is_word(key, KEY_BYTES) || *key == ':'))
		return "this cannot be the key of a channel";
	if (HASH_COUNT(joins->by_name) >= IRC_JOINS_MAX)
		return "too many channels";
	return NULL;
}

/* It was to be left, and is wanted after all. */
static void stay(struct irc_joins *joins, struct irc_join *join)
{
	if (!join->leave_ms)
		return;
	join->leave_ms = 0;
	joins->is_changed = true;
	if (join->state != IRC_JOIN_IN)
		return;
	join_set_state(joins, join, IRC_JOIN_IN, 0);
	joins_tell(joins, join->name, true, "still there");
}

void irc_joins_add(
	struct irc_joins *joins, const char *channel, const char *key)
{
	struct irc_join *join = joins_find(joins, channel);
	const char *obstacle;

	key = str_or_empty(key);
	obstacle = joins_obstacle(joins, channel, key);
	if (!join && obstacle) {
		joins_tell(joins, channel, false, obstacle);
		return;
	}
	if (join) {
		set_string(&join->key, key);
		stay(joins, join);
		return;
	}
	join = xcalloc(1, sizeof(*join));
	join->name = xstrdup(channel);
	join->key = xstrdup(key);
	join->folded = irc_casemap_fold_dup(joins->map, channel);
	HASH_ADD_KEYPTR(
		hh, joins->by_name, join->folded, strlen(join->folded), join);
	joins->is_changed = true;
}

bool irc_joins_remove(struct irc_joins *joins, const char *channel)
{
	struct irc_join *join = joins_find(joins, channel);
	bool may_be_in;

	if (!join)
		return false;
	may_be_in = join->state != IRC_JOIN_WAITING;
	join_free(joins, join);
	return may_be_in;
}

void irc_joins_linger(
	struct irc_joins *joins, const char *channel, int64_t now_ms)
{
	struct irc_join *join = joins_find(joins, channel);

	if (!join)
		return;
	join->leave_ms = now_ms + IRC_JOIN_LINGER_MS;
	joins->is_changed = true;
}

const char *irc_joins_next_leave(const struct irc_joins *joins, int64_t now_ms)
{
	const struct irc_join *join;

	for (join = joins->by_name; join; join = join->hh.next)
		if (join->leave_ms && join->leave_ms <= now_ms)
			return join->name;
	return NULL;
}

bool irc_joins_is_in(const struct irc_joins *joins, const char *channel)
{
	const struct irc_join *join = joins_find(joins, channel);

	return join && join->state >= IRC_JOIN_ENTERED;
}

bool irc_joins_is_wanted(const struct irc_joins *joins, const char *channel)
{
	return joins_find(joins, channel) != NULL;
}

/* Under another case mapping two names may turn out to be one channel. */
static void joins_refold(struct irc_joins *joins)
{
	struct irc_join *all = joins->by_name;
	struct irc_join *join;
	struct irc_join *next;

	joins->map = joins->isupport->casemap;
	joins->by_name = NULL;
	HASH_ITER (hh, all, join, next) {
		HASH_DEL(all, join);
		free(join->folded);
		join->folded = irc_casemap_fold_dup(joins->map, join->name);
		if (joins_find(joins, join->name)) {
			joins_tell(joins, join->name, false,
				"is the same channel as another one here");
			free(join->name);
			free(join->key);
			free(join->folded);
			free(join);
			continue;
		}
		HASH_ADD_KEYPTR(hh, joins->by_name, join->folded,
			strlen(join->folded), join);
	}
}

void irc_joins_up(struct irc_joins *joins, int64_t now_ms)
{
	struct irc_join *join;
	struct irc_join *next;

	if (joins->map != joins->isupport->casemap)
		joins_refold(joins);
	joins->is_up = true;
	HASH_ITER (hh, joins->by_name, join, next)
		join_set_state(joins, join, IRC_JOIN_WAITING, now_ms);
}

void irc_joins_down(struct irc_joins *joins, const char *why)
{
	struct irc_join *join;
	struct irc_join *next;

	joins->is_up = false;
	HASH_ITER (hh, joins->by_name, join, next) {
		if (join->state >= IRC_JOIN_ENTERED)
			joins_tell(joins, join->name, false, why);
		join_set_state(joins, join, IRC_JOIN_WAITING, 0);
	}
}

static int64_t join_delay_ms(unsigned failures)
{
	int64_t delay_ms = IRC_JOIN_RETRY_MAX_MS;

	if (failures < 5)
		delay_ms = (int64_t)IRC_JOIN_RETRY_MIN_MS << failures;
	if (delay_ms > IRC_JOIN_RETRY_MAX_MS)
		delay_ms = IRC_JOIN_RETRY_MAX_MS;
	return delay_ms + rand_below((uint32_t)(delay_ms / TENTH));
}

static void join_fail(struct irc_joins *joins, struct irc_join *join,
	int64_t now_ms, const char *why)
{
	if (join->state == IRC_JOIN_IN &&
		now_ms - join->entered_ms >= IRC_JOIN_FORGIVE_MS)
		join->failures = 0;
	join_set_state(joins, join, IRC_JOIN_WAITING,
		now_ms + join_delay_ms(join->failures));
	join->failures++;
	joins_tell(joins, join->name, false, why);
}

void irc_joins_deny(struct irc_joins *joins, const char *channel,
	const char *why, int64_t now_ms)
{
	struct irc_join *join = joins_find(joins, channel);
	bool is_first;

	if (!join || join->state < IRC_JOIN_ENTERED)
		return;
	is_first = join->failures == 0 ||
		   now_ms - join->entered_ms >= IRC_JOIN_FORGIVE_MS;
	join_fail(joins, join, now_ms, why);
	if (is_first)
		join->due_ms = now_ms;
}

/* How many channels one JOIN may name. */
static unsigned joins_per_line(const struct irc_isupport *isupport)
{
	unsigned limit = IRC_JOIN_PER_LINE;

	/* Servers without a word about it take lists as RFC 1459 has them. */
	if (strstr(isupport->targmax, "JOIN:"))
		limit = irc_isupport_targmax(isupport, "JOIN");
	else if (isupport->maxtargets)
		limit = isupport->maxtargets;
	return limit < IRC_JOIN_PER_LINE ? limit : IRC_JOIN_PER_LINE;
}

static bool join_is_due(const struct irc_join *join, int64_t now_ms)
{
	return join->state == IRC_JOIN_WAITING && join->due_ms <= now_ms &&
	       !join->leave_ms;
}

/* Appends to both lists when it fits. */
static bool join_pack(
	const struct irc_join *join, struct buf *channels, struct buf *keys)
{
	size_t bytes = channels->len + keys->len + strlen(join->name) +
		       strlen(join->key) + 3; /* two commas and a space */

	if (bytes > LIST_BYTES)
		return false;
	if (channels->len > 0)
		buf_addc(channels, ',');
	buf_adds(channels, join->name);
	if (*join->key && keys->len > 0)
		buf_addc(keys, ',');
	buf_adds(keys, join->key);
	return true;
}

/* Those with a key come first: a key belongs to the channel at its place. */
static unsigned joins_pack(struct irc_joins *joins, int64_t now_ms,
	bool with_key, unsigned room, struct buf *channels, struct buf *keys)
{
	struct irc_join *join;
	struct irc_join *next;
	unsigned packed = 0;

	HASH_ITER (hh, joins->by_name, join, next) {
		if (packed >= room)
			break;
		if (!join_is_due(join, now_ms) || (*join->key != 0) != with_key)
			continue;
		if (!irc_isupport_is_channel(joins->isupport, join->name)) {
			join_fail(joins, join, now_ms,
				"not the name of a channel on this network");
			continue;
		}
		if (!join_pack(join, channels, keys))
			break;
		join_set_state(joins, join, IRC_JOIN_ASKED,
			now_ms + IRC_JOIN_ANSWER_MS);
		packed++;
	}
	return packed;
}

/* Answers that did not come. */
static void joins_expire(struct irc_joins *joins, int64_t now_ms)
{
	struct irc_join *join;
	struct irc_join *next;

	HASH_ITER (hh, joins->by_name, join, next) {
		if (join->due_ms > now_ms)
			continue;
		if (join->state == IRC_JOIN_ASKED) {
			join_fail(joins, join, now_ms,
				"the server did not answer JOIN");
		} else if (join->state == IRC_JOIN_ENTERED) {
			join_set_state(joins, join, IRC_JOIN_IN, 0);
			joins_tell(joins, join->name, true, "joined");
		}
	}
}

bool irc_joins_next(struct irc_joins *joins, int64_t now_ms,
	struct buf *channels, struct buf *keys)
{
	unsigned limit = joins_per_line(joins->isupport);
	unsigned packed;

	buf_clear(channels);
	buf_clear(keys);
	if (!joins->is_up)
		return false;
	joins_expire(joins, now_ms);
	packed = joins_pack(joins, now_ms, true, limit, channels, keys);
	(void)joins_pack(joins, now_ms, false, limit - packed, channels, keys);
	return channels->len > 0;
}

const char *irc_joins_next_modes(struct irc_joins *joins)
{
	struct irc_join *join;
	struct irc_join *next;

	if (joins->modes_due == 0)
		return NULL;
	HASH_ITER (hh, joins->by_name, join, next)
		if (join->state == IRC_JOIN_IN && !join->modes_asked) {
			join->modes_asked = true;
			joins->modes_due--;
			return join->name;
		}
	return NULL;
}

static int64_t join_due_ms(const struct irc_join *join)
{
	if (join->leave_ms)
		return join->leave_ms;
	return join->state == IRC_JOIN_IN ? INT64_MAX : join->due_ms;
}

int64_t irc_joins_wait_ms(const struct irc_joins *joins, int64_t now_ms)
{
	const struct irc_join *join;
	int64_t first_ms = INT64_MAX;

	if (!joins->is_up)
		return -1;
	for (join = joins->by_name; join; join = join->hh.next) {
		int64_t due_ms = join_due_ms(join);

		if (due_ms < first_ms)
			first_ms = due_ms;
	}
	if (first_ms == INT64_MAX)
		return -1;
	return first_ms > now_ms ? first_ms - now_ms : 0;
}

static void joins_on_entered(
	struct irc_joins *joins, struct irc_join *join, int64_t now_ms)
{
	join->entered_ms = now_ms;
	join_set_state(joins, join, IRC_JOIN_ENTERED, now_ms + NAMES_END_MS);
}

static void joins_on_left(struct irc_joins *joins, struct irc_join *join,
	const struct irc_join_step *step)
{
	struct buf AUTOBUF why;
	const char *reason = irc_message_last(step->msg);
	bool kicked = irc_message_is(step->msg, "KICK");

	buf_init(&why, IRC_BODY_BYTES + IRC_SOURCE_BYTES);
	if (!join || join->state < IRC_JOIN_ENTERED)
		return;
	if (kicked)
		buf_addf(&why, "kicked by %s: ", step->msg->source.nick);
	else
		buf_adds(&why, "made to leave: ");
	buf_adds(&why, reason);
	join_fail(joins, join, step->now_ms, why.data);
}

static void joins_on_refused(struct irc_joins *joins, struct irc_join *join,
	const struct irc_join_step *step)
{
	struct buf AUTOBUF why;

	buf_init(&why, 2 * IRC_BODY_BYTES);
	if (!join || join->state != IRC_JOIN_ASKED)
		return;
	if (step->msg->numeric == ERR_LINKCHANNEL)
		buf_addf(&why, "forwarded to %s, which is not wanted",
			irc_message_param(step->msg, 2));
	else
		buf_addf(&why, "%s (%s)", irc_message_last(step->msg),
			step->msg->command);
	join_fail(joins, join, step->now_ms, why.data);
}

/* FAIL JOIN code [context...] :text: the channel is in the context. */
static void joins_on_fail(
	struct irc_joins *joins, const struct irc_join_step *step)
{
	if (!str_eq_nocase(irc_message_param(step->msg, 0), "JOIN"))
		return;
	for (size_t i = 2; i + 1 < step->msg->nparams; i++)
		joins_on_refused(joins,
			joins_find(joins, irc_message_param(step->msg, i)),
			step);
}

static void joins_take_numeric(
	struct irc_joins *joins, const struct irc_join_step *step)
{
	struct irc_join *join =
		joins_find(joins, irc_message_param(step->msg, 1));

	if (!join)
		return;
	if (step->msg->numeric >= ERR_UNKNOWNERROR &&
		step->msg->numeric < 600) {
		joins_on_refused(joins, join, step);
	} else if (step->msg->numeric == RPL_ENDOFNAMES &&
		   join->state == IRC_JOIN_ENTERED) {
		join_set_state(joins, join, IRC_JOIN_IN, 0);
		joins_tell(joins, join->name, true, "joined");
	}
}

static bool joins_is_kick_of_us(
	const struct irc_joins *joins, const struct irc_join_step *step)
{
	return irc_message_is(step->msg, "KICK") &&
	       irc_casemap_equal(joins->map, irc_message_param(step->msg, 1),
		       step->own_nick);
}

bool irc_joins_take(struct irc_joins *joins, const struct irc_join_step *step)
{
	struct irc_join *join;

	if (step->msg->numeric >= 0) {
		joins_take_numeric(joins, step);
		return true;
	}
	join = joins_find(joins, irc_message_param(step->msg, 0));
	if (joins_is_kick_of_us(joins, step) ||
		(step->is_own && irc_message_is(step->msg, "PART")))
		joins_on_left(joins, join, step);
	else if (irc_message_is(step->msg, "FAIL"))
		joins_on_fail(joins, step);
	else if (step->is_own && irc_message_is(step->msg, "JOIN")) {
		if (!join)
			return false;
		joins_on_entered(joins, join, step->now_ms);
	}
	return true;
}
