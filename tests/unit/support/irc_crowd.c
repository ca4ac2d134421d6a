#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "irc_crowd.h"

#include "end_irc/render.h"
#include "util/clock.h"
#include "util/str.h"

#include <stdio.h>
#include <string.h>

static struct irc_crowd *wrapped;

/* The linker gives us what the end asks for. */
struct irc_conn *__wrap_irc_conn_new(struct loop *loop,
	const struct irc_conn_params *params,
	const struct irc_conn_events *events, void *arg);
struct irc_conn *__wrap_irc_conn_new(struct loop *loop,
	const struct irc_conn_params *params,
	const struct irc_conn_events *events, void *arg)
{
	struct crowd_one *one = &wrapped->all[wrapped->count];

	assert_true(wrapped->count < CROWD_MAX);
	if (wrapped->count++ > 0) {
		one->peer.loop = loop;
		buf_init(&one->peer.written, PEER_LOG_BYTES);
	}
	one->is_made = true;
	one->peer.params = *params;
	one->peer.events = *events;
	irc_peer_make_for(&one->peer, arg);
	return one->peer.conn;
}

/* --- the network --- */

static void feed(struct irc_crowd *crowd, size_t i, const char *line)
{
	struct irc_peer *peer = &crowd->all[i].peer;

	if (i == 0 && crowd->is_main_late)
		buf_addf(&crowd->late, "%s\n", line);
	else if (peer->fn)
		irc_peer_feed(peer, "%s", line);
}

void irc_crowd_tell(struct irc_crowd *crowd, size_t i, const char *fmt, ...)
{
	char line[2048];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	feed(crowd, i, line);
}

void irc_crowd_catch_up(struct irc_crowd *crowd)
{
	struct span rest;
	struct buf AUTOBUF lines = crowd->late;

	buf_init(&crowd->late, 1 << 16);
	crowd->is_main_late = false;
	rest = (struct span){lines.data, lines.len};
	while (rest.p) {
		struct span line = span_cut(&rest, '\n');
		if (line.len)
			irc_crowd_tell(crowd, 0, "%.*s", (int)line.len, line.p);
	}
}

/* To the one who did it, then to main; the others hear it too, but it does not
 * matter to a light connection. */
static void all_see(struct irc_crowd *crowd, size_t i, const char *line)
{
	feed(crowd, i, line);
	if (i != 0)
		feed(crowd, 0, line);
}

static void source_of(const struct crowd_one *one, char *out, size_t size)
{
	(void)snprintf(out, size, "%s!%s@host", one->nick, one->user);
}

static void on_nick(struct irc_crowd *crowd, size_t i, const char *nick)
{
	struct crowd_one *one = &crowd->all[i];
	char line[512], source[256];

	for (size_t k = 0; k < crowd->count; k++)
		if (k != i && crowd->all[k].peer.fn &&
			str_eq(crowd->all[k].nick, nick)) {
			irc_crowd_tell(crowd, i,
				":s 433 %s %s :Nickname is already in use",
				one->is_registered ? one->nick : "*", nick);
			return;
		}
	source_of(one, source, sizeof(source));
	(void)snprintf(line, sizeof(line), ":%s NICK %.60s", source, nick);
	(void)snprintf(one->nick, sizeof(one->nick), "%.60s", nick);
	if (one->is_registered)
		all_see(crowd, i, line);
}

static void on_join(struct irc_crowd *crowd, size_t i)
{
	struct crowd_one *one = &crowd->all[i];
	char line[512], source[256];

	if (i && crowd->refusal) {
		irc_crowd_tell(crowd, i, ":s %.3s %s #a :%s", crowd->refusal,
			one->nick, crowd->refusal + 4);
		return;
	}
	one->is_in = true;
	source_of(one, source, sizeof(source));
	(void)snprintf(line, sizeof(line), ":%s JOIN #a", source);
	all_see(crowd, i, line);
	irc_crowd_tell(crowd, i, ":s 353 %s = #a :@%s", one->nick, one->nick);
	irc_crowd_tell(crowd, i, ":s 366 %s #a :End of NAMES", one->nick);
}

