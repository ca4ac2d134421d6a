#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "irc_moderation_rig.h"

#include "util/alloc.h"
#include "util/str.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const int64_t BEGIN_MS = INT64_C(1600000000000);

static const char *const kinds[] = {
	[STANDING_BANNED] = "ban",
	[STANDING_MODERATOR] = "mod",
};
static const char *const outcomes[] = {
	[MIRROR_DONE] = "done",
	[MIRROR_REFUSED] = "refused",
	[MIRROR_LATER] = "later",
	[MIRROR_NOT_SHOWN] = "not shown",
};
static const char *const attributes[] = {
	[ATTRIBUTE_TOPIC] = "topic",
	[ATTRIBUTE_NAME] = "name",
	[ATTRIBUTE_RESTRICTED] = "restricted",
};

/* Whoever has a host of puppets is one. */
const char *__wrap_irc_puppets_owner(
	const struct irc_puppets *puppets, const struct irc_source *source);
const char *__wrap_irc_puppets_owner(
	const struct irc_puppets *puppets, const struct irc_source *source)
{
	static char id[256];

	(void)puppets;
	if (!str_eq(source->host, "puppets"))
		return NULL;
	snprintf(id, sizeof(id), "arn:%s", source->nick);
	return id;
}

static void rig_end(struct irc_moderation_rig *rig)
{
	buf_addc(&rig->told, '\n');
	if (rig->closes)
		irc_moderation_close(TAKE(rig->moderation));
	rig->closes = false;
}

static void add_doing(
	struct irc_moderation_rig *rig, const char *by, int64_t at_ms)
{
	if (by)
		buf_addf(&rig->told, " by=%s", by);
	if (at_ms)
		buf_addf(&rig->told, " at=%" PRId64, (at_ms - BEGIN_MS) / 1000);
}

static void on_standings(void *arg, const struct standing_list *list)
{
	static const char *const names[] = {
		[ROSTER_BEGINS] = "begins",
		[ROSTER_COMPLETE] = "complete",
		[ROSTER_UNKNOWN] = "unknown",
	};
	struct irc_moderation_rig *rig = arg;

	buf_addf(&rig->told, "%s %s%s", kinds[list->kind], names[list->state],
		list->is_whole ? " whole" : "");
	rig_end(rig);
}

static void on_standing(void *arg, const struct standing *standing)
{
	struct irc_moderation_rig *rig = arg;
	const struct person *person = standing->person;

	if (standing->is_gone) {
		rig->goes++;
		snprintf(rig->gone, sizeof(rig->gone), "%s", person->id);
		return;
	}
	buf_addf(&rig->told, "%s %c", kinds[standing->kind],
		standing->is_set ? '+' : '-');
	if (person)
		buf_addf(&rig->told, " %s %s", person->id, person->name);
	if (standing->rule)
		buf_addf(&rig->told, " mask=%s", standing->rule);
	add_doing(rig, standing->by, standing->at_ms);
	if (standing->is_automatic)
		buf_adds(&rig->told, " auto");
	if (person && !standing->is_native)
		buf_adds(&rig->told, " shown");
	rig_end(rig);
}

static void on_stood(void *arg, const struct standing_receipt *receipt)
{
	struct irc_moderation_rig *rig = arg;

	assert_int_equal(receipt->why == NULL, receipt->outcome == MIRROR_DONE);
	buf_addf(&rig->told, "%s %s %c %s", outcomes[receipt->outcome],
		kinds[receipt->kind], receipt->is_set ? '+' : '-',
		receipt->person_id);
	if (receipt->rule)
		buf_addf(&rig->told, " mask=%s", receipt->rule);
	if (receipt->why)
		buf_addf(&rig->told, ": %s", receipt->why);
	rig_end(rig);
}

static void on_attribute(void *arg, const struct attribute_state *state)
{
	struct irc_moderation_rig *rig = arg;

	buf_addf(&rig->told, "%s = %s", attributes[state->attribute],
		state->value ? state->value : "?");
	add_doing(rig, state->by, state->at_ms);
	rig_end(rig);
}

static void on_attribute_set(void *arg, const struct attribute_receipt *receipt)
{
	struct irc_moderation_rig *rig = arg;

	assert_int_equal(receipt->why == NULL, receipt->outcome == MIRROR_DONE);
	buf_addf(&rig->told, "set %s %s", attributes[receipt->attribute],
		outcomes[receipt->outcome]);
	if (receipt->value)
		buf_addf(&rig->told, " %s", receipt->value);
	if (receipt->why)
		buf_addf(&rig->told, ": %s", receipt->why);
	rig_end(rig);
}

static void on_right(void *arg, enum right right, bool may, const char *why)
{
	static const char *const names[] = {
		[RIGHT_BANS] = "bans",
		[RIGHT_MODERATORS] = "moderators",
		[RIGHT_TOPIC] = "topic",
		[RIGHT_NAME] = "name",
		[RIGHT_RESTRICTED] = "restricted",
	};
	struct irc_moderation_rig *rig = arg;

	assert_int_equal(why == NULL, may);
	buf_addf(&rig->told, "%s %s", may ? "may" : "may not", names[right]);
	if (why)
		buf_addf(&rig->told, ": %s", why);
	rig_end(rig);
}

static void rig_on_state(struct irc_conn *conn, enum irc_conn_state state,
	const char *why, void *arg)
{
	struct irc_moderation_rig *rig = arg;

	(void)conn;
	(void)why;
	if (state == IRC_CONN_READY)
		irc_identity_up(rig->folk.identity);
	else if (rig->moderation)
		irc_moderation_left(rig->moderation);
}

