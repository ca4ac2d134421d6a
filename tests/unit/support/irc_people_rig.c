#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "irc_people_rig.h"

#include "irc/channel.h"
#include "store/memory.h"
#include "util/clock.h"

#include <stdio.h>
#include <string.h>

static void rig_on_state(struct irc_conn *conn, enum irc_conn_state state,
	const char *why, void *arg)
{
	struct irc_people_rig *rig = arg;

	(void)conn;
	(void)why;
	if (state == IRC_CONN_READY)
		irc_identity_up(rig->folk.identity);
	else if (rig->roster)
		irc_roster_left(rig->roster);
}

static void rig_on_message(
	struct irc_conn *conn, const struct irc_message *message, void *arg)
{
	struct irc_people_rig *rig = arg;

	if (irc_conn_is_history(conn, message))
		return;
	irc_identity_take(rig->folk.identity, message);
	irc_census_take(rig->census, message);
	if (rig->roster)
		irc_roster_take(rig->roster, message);
}

static void rig_on_channel(struct irc_conn *conn, const char *channel,
	bool joined, const char *why, void *arg)
{
	struct irc_people_rig *rig = arg;

	(void)conn;
	(void)channel;
	(void)why;
	if (!rig->roster)
		return;
	if (joined)
		irc_roster_joined(rig->roster);
	else
		irc_roster_left(rig->roster);
}

static void on_roster(void *arg, enum roster_state state)
{
	static const char *const names[] = {
		[ROSTER_BEGINS] = "begins",
		[ROSTER_COMPLETE] = "complete",
		[ROSTER_UNKNOWN] = "unknown",
	};
	struct irc_people_rig *rig = arg;

	buf_addf(&rig->told, "%s\n", names[state]);
	if (rig->hook)
		rig->hook(rig, NULL, (int)state);
}

static void on_presence(void *arg, const struct presence *presence)
{
	static const char *const names[] = {
		[PRESENCE_HERE] = "here",
		[PRESENCE_LEFT] = "left",
		[PRESENCE_QUIT] = "quit",
		[PRESENCE_SPLIT] = "split",
		[PRESENCE_REMOVED] = "removed",
		[PRESENCE_RENAMED] = "renamed",
	};
	struct irc_people_rig *rig = arg;
	const struct person *person = &presence->person;

	assert_int_equal(presence->origin, ORIGIN_PERSON);
	buf_addf(&rig->told, "%s %s %s", names[presence->kind], person->id,
		person->name);
	if (person->account)
		buf_addf(&rig->told, " (%s)", person->account);
	if (person->address)
		buf_addf(&rig->told, " [%s]", person->address);
	if (person->is_bot)
		buf_adds(&rig->told, " bot");
	if (presence->was_id)
		buf_addf(&rig->told, ", was %s", presence->was_id);
	if (presence->actor)
		buf_addf(&rig->told, ", by %s", presence->actor);
	if (presence->reason)
		buf_addf(&rig->told, ": %s", presence->reason);
	buf_addc(&rig->told, '\n');
	if (rig->hook)
		rig->hook(rig, presence, -1);
}

static void rig_make(struct irc_people_rig *rig)
{
	const struct end_sink sink = {
		.roster = on_roster,
		.presence = on_presence,
		.arg = rig,
	};

	rig->folk.conn = rig->peer.conn;
	rig->folk.identity =
		irc_identity_new(rig->peer.conn, "net", rig->store);
	rig->census = irc_census_new(rig->peer.loop, rig->peer.conn);
	rig->roster =
		irc_roster_new(rig->peer.loop, &(struct irc_roster_params){
						       .folk = &rig->folk,
						       .census = rig->census,
						       .channel = "#a",
						       .sink = &sink,
					       });
}

static void rig_unmake(struct irc_people_rig *rig)
{
	irc_roster_close(rig->roster);
	irc_census_free(rig->census);
	irc_identity_free(rig->folk.identity);
}

void irc_people_rig_init(struct irc_people_rig *rig)
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
	rig->store = store_memory_new(rig->peer.loop);
	rig->caps = RIG_CAPS;
	rig->isupport = "CHANTYPES=# WHOX PREFIX=(ov)@+ NICKLEN=30";
	rig->folk.network = "net";
	rig_make(rig);
}

void irc_people_rig_release(struct irc_people_rig *rig)
{
	rig_unmake(rig);
	irc_folk_release(&rig->folk);
	irc_peer_turn(&rig->peer);
	store_close(rig->store);
	irc_peer_release(&rig->peer);
	buf_release(&rig->told);
}

void irc_people_rig_restart(struct irc_people_rig *rig)
{
	irc_peer_turn(&rig->peer);
	rig_unmake(rig);
	rig_make(rig);
	irc_peer_turn(&rig->peer);
}

void irc_people_rig_up(struct irc_people_rig *rig)
{
	irc_peer_start(&rig->peer);
	irc_peer_welcome(&rig->peer, rig->caps, rig->isupport);
	clock_advance(IDENTITY_GRACE_MS);
}

void irc_people_rig_join(struct irc_people_rig *rig, const char *names)
{
	struct irc_peer *peer = &rig->peer;

	irc_conn_join(peer->conn, "#a", NULL);
	irc_peer_turn(peer);
	irc_peer_expect(peer, "JOIN #a");
	irc_peer_feed(peer, ":belfry!bel@here JOIN #a belfry :Bridge");
	irc_peer_feed(peer, ":s 353 belfry = #a :@belfry %s", names);
	irc_peer_feed(peer, ":s 366 belfry #a :End of NAMES");
	irc_peer_expect(peer, "MODE #a");
}

void irc_people_rig_watch(struct irc_people_rig *rig)
{
	irc_roster_watch(rig->roster, true);
	irc_peer_turn(&rig->peer);
	assert_string_equal(rig->told.data, "");
	irc_peer_expect(&rig->peer, "WHO #a %s",
		strstr(rig->isupport, "WHOX") ? "%tcuhnfar,725" : "");
	irc_peer_feed(&rig->peer, ":s 315 belfry #a :End of WHO");
}

void irc_people_rig_again(struct irc_people_rig *rig)
{
	struct irc_peer *peer = &rig->peer;

	irc_peer_close(peer, "reset");
	irc_peer_pass_until(peer, IRC_CONN_CONNECTING, 60000);
	peer->fn(STREAM_CONNECTED, peer->arg);
	irc_peer_turn(peer);
	for (int i = 0; i < 3; i++)
		(void)irc_peer_next(peer);
	irc_peer_welcome(peer, rig->caps, rig->isupport);
}

const char *irc_people_rig_id(struct irc_people_rig *rig, const char *nick)
{
	static char ids[4][IRC_ID_BYTES];
	static unsigned next;
	char *id = ids[next++ % 4];
	const struct irc_user *user = irc_conn_user(rig->peer.conn, nick);
	struct irc_who who = {.nick = nick};

	if (user)
		who = irc_who_of_user(rig->peer.conn, user);
	irc_identity_id(rig->folk.identity, &who, id);
	return id;
}
