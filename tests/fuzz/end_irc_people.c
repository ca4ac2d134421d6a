/*
 * Who is who and who is here, against arbitrary lines in a channel: what the
 * bridge is told always fits what it was told before, and answers to commands
 * are whole lines. The first byte chooses the parameters; a line that begins
 * with a byte below 8 is something else that may happen: time passes, the link
 * ends, the list is wanted again or not any more.
 */
#include "end_irc/command.h"
#include "irc/conn_private.h"
#include "irc_people/roster.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/hash.h"
#include "util/str.h"

#include <stdlib.h>
#include <string.h>

enum { LINE_BYTES = 4096, LINES_MAX = 2000 };

struct known {
	char *id;
	UT_hash_handle hh;
};

struct people {
	struct loop *loop;
	struct irc_conn *conn;
	irc_wire_fn *fn;
	void *arg;
	char line[LINE_BYTES + 1];
	size_t len;
	bool has_line;
	struct irc_folk folk;
	struct irc_census *census;
	struct irc_roster *roster;
	struct irc_commands *commands;
	struct known *known;
	bool is_told; /* a list is, and was not taken back */
	bool in_list;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool is_true)
{
	if (!is_true)
		abort();
}

/* The wire. */

static void *wire_open(
	void *context, const struct irc_wire_target *target, struct err *err)
{
	struct people *people = context;

	(void)err;
	people->fn = target->fn;
	people->arg = target->arg;
	return people;
}

static void wire_close(void *wire)
{
	struct people *people = wire;

	people->fn = NULL;
}

static int wire_next_line(void *wire, char **ret_line, size_t *ret_len)
{
	struct people *people = wire;

	if (!people->has_line)
		return 0;
	people->has_line = false;
	*ret_line = people->line;
	*ret_len = people->len;
	return 1;
}

static int wire_write(void *wire, const void *bytes, size_t len)
{
	const char *text = bytes;

	(void)wire;
	check(len >= 3 && text[len - 1] == '\n' && text[len - 2] == '\r');
	check(!memchr(text, '\n', len - 1) && !memchr(text, '\r', len - 2) &&
		!memchr(text, '\0', len));
	return 0;
}

static void wire_pause(void *wire, bool is_paused)
{
	(void)wire;
	(void)is_paused;
}

static const char *wire_why(const void *wire)
{
	(void)wire;
	return "the end";
}

static bool wire_is_no(const void *wire)
{
	(void)wire;
	return false;
}

static const struct irc_wire_ops WIRE = {
	.open = wire_open,
	.close = wire_close,
	.next_line = wire_next_line,
	.write = wire_write,
	.pause = wire_pause,
	.why = wire_why,
	.is_untrusted = wire_is_no,
	.is_tls = wire_is_no,
};

/* The bridge. */

static struct known *find_known(struct people *people, const char *id)
{
	struct known *known;

	HASH_FIND_STR(people->known, id, known);
	return known;
}

static void forget(struct people *people, struct known *known)
{
	check(known != NULL);
	HASH_DEL(people->known, known);
	free(known->id);
	free(known);
}

static void forget_all(struct people *people)
{
	while (people->known)
		forget(people, people->known);
}

static void on_roster(void *arg, enum roster_state state)
{
	struct people *people = arg;

	check(people->in_list == (state == ROSTER_COMPLETE));
	check(people->is_told || state != ROSTER_UNKNOWN);
	people->in_list = state == ROSTER_BEGINS;
	people->is_told = state != ROSTER_UNKNOWN;
	if (state != ROSTER_COMPLETE)
		forget_all(people);
}

static void on_presence(void *arg, const struct presence *presence)
{
	struct people *people = arg;
	const char *id = presence->person.id;
	struct known *known = find_known(people, id);

	check(people->is_told && str_starts(id, "net/") && id[4]);
	check(presence->person.name && *presence->person.name);
	if (presence->kind == PRESENCE_RENAMED)
		check(known != NULL);
	else if (presence->kind != PRESENCE_HERE)
		forget(people, known);
	if (presence->kind != PRESENCE_HERE)
		return;
	if (presence->was_id)
		forget(people, find_known(people, presence->was_id));
	if (known)
		return;
	known = xcalloc(1, sizeof(*known));
	known->id = xstrdup(id);
	HASH_ADD_KEYPTR(hh, people->known, known->id, strlen(id), known);
}

static void on_command(void *arg, const struct irc_command *command)
{
	(void)arg;
	check(command->person->id && command->words);
	command->say(command->say_arg, command->words);
}

/* The end. */

static void on_state(struct irc_conn *conn, enum irc_conn_state state,
	const char *why, void *arg)
{
	struct people *people = arg;

	(void)conn;
	(void)why;
	if (state == IRC_CONN_READY)
		irc_identity_up(people->folk.identity);
	else
		irc_roster_left(people->roster);
}

static void on_message(
	struct irc_conn *conn, const struct irc_message *message, void *arg)
{
	struct people *people = arg;

	if (irc_conn_is_history(conn, message))
		return;
	irc_identity_take(people->folk.identity, message);
	irc_census_take(people->census, message);
	irc_roster_take(people->roster, message);
	if (irc_conn_is_own_nick(conn, irc_message_param(message, 0)))
		(void)irc_commands_take(people->commands, message, NULL);
	else if (str_eq(irc_message_param(message, 0), "#a"))
		(void)irc_commands_take(people->commands, message, "m");
}

static void on_channel(struct irc_conn *conn, const char *channel, bool joined,
	const char *why, void *arg)
{
	struct people *people = arg;

	(void)conn;
	(void)channel;
	(void)why;
	if (joined)
		irc_roster_joined(people->roster);
	else
		irc_roster_left(people->roster);
}

