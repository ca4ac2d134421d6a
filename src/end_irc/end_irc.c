#include "end_irc/end_irc.h"

#include "end_irc/command.h"
#include "end_irc/directs.h"
#include "end_irc/end_irc_private.h"
#include "end_irc/inbound.h"
#include "end_irc/room.h"
#include "irc/casemap.h"
#include "irc/channel.h"
#include "irc/history.h"
#include "util/alloc.h"
#include "util/log.h"
#include "util/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STOP_MS = 3000 };

struct end_irc {
	struct loop *loop;
	struct end_irc_params params;
	char *name;
	char *object; /* "irc NAME", for logs */
	char *nick_template;
	struct irc_conn *conn;
	struct irc_folk folk;
	struct irc_census *census;
	struct irc_commands *commands;
	struct irc_puppets *puppets; /* NULL: one connection speaks for all */
	struct irc_directs *directs; /* NULL without puppets */
	int busy;               /* rooms that cannot present what they hear */
	struct irc_room *rooms; /* by folded channel */
	struct irc_room *late;  /* those before it are joined; NULL: look */
	char *why;              /* why the connection is in its state */
	struct log_once news;
	loop_fn *stopped;
	void *stopped_arg;
	struct timer *stop_timer;
};

static struct irc_room *find_room(
	const struct end_irc *end, const char *channel)
{
	struct irc_room *room;
	char key[512];
	irc_casemap_fold(IRC_CASEMAP_RFC1459, channel, key, sizeof(key));
	HASH_FIND_STR(end->rooms, key, room);
	return room;
}

static void log_state(
	struct end_irc *end, enum irc_conn_state state, const char *why)
{
	char text[256];
	const char *problem = irc_conn_login_problem(end->conn);
	/* Not what comes behind it: when, and which server is next. */
	snprintf(text, sizeof(text), "%s: %.*s", irc_conn_state_name(state),
		(int)strcspn(why, ";"), why);
	if (state == IRC_CONN_READY) {
		end->news = (struct log_once){0};
		log_info(end->object, "%s", why);
		if (problem)
			log_warn(end->object, "not logged in: %s", problem);
		return;
	}
	/* The same failure again and again is news every ten minutes. */
	if (state == IRC_CONN_WAITING &&
		log_once_is_news(&end->news, text, 600 * 1000))
		log_warn(end->object, "%s", why);
	else
		log_debug(end->object, "%s", text);
}

/* All links are down: so it is told, in another turn. */
static void check_stopped(struct end_irc *end)
{
	if (end->stopped && irc_conn_state(end->conn) == IRC_CONN_IDLE &&
		(!end->puppets || irc_puppets_is_down(end->puppets)))
		timer_arm(end->stop_timer, 0);
}

static void end_on_state(struct irc_conn *conn, enum irc_conn_state state,
	const char *why, void *arg)
{
	struct end_irc *end = arg;
	struct irc_room *room, *tmp;
	(void)conn;
	set_string(&end->why, why);
	log_state(end, state, why);
	end->late = NULL;
	if (state == IRC_CONN_READY)
		irc_identity_up(end->folk.identity);
	if (end->puppets)
		irc_puppets_on_main(end->puppets, state);
	HASH_ITER (hh, end->rooms, room, tmp) {
		if (state == IRC_CONN_CLOSING)
			irc_room_leave(room, why);
		else if (state != IRC_CONN_READY)
			irc_room_lost(room, why);
	}
	check_stopped(end);
}

/* What it says about people, to the rooms that it is about. */
static void tell_rooms(struct end_irc *end, const struct irc_message *message)
{
	size_t where = message->numeric >= 0 ? 1 : 0;
	struct irc_room *room =
		find_room(end, irc_message_param(message, where));
	const struct irc_channel *channel;

	if (room)
		irc_room_people(room, message);
	for (size_t i = 0; (channel = irc_conn_affected(end->conn, i)); i++) {
		room = find_room(end, irc_channel_name(channel));
		if (room)
			irc_room_people(room, message);
	}
}