static void on_text(struct irc_crowd *crowd, size_t i, const char *line)
{
	struct crowd_one *one = &crowd->all[i];
	const char *text = line + 11;
	char seen[1024], source[256];

	if (i && crowd->refuses_text) {
		irc_crowd_tell(crowd, i, ":s 404 %s #a :Cannot send to channel",
			one->nick);
		return;
	}
	text += *text == ':';
	source_of(one, source, sizeof(source));
	buf_addf(&crowd->said, "%s: %s\n", one->nick, text);
	(void)snprintf(seen, sizeof(seen), ":%s PRIVMSG #a :%s", source, text);
	if (i)
		feed(crowd, 0, seen);
}

static void on_quit(struct irc_crowd *crowd, size_t i, const char *why)
{
	struct crowd_one *one = &crowd->all[i];
	char source[256];

	source_of(one, source, sizeof(source));
	one->is_registered = false;
	if (one->is_in && i)
		irc_crowd_tell(crowd, 0, ":%s QUIT :%s", source, why);
	one->is_in = false;
}

/* To one person. */
static void on_private(struct irc_crowd *crowd, size_t i, const char *line)
{
	const char *target = strchr(line, ' ') + 1;
	size_t len = strcspn(target, " ");
	const char *text = target + len + strspn(target + len, " ");

	text += *text == ':';
	if (crowd->private_refusal)
		irc_crowd_tell(crowd, i, ":s %.3s %s %.*s :%s",
			crowd->private_refusal, crowd->all[i].nick, (int)len,
			target, crowd->private_refusal + 4);
	else
		buf_addf(&crowd->said, "%s %.*s :%s\n", crowd->all[i].nick,
			(int)(target + len - line), line, text);
}

static void answer(struct irc_crowd *crowd, size_t i, const char *line)
{
	struct crowd_one *one = &crowd->all[i];
	char source[256], seen[512];

	if (str_starts(line, "CAP LS"))
		irc_crowd_tell(crowd, i, ":s CAP * LS :%s", crowd->caps);
	else if (str_starts(line, "CAP REQ "))
		irc_crowd_tell(crowd, i, ":s CAP * ACK %s%s",
			line[8] == ':' ? "" : ":", line + 8);
	else if (str_starts(line, "NICK "))
		on_nick(crowd, i, line + 5);
	else if (str_starts(line, "USER "))
		(void)snprintf(one->user, sizeof(one->user), "%.*s",
			(int)strcspn(line + 5, " "), line + 5);
	else if (str_starts(line, "JOIN "))
		on_join(crowd, i);
	else if (str_starts(line, "PRIVMSG #a ") ||
		 str_starts(line, "NOTICE #a "))
		on_text(crowd, i, line + (*line == 'N' ? -1 : 0));
	else if (str_starts(line, "PRIVMSG ") || str_starts(line, "NOTICE "))
		on_private(crowd, i, line);
	else if (str_starts(line, "RELAYMSG ") && crowd->refuses_text)
		irc_crowd_tell(crowd, i, ":s FAIL RELAYMSG PRIVS_NEEDED :No");
	else if (str_starts(line, "RELAYMSG "))
		buf_addf(&crowd->said, "%s\n", line);
	else if (str_starts(line, "PING ") && (!i || !crowd->is_silent))
		irc_crowd_tell(crowd, i, ":s PONG s %s", line + 5);
	else if (str_starts(line, "QUIT"))
		buf_addf(&crowd->said, "%s quits%s\n", one->nick, line + 4);
	if (str_starts(line, "QUIT")) {
		on_quit(crowd, i, "Quit: bye");
		if (one->peer.fn)
			irc_peer_close(&one->peer, "closed");
	} else if (str_starts(line, "PART ")) {
		one->parts++;
		one->is_in = false;
		source_of(one, source, sizeof(source));
		buf_addf(&crowd->said, "%s leaves%s\n", one->nick, line + 7);
		(void)snprintf(seen, sizeof(seen), ":%s PART #a", source);
		all_see(crowd, i, seen);
	}
}

static void greet(struct irc_crowd *crowd, size_t i)
{
	struct crowd_one *one = &crowd->all[i];

	if (one->is_registered || !*one->nick || !*one->user || one->is_deaf)
		return;
	one->is_registered = true;
	irc_crowd_tell(crowd, i, ":s 001 %s :Welcome", one->nick);
	irc_crowd_tell(
		crowd, i, ":s 005 %s %s :are", one->nick, crowd->isupport);
	irc_crowd_tell(crowd, i, ":s 422 %s :No MOTD", one->nick);
}