static void rig_on_message(
	struct irc_conn *conn, const struct irc_message *message, void *arg)
{
	struct irc_moderation_rig *rig = arg;

	if (irc_conn_is_history(conn, message))
		return;
	irc_identity_take(rig->folk.identity, message);
	irc_census_take(rig->census, message);
	if (rig->moderation)
		irc_moderation_take(rig->moderation, message);
}

static void rig_on_channel(struct irc_conn *conn, const char *channel,
	bool joined, const char *why, void *arg)
{
	struct irc_moderation_rig *rig = arg;

	(void)conn;
	(void)channel;
	(void)why;
	if (!rig->moderation)
		return;
	if (joined)
		irc_moderation_joined(rig->moderation);
	else
		irc_moderation_left(rig->moderation);
}

void irc_moderation_rig_init(struct irc_moderation_rig *rig)
{
	memset(rig, 0, sizeof(*rig));
	irc_peer_init(&rig->peer);
	/* Time may pass. */
	rig->peer.params.ping_interval_ms = 3600 * 1000;
	rig->peer.events.state = rig_on_state;
	rig->peer.events.message = rig_on_message;
	rig->peer.events.channel = rig_on_channel;
	irc_peer_make_for(&rig->peer, rig);
	buf_init(&rig->told, 1 << 22);
	rig->caps = MODERATION_CAPS;
	rig->isupport = "CHANTYPES=# WHOX PREFIX=(qaohv)~&@%+ NICKLEN=30 "
			"MODES=4 EXCEPTS=e TOPICLEN=40 KICKLEN=200 "
			"CHANMODES=beI,k,l,imnpst EXTBAN=$,ajr";
	rig->folk.network = "net";
	rig->folk.conn = rig->peer.conn;
	rig->folk.identity = irc_identity_new(rig->peer.conn, "net", NULL);
	rig->census = irc_census_new(rig->peer.loop, rig->peer.conn);
}

static void rig_make(struct irc_moderation_rig *rig)
{
	const struct end_sink sink = {
		.standings = on_standings,
		.standing = on_standing,
		.stood = on_stood,
		.attribute = on_attribute,
		.attribute_set = on_attribute_set,
		.right = on_right,
		.arg = rig,
	};
	const struct irc_moderation_params params = {
		.folk = &rig->folk,
		.conn = rig->peer.conn,
		.census = rig->census,
		.mapping = "m",
		.channel = "#a",
		.settings = rig->settings,
		.sink = &sink,
	};

	rig->moderation = irc_moderation_new(rig->peer.loop, &params);
}

void irc_moderation_rig_release(struct irc_moderation_rig *rig)
{
	irc_moderation_close(rig->moderation);
	irc_census_free(rig->census);
	irc_identity_free(rig->folk.identity);
	irc_folk_release(&rig->folk);
	irc_peer_turn(&rig->peer);
	irc_peer_release(&rig->peer);
	buf_release(&rig->told);
}

void irc_moderation_rig_join(
	struct irc_moderation_rig *rig, const char *rank, const char *names)
{
	struct irc_peer *peer = &rig->peer;

	rig_make(rig);
	irc_peer_start(peer);
	irc_peer_welcome(peer, rig->caps, rig->isupport);
	irc_identity_settle(rig->folk.identity);
	irc_conn_join(peer->conn, "#a", NULL);
	irc_peer_turn(peer);
	irc_peer_expect(peer, "JOIN #a");
	irc_peer_feed(peer, ":belfry!bel@here JOIN #a belfry :Bridge");
	irc_peer_feed(
		peer, ":s 353 belfry = #a :%sbelfry!bel@here %s", rank, names);
	irc_peer_feed(peer, ":s 366 belfry #a :End of NAMES");
	irc_peer_expect(peer, "MODE #a");
	irc_peer_feed(peer, ":s 324 belfry #a +nt");
	rig_expects(rig, "");
}

void irc_moderation_rig_watch(
	struct irc_moderation_rig *rig, const char *const *bans)
{
	struct irc_peer *peer = &rig->peer;

	irc_moderation_watch(rig->moderation, true);
	irc_peer_turn(peer);
	irc_peer_expect(peer, "MODE #a b");
	if (strstr(rig->isupport, "EXCEPTS"))
		irc_peer_expect(peer, "MODE #a e");
	irc_peer_expect(peer, "WHO #a %%tcuhnfar,725");
	buf_clear(&rig->told);
	for (; bans && *bans; bans++)
		irc_peer_feed(peer, ":s 367 belfry #a %s", *bans);
	irc_peer_feed(peer, ":s 368 belfry #a :End");
	if (strstr(rig->isupport, "EXCEPTS"))
		irc_peer_feed(peer, ":s 349 belfry #a :End");
	rig_expects(rig, "");
	irc_peer_feed(peer, ":s 315 belfry #a :End of WHO");
}

void irc_moderation_rig_fence(struct irc_moderation_rig *rig)
{
	char line[256];

	snprintf(line, sizeof(line), "%s", irc_peer_next(&rig->peer));
	assert_true(str_starts(line, "PING modes-"));
	irc_peer_feed(&rig->peer, ":s PONG s :%s", line + strlen("PING "));
}

void irc_moderation_rig_feed(struct irc_moderation_rig *rig, const char *line)
{
	struct irc_peer *peer = &rig->peer;

	snprintf(peer->feed_copy, sizeof(peer->feed_copy), "%s", line);
	peer->feed = peer->feed_copy;
	peer->feed_len = strlen(line);
	peer->fn(STREAM_READABLE, peer->arg);
}
