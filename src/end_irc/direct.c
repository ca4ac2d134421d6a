#include "end_irc/direct.h"

#include "end_irc/direct_send.h"
#include "end_irc/note.h"
#include "irc/casemap.h"
#include "irc/channel.h"
#include "irc_people/folk.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/str.h"

#include <stdlib.h>
#include <string.h>

struct irc_direct_room {
	struct end_room base; /* first: it is what the bridge holds */
	struct irc_directs *directs;
	char *key;
	char *person;
	char *peer;
	struct end_sink sink;
	struct irc_direct_send *send;
	struct irc_inbox inbox;
	struct timer *wake; /* presents what waits */
	char *nick;         /* the last that is known */
	bool was_in_sight;  /* of the main connection, since they spoke */
	bool started;
	bool is_new;  /* the bridge does not know where to begin */
	bool is_busy; /* the bridge cannot take more */
	bool ready;
	bool closed;
};

static struct irc_direct_room *room_of(struct end_room *base)
{
	return (struct irc_direct_room *)base;
}

/* --- whom ------------------------------------------------------------------
 */

/* The person, as the main connection sees them; under the nick that they last
 * spoke under when they are there twice. */
static const struct irc_user *room_sight(const struct irc_direct_room *room)
{
	const struct irc_folk *folk = irc_directs_params(room->directs)->folk;
	const struct irc_user *user = irc_conn_user(folk->conn, room->nick);
	char id[IRC_ID_BYTES];

	if (user) {
		const struct irc_who who = irc_who_of_user(folk->conn, user);

		irc_identity_id(folk->identity, &who, id);
		if (str_eq(id, room->person))
			return user;
	}
	return irc_identity_find(folk->identity, room->person);
}

static bool room_nick_is_taken(const struct irc_direct_room *room)
{
	const struct irc_folk *folk = irc_directs_params(room->directs)->folk;

	return irc_conn_user(folk->conn, room->nick) != NULL;
}

static const char *room_nick(void *arg)
{
	struct irc_direct_room *room = arg;
	const struct irc_user *user = room_sight(room);

	if (user) {
		room->was_in_sight = true;
		set_string(&room->nick, user->nick);
		return room->nick;
	}
	if (room->was_in_sight || room_nick_is_taken(room))
		return NULL;
	return room->nick;
}

static bool room_may_come(void *arg)
{
	const struct irc_direct_room *room = arg;
	const struct irc_folk *folk = irc_directs_params(room->directs)->folk;
	const struct irc_user *user = irc_conn_user(folk->conn, room->nick);

	return !irc_identity_is_settled(folk->identity) ||
	       (user &&
		       irc_identity_may_be(folk->identity, user, room->person));
}

/* --- to the bridge ---------------------------------------------------------
 */

static bool room_present(
	struct irc_direct_room *room, const struct event *event)
{
	room->is_busy = room->sink.event(room->sink.arg, event) == END_BUSY;
	return !room->is_busy;
}

/* It can be spoken to whenever the puppet can be made to connect. */
static void room_begin(struct irc_direct_room *room)
{
	if (room->is_new && room->sink.position)
		room->sink.position(room->sink.arg, clock_wall_ms());
	room->is_new = false;
	if (room->ready || room->closed)
		return;
	room->ready = true;
	room->sink.ready(room->sink.arg, true, "");
}

static void room_on_wake(void *arg)
{
	struct irc_direct_room *room = arg;
	const struct event *event;

	room_begin(room);
	while (!room->closed && (event = irc_inbox_head(&room->inbox))) {
		if (!room_present(room, event) || room->closed)
			return;
		irc_inbox_pop(&room->inbox);
	}
}

static void room_note(struct end_room *base, const char *text)
{
	struct irc_direct_room *room = room_of(base);
	struct irc_conn *conn = irc_direct_send_conn(room->send);
	const char *nick = conn ? room_nick(room) : NULL;

	if (nick)
		irc_note_send(conn, nick, text);
}

static void room_keep(struct irc_direct_room *room, const struct event *event)
{
	if (room->inbox.count >= DIRECT_WAITING_MAX ||
		irc_inbox_add(&room->inbox, event) < 0)
		room_note(&room->base, "Your message could not be relayed: too "
				       "many wait already.");
}