static void turn(struct people *people)
{
	for (int i = 0; i < 3; i++)
		loop_turn(people->loop, 0);
}

static void feed(struct people *people, const char *line, size_t len)
{
	if (irc_conn_state(people->conn) == IRC_CONN_CONNECTING && people->fn)
		people->fn(STREAM_CONNECTED, people->arg);
	if (!people->fn)
		return;
	people->len = len < LINE_BYTES ? len : LINE_BYTES;
	memcpy(people->line, line, people->len);
	people->has_line = true;
	people->fn(STREAM_READABLE, people->arg);
	turn(people);
}

static void feed_text(struct people *people, const char *line)
{
	feed(people, line, strlen(line));
}

/* Who registers, and is in the channel. */
static void come_up(struct people *people, uint8_t choice)
{
	feed_text(people, ":s CAP * LS :account-notify account-tag "
			  "batch extended-join message-tags");
	feed_text(people, choice & 1 ? ":s CAP * ACK :account-notify "
				       "account-tag batch extended-join "
				       "message-tags"
				     : ":s CAP * NAK :account-notify "
				       "account-tag batch extended-join "
				       "message-tags");
	feed_text(people, ":s 001 me :Welcome");
	feed_text(people, choice & 2 ? ":s 005 me WHOX BOT=B :are"
				     : ":s 005 me CASEMAPPING=ascii :are");
	feed_text(people, ":s 422 me :No MOTD");
	feed_text(people, ":me!u@h JOIN #a");
	feed_text(people, ":s 353 me = #a :@me al!a@h bob!b@h");
	feed_text(people, ":s 366 me #a :End");
	feed_text(people, ":s 315 me #a :End");
}

static void happen(struct people *people, int what, int n)
{
	if (what == 1)
		clock_advance((int64_t)n * 1000);
	else if (what == 2 && people->fn)
		people->fn(STREAM_CLOSED, people->arg);
	else if (what == 3)
		come_up(people, (uint8_t)n);
	else if (what == 4)
		irc_roster_watch(people->roster, true);
	else if (what == 5)
		irc_identity_settle(people->folk.identity);
	turn(people);
	if (what != 6)
		return;
	/* Then nothing of before holds. */
	irc_roster_watch(people->roster, false);
	forget_all(people);
	people->is_told = false;
	turn(people);
}

static void begin_folk(
	struct people *people, const struct end_irc_params *params)
{
	irc_folk_init(&people->folk, people->conn,
		&(struct irc_folk_params){
			.network = "net",
			.relays = params->relays,
			.relay_count = params->relay_count,
			.ignores_bots = params->ignores_bots,
			.has_commands = true,
		});
}

static void begin(struct people *people, uint8_t choice)
{
	static const struct irc_server server = {"server.example", 6667};
	static const char *const relays[] = {"*/x!*@*"};
	const struct irc_conn_events events = {
		.state = on_state,
		.message = on_message,
		.channel = on_channel,
	};
	const struct end_irc_params params = {
		.conn = {.name = "net",
			.servers = &server,
			.server_count = 1,
			.nick = "me",
			.username = "u",
			.realname = "r",
			.sendq_max_lines = 50},
		.relays = relays,
		.relay_count = 1,
		.ignores_bots = choice & 4,
		.command = on_command,
	};
	const struct end_sink sink = {
		.roster = on_roster,
		.presence = on_presence,
		.arg = people,
	};

	clock_freeze(1000000, INT64_C(1600000000000));
	*people = (struct people){.loop = loop_new()};
	people->conn = irc_conn_new_on(people->loop, &params.conn, &events,
		people, &(struct irc_wire_choice){&WIRE, people});
	begin_folk(people, &params);
	people->folk.identity = irc_identity_new(people->conn, "net", NULL);
	people->census = irc_census_new(people->loop, people->conn);
	people->commands = irc_commands_new(&(struct irc_commands_params){
		.loop = people->loop,
		.conn = people->conn,
		.folk = &people->folk,
		.params = &params,
	});
	people->roster =
		irc_roster_new(people->loop, &(struct irc_roster_params){
						     .folk = &people->folk,
						     .census = people->census,
						     .channel = "#a",
						     .sink = &sink,
					     });
	irc_roster_watch(people->roster, true);
	irc_conn_join(people->conn, "#a", NULL);
	irc_conn_start(people->conn);
	turn(people);
	come_up(people, choice);
}

static void end(struct people *people)
{
	check(!people->is_told ||
		HASH_COUNT(people->known) == irc_roster_count(people->roster));
	check(irc_identity_count(people->folk.identity) <= LINES_MAX);
	irc_roster_close(people->roster);
	irc_commands_free(people->commands);
	irc_census_free(people->census);
	irc_identity_free(people->folk.identity);
	irc_folk_release(&people->folk);
	irc_conn_free(people->conn);
	loop_free(people->loop);
	forget_all(people);
	clock_unfreeze();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct people people;
	const char *text = (const char *)data;

	if (size < 2)
		return 0;
	begin(&people, data[0]);
	text++;
	size--;
	for (int i = 0; i < LINES_MAX && size > 0; i++) {
		const char *stop = memchr(text, '\n', size);
		size_t len = stop ? (size_t)(stop - text) : size;

		if (len >= 1 && (unsigned char)*text < 8)
			happen(&people, *text, len > 1 ? text[1] & 127 : 0);
		else
			feed(&people, text, len);
		size -= stop ? len + 1 : len;
		text += stop ? len + 1 : len;
	}
	end(&people);
	return 0;
}