static bool serve_one(struct irc_crowd *crowd, size_t i)
{
	struct crowd_one *one = &crowd->all[i];
	struct irc_peer *peer = &one->peer;
	char line[2048];
	bool is_moved = false;

	if (!peer->fn) {
		one->was_up = one->is_registered = false;
		return false;
	}
	if (!one->was_up && irc_conn_state(peer->conn) == IRC_CONN_CONNECTING) {
		one->was_up = true;
		*one->nick = *one->user = '\0';
		peer->fn(STREAM_CONNECTED, peer->arg);
		is_moved = true;
	}
	while (peer->fn && peer->written.len) {
		(void)snprintf(line, sizeof(line), "%s", irc_peer_next(peer));
		answer(crowd, i, line);
		is_moved = true;
	}
	if (peer->fn)
		greet(crowd, i);
	return is_moved;
}

void irc_crowd_serve(struct irc_crowd *crowd)
{
	bool is_moved = true;

	for (int rounds = 0; is_moved && rounds < 100; rounds++) {
		is_moved = false;
		irc_peer_turn(&crowd->all[0].peer);
		for (size_t i = 0; i < crowd->count; i++)
			is_moved |= serve_one(crowd, i);
	}
	irc_peer_turn(&crowd->all[0].peer);
}

void irc_crowd_pass(struct irc_crowd *crowd, int64_t ms)
{
	while (ms > 0) {
		int64_t step = ms < 500 ? ms : 500;

		clock_advance(step);
		irc_crowd_serve(crowd);
		ms -= step;
	}
}

void irc_crowd_cut(struct irc_crowd *crowd, size_t i, const char *error)
{
	if (error)
		irc_crowd_tell(crowd, i, "ERROR :%s", error);
	on_quit(crowd, i, error ? error : "Connection reset");
	if (crowd->all[i].peer.fn)
		irc_peer_close(&crowd->all[i].peer, "reset");
	irc_crowd_serve(crowd);
}

/* --- the bridge --- */

static enum end_answer on_event(void *arg, const struct event *event)
{
	struct irc_crowd *crowd = arg;

	buf_addf(&crowd->log, "event %s%s: %s\n",
		event->origin == ORIGIN_SELF ? "own " : "", event->sender.name,
		text_plain(event->text));
	return END_TAKEN;
}

static void on_receipt(void *arg, const struct receipt *receipt)
{
	static const char *const names[] = {
		"done", "refused", "later", "in doubt"};
	struct irc_crowd *crowd = arg;

	buf_addf(&crowd->log, "receipt %d %s%s\n", (int)receipt->ticket,
		names[receipt->outcome], receipt->complete ? "!" : "");
}

static void on_ready(void *arg, bool ready, const char *why)
{
	struct irc_crowd *crowd = arg;

	(void)why;
	buf_addf(&crowd->log, "%s\n", ready ? "ready" : "not ready");
}

static void on_position(void *arg, int64_t position)
{
	(void)arg;
	(void)position;
}

static void on_mirrored(void *arg, const struct mirror_receipt *receipt)
{
	static const char *const names[] = {
		"done", "refused", "later", "not shown"};
	struct irc_crowd *crowd = arg;

	assert_int_equal(receipt->outcome == MIRROR_DONE, !receipt->why);
	buf_addf(&crowd->log, "%s %s %s\n", receipt->person_id,
		receipt->is_here ? "here" : "gone", names[receipt->outcome]);
}

static void on_presence(void *arg, const struct presence *presence)
{
	struct irc_crowd *crowd = arg;

	buf_addf(&crowd->log, "%s%s presence %d by %s: %s\n",
		presence->origin == ORIGIN_SELF ? "own " : "",
		presence->person.id, (int)presence->kind,
		str_or_empty(presence->actor), str_or_empty(presence->reason));
}

static void arn(char *out, size_t size, const char *id)
{
	(void)snprintf(out, size, "arn:x/user/%s", id);
}

void irc_crowd_admit(struct irc_crowd *crowd, const char *id, const char *name)
{
	char full[256];
	struct person person = {.id = full, .name = name};

	arn(full, sizeof(full), id);
	crowd->room->ops->admit(crowd->room, &person);
	irc_crowd_serve(crowd);
}