void irc_direct_room_take(struct irc_direct_room *room,
	const struct event *event, const char *nick)
{
	if (room->closed)
		return;
	set_string(&room->nick, nick);
	room->was_in_sight = room_sight(room) != NULL;
	if (!room->started || room->is_busy || room->inbox.count ||
		!room_present(room, event))
		room_keep(room, event);
}

void irc_direct_room_seen(struct irc_direct_room *room, const char *nick)
{
	const struct irc_folk *folk = irc_directs_params(room->directs)->folk;

	if (irc_casemap_equal(
		    irc_conn_isupport(folk->conn)->casemap, room->nick, nick))
		room->was_in_sight = true;
}

void irc_direct_room_changed(struct irc_direct_room *room)
{
	if (!room->closed)
		irc_direct_send_changed(room->send);
}

static void room_on_receipt(void *arg, const struct receipt *receipt)
{
	struct irc_direct_room *room = arg;

	if (!room->closed)
		room->sink.receipt(room->sink.arg, receipt);
}

/* --- by the bridge ---------------------------------------------------------
 */

static int room_prepare(struct end_room *base, const struct event *event,
	struct buf *ret_payload, const char **ret_why)
{
	(void)base;
	return irc_direct_payload(ret_payload, event, ret_why);
}

static void room_deliver(struct end_room *base, const struct parcel *parcel)
{
	irc_direct_send_add(room_of(base)->send, parcel);
}

static void room_resume(struct end_room *base)
{
	struct irc_direct_room *room = room_of(base);

	room->is_busy = false;
	if (room->started)
		timer_arm(room->wake, 0);
}

/* There is no past to be asked for. */
static void room_start(struct end_room *base, int64_t position)
{
	struct irc_direct_room *room = room_of(base);

	room->started = true;
	room->is_new = position < 0;
	timer_arm(room->wake, 0);
}

static void room_free(void *arg)
{
	struct irc_direct_room *room = arg;

	free(room->key);
	free(room->person);
	free(room->peer);
	free(room->nick);
	free(room);
}

static void room_close(struct end_room *base)
{
	struct irc_direct_room *room = room_of(base);

	room->closed = true;
	irc_directs_remove(room->directs, room);
	irc_direct_send_close(TAKE(room->send));
	irc_inbox_release(&room->inbox);
	timer_free(TAKE(room->wake));
	loop_defer(irc_directs_loop(room->directs), room_free, room);
}

static const struct end_ops room_ops = {
	.is_replayable = false,
	.settles_doubt = false,
	.prepare = room_prepare,
	.deliver = room_deliver,
	.resume = room_resume,
	.start = room_start,
	.close = room_close,
	.note = room_note,
};

struct irc_direct_room *irc_direct_room_new(struct irc_directs *directs,
	const struct end_irc_direct_params *params, const struct end_sink *sink,
	char *key, struct irc_inbox *inbox)
{
	struct irc_direct_room *room = xcalloc(1, sizeof(*room));
	const struct irc_direct_send_params send = {
		.puppets = irc_directs_params(directs)->puppets,
		.peer = params->peer,
		.peer_name = str_or_empty(params->peer_name),
		.name = params->name,
		.nick = room_nick,
		.may_come = room_may_come,
		.receipt = room_on_receipt,
		.arg = room,
	};

	room->base.ops = &room_ops;
	room->directs = directs;
	room->key = key;
	room->person = xstrdup(params->person);
	room->peer = xstrdup(params->peer);
	room->nick = xstrdup(params->name);
	room->sink = *sink;
	room->inbox = *inbox;
	*inbox = (struct irc_inbox){0};
	room->send = irc_direct_send_new(irc_directs_loop(directs), &send);
	room->wake = timer_new(irc_directs_loop(directs), room_on_wake, room);
	room->was_in_sight = room_sight(room) != NULL;
	return room;
}

struct end_room *irc_direct_room_base(struct irc_direct_room *room)
{
	return &room->base;
}

const char *irc_direct_room_key(const struct irc_direct_room *room)
{
	return room->key;
}

const char *irc_direct_room_peer(const struct irc_direct_room *room)
{
	return room->peer;
}