/* Answers that name no channel: any room may have asked. */
static void tell_answer(struct end_irc *end, const struct irc_message *message)
{
	struct irc_room *room, *tmp;
	if (!irc_moderation_is_answer(message))
		return;
	HASH_ITER (hh, end->rooms, room, tmp)
		irc_room_answer(room, message);
}

/* A puppet's change of nick: under the new one it is not known as ours yet. */
static bool is_own_rename(
	const struct end_irc *end, const struct irc_message *message)
{
	return irc_message_is(message, "NICK") &&
	       irc_folk_sort(&end->folk, &message->source, false) ==
		       IRC_SORT_SELF;
}

/* Bans and ranks go by nicks. */
static void tell_own_rename(
	struct end_irc *end, const struct irc_message *message)
{
	const struct irc_channel *channel;
	struct irc_room *room;

	for (size_t i = 0; (channel = irc_conn_affected(end->conn, i)); i++) {
		room = find_room(end, irc_channel_name(channel));
		if (room)
			irc_room_answer(room, message);
	}
}

/* What happens now, to whoever must know before it is presented. */
static void observe(struct end_irc *end, const struct irc_message *message)
{
	bool is_own;

	if (end->puppets)
		irc_puppets_before(end->puppets, message);
	if (end->directs)
		irc_directs_observe(end->directs, message);
	is_own = is_own_rename(end, message);
	if (!is_own) {
		irc_identity_take(end->folk.identity, message);
		irc_census_take(end->census, message);
		tell_rooms(end, message);
		tell_answer(end, message);
	}
	if (end->puppets)
		irc_puppets_after(end->puppets, message);
	if (is_own)
		tell_own_rename(end, message);
}

static void present(struct end_irc *end, struct irc_room *room,
	const struct irc_message *message)
{
	struct irc_inbound inbound;
	bool is_past = irc_conn_is_history(end->conn, message) &&
		       !irc_history_is_offered(end->conn);

	irc_inbound_init(&inbound);
	if (is_past ? irc_inbound_read_past(&inbound, &end->folk, message)
		    : irc_inbound_read(&inbound, &end->folk, message))
		irc_room_message(room, &inbound, is_past);
	irc_inbound_release(&inbound);
}

static void end_on_message(
	struct irc_conn *conn, const struct irc_message *message, void *arg)
{
	struct end_irc *end = arg;
	const char *target = irc_message_param(message, 0);
	struct irc_room *room;

	if (!irc_conn_is_history(conn, message))
		observe(end, message);
	if (!irc_message_is(message, "PRIVMSG") &&
		!irc_message_is(message, "NOTICE"))
		return;
	room = find_room(end, target);
	if (!room && !irc_conn_is_own_nick(conn, target))
		return;
	if (irc_commands_take(
		    end->commands, message, room ? room->mapping : NULL) ||
		!room)
		return;
	present(end, room, message);
}

/* Are we in all of the channels? Looks on from where it looked last. */
static bool is_settled(struct end_irc *end)
{
	if (!end->late)
		end->late = end->rooms;
	while (end->late && end->late->ready)
		end->late = end->late->hh.next;
	return !end->late;
}

/* Who is in it is not known until it is listed again. */
static void lose_sight(struct end_irc *end)
{
	end->late = NULL;
	irc_identity_up(end->folk.identity);
}

static void end_on_channel(struct irc_conn *conn, const char *channel,
	bool joined, const char *why, void *arg)
{
	struct end_irc *end = arg;
	struct irc_room *room = find_room(end, channel);
	bool is_up = irc_conn_state(conn) == IRC_CONN_READY;
	if (room && room->ready && !joined && is_up)
		lose_sight(end);
	/* That the link was lost is known, with the reason. */
	if (room && (joined || is_up))
		irc_room_set_ready(room, joined, why);
	if (joined && is_settled(end))
		irc_identity_settle(end->folk.identity);
}