void irc_crowd_dismiss(struct irc_crowd *crowd, const char *id)
{
	char full[256];
	const struct removal removal = {.person_id = full, .actor = "Admin"};

	arn(full, sizeof(full), id);
	crowd->room->ops->dismiss(crowd->room, &removal);
	irc_crowd_serve(crowd);
}

static void say(struct irc_crowd *crowd, int n, const struct person *sender,
	const char *words)
{
	struct text AUTOTEXT text;
	struct buf AUTOBUF payload;
	const char *why;
	char id[16];

	(void)snprintf(id, sizeof(id), "m%d", n);
	text_init(&text, 10000);
	buf_init(&payload, 20000);
	text_append_plain(&text, words);
	const struct event event = {
		.sender = *sender,
		.text = &text,
		.source_id = id,
	};
	assert_int_equal(
		crowd->room->ops->prepare(crowd->room, &event, &payload, &why),
		0);
	const struct parcel parcel = {
		.ticket = (uint64_t)n,
		.source_id = id,
		.token = id,
		.payload = payload.data,
		.payload_len = payload.len,
		.position = clock_wall_ms(),
	};
	crowd->room->ops->deliver(crowd->room, &parcel);
	irc_crowd_serve(crowd);
}

void irc_crowd_say(struct irc_crowd *crowd, int n, const char *id,
	const char *name, const char *text)
{
	char full[256];
	const struct person sender = {.id = full, .name = name};

	arn(full, sizeof(full), id);
	say(crowd, n, &sender, text);
}

void irc_crowd_say_unshown(
	struct irc_crowd *crowd, int n, const char *name, const char *text)
{
	const struct person sender = {
		.id = "arn:x/user/unshown",
		.name = name,
		.is_unshown = true,
	};

	say(crowd, n, &sender, text);
}

/* --- life --- */

void irc_crowd_init(struct irc_crowd *crowd)
{
	memset(crowd, 0, sizeof(*crowd));
	irc_peer_init(&crowd->all[0].peer);
	fake_store_init(&crowd->store);
	buf_init(&crowd->late, 1 << 16);
	buf_init(&crowd->said, 1 << 16);
	buf_init(&crowd->log, 1 << 16);
	crowd->caps = "";
	crowd->isupport = "CHANTYPES=# NICKLEN=30 PREFIX=(ohv)@%+";
	crowd->params = (struct end_irc_params){
		.conn = crowd->all[0].peer.params,
		.window = 1,
		.has_puppets = true,
		.store = &crowd->store.base,
		.puppets =
			{
				.nick = "{name}[c]",
				.username = "{id}",
				.realname = "{name} (Chime)",
				.max = 10,
				.connect_interval_ms = 2000,
				.idle_ms = 3600 * 1000,
			},
	};
	crowd->params.conn.servers = crowd->all[0].peer.servers;
	wrapped = crowd;
}

void irc_crowd_start(struct irc_crowd *crowd)
{
	const struct end_irc_room_params room = {
		.mapping = "m",
		.channel = "#a",
	};

	crowd->sink = (struct end_sink){
		.event = on_event,
		.receipt = on_receipt,
		.ready = on_ready,
		.position = on_position,
		.mirrored = on_mirrored,
		.presence = on_presence,
		.arg = crowd,
	};
	crowd->end = end_irc_new(crowd->all[0].peer.loop, &crowd->params);
	crowd->room = end_irc_open(crowd->end, &room, &crowd->sink);
	crowd->room->ops->start(crowd->room, -1);
	end_irc_start(crowd->end);
	irc_crowd_serve(crowd);
	irc_crowd_pass(crowd, 1000);
	assert_true(str_starts(crowd->log.data, "ready\n"));
	memmove(crowd->log.data, crowd->log.data + 6, crowd->log.len - 6);
	buf_truncate(&crowd->log, crowd->log.len - 6);
	buf_clear(&crowd->said);
}

void irc_crowd_release(struct irc_crowd *crowd)
{
	if (crowd->room)
		crowd->room->ops->close(crowd->room);
	end_irc_free(crowd->end);
	irc_peer_turn(&crowd->all[0].peer);
	for (size_t i = crowd->count; i-- > 1;)
		buf_release(&crowd->all[i].peer.written);
	crowd->all[0].peer.conn = NULL;
	irc_peer_release(&crowd->all[0].peer);
	fake_store_release(&crowd->store);
	buf_release(&crowd->late);
	buf_release(&crowd->said);
	buf_release(&crowd->log);
}