static const struct irc_conn_events conn_events = {
	.state = end_on_state,
	.message = end_on_message,
	.channel = end_on_channel,
};

static void end_on_stopped(void *arg)
{
	struct end_irc *end = arg;
	loop_fn *fn = TAKE(end->stopped);
	if (fn)
		fn(end->stopped_arg);
}

/* --- puppets --- */

static void end_on_puppet(void *arg, struct irc_puppet *puppet)
{
	struct end_irc *end = arg;
	struct irc_room *room, *tmp;
	/* Who goes with us comes back with us. */
	if (end->stopped) {
		check_stopped(end);
		return;
	}
	irc_directs_changed(end->directs, puppet);
	HASH_ITER (hh, end->rooms, room, tmp)
		irc_room_puppet(room, puppet);
}

static void end_on_puppet_channel(void *arg, struct irc_puppet *puppet,
	const char *channel, bool joined, const char *why)
{
	struct irc_room *room = find_room(arg, channel);
	(void)joined;
	(void)why;
	if (room)
		irc_room_puppet(room, puppet);
}

static void end_on_puppet_kicked(
	void *arg, struct irc_puppet *puppet, const struct irc_message *kick)
{
	struct irc_room *room = find_room(arg, irc_message_param(kick, 0));
	if (room)
		irc_room_puppet_kicked(room, puppet, kick);
}

static void end_on_vacant(void *arg, const char *id)
{
	struct end_irc *end = arg;
	struct irc_room *room, *tmp;
	HASH_ITER (hh, end->rooms, room, tmp)
		irc_room_vacant(room, id);
}

static void end_on_puppet_message(
	void *arg, struct irc_puppet *puppet, const struct irc_message *message)
{
	struct end_irc *end = arg;
	irc_directs_message(end->directs, puppet, message);
}

static bool end_is_in_sight(void *arg, const char *nick)
{
	const struct end_irc *end = arg;
	const struct irc_room *room;
	const struct irc_channel *channel;
	for (room = end->rooms; room; room = room->hh.next) {
		channel = irc_conn_channel(end->conn, room->channel);
		if (channel && irc_channel_member(channel, nick))
			return true;
	}
	return false;
}

static void new_puppets(
	struct end_irc *end, const struct end_irc_params *params)
{
	const struct irc_puppets_params puppets = {
		.network = end->name,
		.conn = &params->conn,
		.settings = &params->puppets,
		.main = end->conn,
		.changed = end_on_puppet,
		.channel = end_on_puppet_channel,
		.kicked = end_on_puppet_kicked,
		.vacant = end_on_vacant,
		.message = end_on_puppet_message,
		.is_in_sight = end_is_in_sight,
		.arg = end,
	};
	if (!params->has_puppets)
		return;
	end->puppets = irc_puppets_new(end->loop, &puppets);
	end->folk.puppets = end->puppets;
	end->directs =
		irc_directs_new(end->loop, &(struct irc_directs_params){
						   .folk = &end->folk,
						   .puppets = end->puppets,
						   .direct = params->direct,
						   .arg = params->arg,
					   });
}

/* Who is who, and what the end's people ask for. */
static void new_people(struct end_irc *end, const struct end_irc_params *params)
{
	const struct irc_folk_params folk = {
		.network = end->name,
		.relays = params->relays,
		.relay_count = params->relay_count,
		.ignores_bots = params->ignores_bots,
		.has_commands = params->command != NULL,
	};

	irc_folk_init(&end->folk, end->conn, &folk);
	end->folk.identity =
		irc_identity_new(end->conn, end->name, params->store);
	end->census = irc_census_new(end->loop, end->conn);
	end->commands = irc_commands_new(&(struct irc_commands_params){
		.loop = end->loop,
		.conn = end->conn,
		.folk = &end->folk,
		.params = params,
	});
	/* Both have made copies. */
	end->params.relays = NULL;
	end->params.operators = NULL;
}

static void free_people(struct end_irc *end)
{
	irc_commands_free(end->commands);
	irc_census_free(end->census);
	irc_identity_free(end->folk.identity);
	irc_folk_release(&end->folk);
}

struct end_irc *end_irc_new(
	struct loop *loop, const struct end_irc_params *params)
{
	struct end_irc *end = xcalloc(1, sizeof(*end));
	end->loop = loop;
	end->params = *params;
	end->name = xstrdup(params->conn.name);
	end->object = xasprintf("irc %s", end->name);
	end->nick_template = xstrdup(
		params->nick_template ? params->nick_template : "<{name}> ");
	end->params.nick_template = end->nick_template;
	if (!end->params.window)
		end->params.window = 1;
	end->conn = irc_conn_new(loop, &params->conn, &conn_events, end);
	new_people(end, params);
	new_puppets(end, params);
	end->stop_timer = timer_new(loop, end_on_stopped, end);
	return end;
}

void end_irc_free(struct end_irc *end)
{
	if (!end)
		return;
	irc_directs_free(end->directs);
	irc_puppets_free(end->puppets);
	free_people(end);
	irc_conn_free(end->conn);
	timer_free(end->stop_timer);
	free(end->name);
	free(end->object);
	free(end->nick_template);
	free(end->why);
	free(end);
}

void end_irc_start(struct end_irc *end)
{
	irc_conn_start(end->conn);
}

void end_irc_stop(
	struct end_irc *end, const char *reason, loop_fn *fn, void *arg)
{
	end->stopped = fn;
	end->stopped_arg = arg;
	timer_arm(end->stop_timer, STOP_MS);
	if (end->puppets)
		irc_puppets_stop(end->puppets, reason);
	if (irc_conn_state(end->conn) != IRC_CONN_IDLE)
		irc_conn_stop(end->conn, reason);
	check_stopped(end);
}

void end_irc_describe(const struct end_irc *end, struct buf *out)
{
	enum irc_conn_state state = irc_conn_state(end->conn);
	buf_addf(out, "%s: %s", end->name, irc_conn_state_name(state));
	if (state == IRC_CONN_READY)
		buf_addf(out, " as %s on %s", irc_conn_nick(end->conn),
			irc_conn_server(end->conn)->host);
	else if (end->why && *end->why)
		buf_addf(out, ", %s", end->why);
	if (end->puppets)
		irc_puppets_describe(end->puppets, out);
}

const struct end_irc_params *end_irc_params(const struct end_irc *end)
{
	return &end->params;
}

void end_irc_busy(struct end_irc *end, int rooms)
{
	end->busy += rooms;
	if (end->busy > 0)
		irc_conn_pause(end->conn);
	else
		irc_conn_resume(end->conn);
}

struct irc_conn *end_irc_conn(const struct end_irc *end)
{
	return end->conn;
}

struct end_room *end_irc_open(struct end_irc *end,
	const struct end_irc_room_params *params, const struct end_sink *sink)
{
	const struct irc_room_context context = {
		.loop = end->loop,
		.end = end,
		.conn = end->conn,
		.params = &end->params,
		.folk = &end->folk,
		.census = end->census,
		.puppets = end->puppets,
	};
	struct irc_room *room = irc_room_new(&context, params, sink);
	HASH_ADD_KEYPTR(hh, end->rooms, room->key, strlen(room->key), room);
	return &room->base;
}

struct end_room *end_irc_open_direct(struct end_irc *end,
	const struct end_irc_direct_params *params, const struct end_sink *sink)
{
	return end->directs ? irc_directs_open(end->directs, params, sink)
			    : NULL;
}

void end_irc_join(struct end_irc *end, struct irc_room *room)
{
	irc_conn_join(end->conn, room->channel, room->password);
}

void end_irc_leave(struct end_irc *end, struct irc_room *room)
{
	if (end->late == room)
		end->late = NULL;
	HASH_DEL(end->rooms, room);
	/* Another room may be made for it at once. */
	irc_conn_part_soon(end->conn, room->channel);
	irc_room_close(room, end->loop);
}
