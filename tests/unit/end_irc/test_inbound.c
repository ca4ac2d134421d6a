#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "end_irc/inbound.h"

#include "irc/delivery.h"
#include "unit/support/irc_room.h"
#include "util/clock.h"
#include "util/str.h"

#include <inttypes.h>
#include <string.h>

static const char caps[] = "account-notify account-tag batch "
			   "echo-message extended-join "
			   "message-tags server-time";

/* What became of each line. */
struct fixture {
	struct irc_peer peer; /* first: it is the argument of the events */
	struct irc_folk folk;
	struct buf seen;
};

static void on_message(
	struct irc_conn *conn, const struct irc_message *message, void *arg)
{
	static const char *const kinds[] = {
		[EVENT_MESSAGE] = "says",
		[EVENT_ACTION] = "does",
		[EVENT_NOTICE] = "notes",
	};
	static const char *const origins[] = {
		[ORIGIN_PERSON] = "",
		[ORIGIN_SELF] = " (self)",
		[ORIGIN_BRIDGE] = " (bridge)",
	};
	struct fixture *f = arg;
	struct irc_inbound inbound;
	(void)conn;
	irc_identity_take(f->folk.identity, message);
	if (!irc_message_is(message, "PRIVMSG") &&
		!irc_message_is(message, "NOTICE"))
		return;
	irc_inbound_init(&inbound);
	if (irc_inbound_read(&inbound, &f->folk, message)) {
		const struct event *event = &inbound.event;
		buf_addf(&f->seen, "%s|%s|%s %s%s%s: %s", event->sender.id,
			event->sender.name, str_or_empty(event->sender.account),
			kinds[event->kind],
			event->sender.is_bot ? " (bot)" : "",
			origins[event->origin], text_plain(event->text));
		if (*event->source_id)
			buf_addf(&f->seen, " [%s]", event->source_id);
		if (event->position != clock_wall_ms())
			buf_addf(&f->seen, " @%" PRId64, event->position);
		buf_addc(&f->seen, '\n');
	}
	irc_inbound_release(&inbound);
}

static int setup(void **state)
{
	static struct fixture f;
	irc_peer_init(&f.peer);
	buf_init(&f.seen, 1 << 16);
	f.peer.events.message = on_message;
	irc_peer_make(&f.peer);
	irc_room_folk_init(&f.folk, &f.peer);
	irc_peer_start(&f.peer);
	irc_peer_welcome(&f.peer, caps, "CHANTYPES=# STATUSMSG=@+");
	irc_peer_join(&f.peer, "#a");
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	irc_room_folk_release(&f->folk);
	irc_peer_release(&f->peer);
	buf_release(&f->seen);
	return 0;
}

struct row {
	const char *line;
	const char *seen; /* "": no event */
};

static void expect(struct fixture *f, const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		irc_peer_feed_bytes(
			&f->peer, rows[i].line, strlen(rows[i].line));
		assert_string_equal(f->seen.data, rows[i].seen);
		buf_clear(&f->seen);
	}
}

static void test_kinds(void **state)
{
	static const struct row rows[] = {
		{":Bob!b@h PRIVMSG #a :hi there",
			"net/bob|Bob| says: hi there\n"},
		{":Bob!b@h PRIVMSG #a hi", "net/bob|Bob| says: hi\n"},
		{":Bob!b@h NOTICE #a :beep", "net/bob|Bob| notes: beep\n"},
		{":Bob!b@h PRIVMSG #a :\x01"
		 "ACTION waves\x01",
			"net/bob|Bob| does: waves\n"},
		{":Bob!b@h PRIVMSG #a :\x01"
		 "ACTION waves",
			"net/bob|Bob| does: waves\n"},
		{":Bob!b@h PRIVMSG #a :\x01"
		 "ACTION  x y \x01",
			"net/bob|Bob| does:  x y \n"},
		{":Bob!b@h PRIVMSG #a : spaced ",
			"net/bob|Bob| says:  spaced \n"},
	};
	expect(*state, rows, ARRAY_LEN(rows));
}

static void test_dropped(void **state)
{
	static const struct row rows[] = {
		{":Bob!b@h PRIVMSG #a :", ""},
		{":Bob!b@h PRIVMSG #a", ""},
		{":Bob!b@h PRIVMSG #a :\x01"
		 "ACTION\x01",
			""},
		{":Bob!b@h PRIVMSG #a :\x01"
		 "ACTION \x01",
			""},
		{":Bob!b@h PRIVMSG #a :\x01"
		 "ACTIONS x\x01",
			""},
		{":Bob!b@h PRIVMSG #a :\x01"
		 "VERSION\x01",
			""},
		{":Bob!b@h PRIVMSG #a :\x01PING 12\x01", ""},
		{":Bob!b@h PRIVMSG #a :\x01"
		 "DCC SEND x 1 2 3\x01",
			""},
		{":Bob!b@h PRIVMSG #a :\x01", ""},
		{":Bob!b@h NOTICE #a :\x01VERSION x\x01", ""},
		{":irc.example.net NOTICE #a :going down", ""},
		{":irc.example.net PRIVMSG #a :x", ""},
		/* Formatting alone says nothing. */
		{":Bob!b@h PRIVMSG #a :\x02\x0f", ""},
	};
	expect(*state, rows, ARRAY_LEN(rows));
}

static void test_hostile_text(void **state)
{
	static const struct row rows[] = {
		{":Bob!b@h PRIVMSG #a :a\x01"
		 "b",
			"net/bob|Bob| says: ab\n"},
		{":Bob!b@h PRIVMSG #a :a\x07\x1b[31mb",
			"net/bob|Bob| says: a[31mb\n"},
		{":Bob!b@h PRIVMSG #a :caf\xe9",
			"net/bob|Bob| says: caf\xc3\xa9\n"},
		{":caf\xe9!b@h PRIVMSG #a :caf\xe9",
			"net/caf\xe9|caf\xc3\xa9| says: caf\xc3\xa9\n"},
		{":caf\xc3\xa9!b@h PRIVMSG #a :hi",
			"net/caf\xc3\xa9|caf\xc3\xa9| says: hi\n"},
		{"@account=b\xf6"
		 "b :Bob!b@h PRIVMSG #a :hi",
			"net/@b\xf6"
			"b|Bob|b\xc3\xb6"
			"b says: hi\n"},
		{":Bob!b@h PRIVMSG #a :\x02"
		 "bold\x02 \x03"
		 "04,05red",
			"net/bob|Bob| says: bold red\n"},
	};
	expect(*state, rows, ARRAY_LEN(rows));
}

static void test_tags(void **state)
{
	static const struct row rows[] = {
		{"@msgid=x1 :Bob!b@h PRIVMSG #a :hi",
			"net/bob|Bob| says: hi [x1]\n"},
		{"@time=2020-09-13T12:26:41.500Z :Bob!b@h PRIVMSG #a :hi",
			"net/bob|Bob| says: hi @1600000001500\n"},
		{"@time=yesterday :Bob!b@h PRIVMSG #a :hi",
			"net/bob|Bob| says: hi\n"},
		{"@account=RealBob :Bob!b@h PRIVMSG #a :hi",
			"net/@realbob|Bob|RealBob says: hi\n"},
		{"@account= :Bob!b@h PRIVMSG #a :hi",
			"net/bob|Bob| says: hi\n"},
		{"@+belfry/id=m1 :Bob!b@h PRIVMSG #a :hi",
			"net/bob|Bob| says (bridge): hi\n"},
		{"@draft/relaymsg=other :Bob/x!b@h PRIVMSG #a :hi",
			"net/bob/x|Bob/x| says (bridge): hi\n"},
	};
	expect(*state, rows, ARRAY_LEN(rows));
}

/* The account is known from joining, where it is not in the line. */
static void test_tracked_account(void **state)
{
	static const struct row rows[] = {
		{":Bob!b@h JOIN #a RealBob :Bob B.", ""},
		{":Bob!b@h PRIVMSG #a :hi",
			"net/@realbob|Bob|RealBob says: hi\n"},
		{":Bob!b@h NICK Rob", ""},
		{":Rob!b@h PRIVMSG #a :hi",
			"net/@realbob|Rob|RealBob says: hi\n"},
		{":Rob!b@h ACCOUNT *", ""},
		{":Rob!b@h PRIVMSG #a :hi", "net/rob|Rob| says: hi\n"},
	};
	expect(*state, rows, ARRAY_LEN(rows));
}

/* Nicks are folded as the network does it. */
static void test_folding(void **state)
{
	static const struct row rows[] = {
		{":[B]ob\\!b@h PRIVMSG #a :hi",
			"net/{b}ob||[B]ob\\| says: hi\n"},
		{":s 005 belfry CASEMAPPING=ascii :are supported", ""},
		{":[B]ob\\!b@h PRIVMSG #a :hi",
			"net/[b]ob\\|[B]ob\\| says: hi\n"},
	};
	expect(*state, rows, ARRAY_LEN(rows));
}

/* Whose nick it is now, and was. */
static void test_bindings(void **state)
{
	static const struct row rows[] = {
		{":Bob!b@h JOIN #a * :x", ""},
		{":Bob!b@h NICK rob", ""},
		{":rob!b@h PRIVMSG #a :hi", "net/bob|rob| says: hi\n"},
		{":bob!x@h JOIN #a * :x", ""},
		{":bob!x@h PRIVMSG #a :hi", "net/bob@2|bob| says: hi\n"},
		{"@account=Real :bob!x@h PRIVMSG #a :hi",
			"net/@real|bob|Real says: hi\n"},
	};
	expect(*state, rows, ARRAY_LEN(rows));
}

static void test_other_bridges(void **state)
{
	static char relay[] = "disc*!*@*";
	static char *relays[] = {relay};
	static const struct row rows[] = {
		{":Discord!d@h PRIVMSG #a :<x> hi",
			"net/discord|Discord| says (bridge): <x> hi\n"},
		/* Ours, said under another's name. */
		{"@draft/relaymsg=Belfry :al/c!al@relay PRIVMSG #a :hi",
			"net/al/c|al/c| says (self): hi\n"},
		{"@draft/relaymsg=x;+belfry/id=1.2 :al/c!al@r PRIVMSG #a :hi",
			"net/al/c|al/c| says (bridge): hi\n"},
	};
	struct fixture *f = *state;

	f->folk.relays = relays;
	f->folk.relay_count = 1;
	expect(f, rows, ARRAY_LEN(rows));
	f->folk.relays = NULL;
	f->folk.relay_count = 0;
}

static void test_bots(void **state)
{
	static const struct row heard[] = {
		{"@bot :Bob!b@h PRIVMSG #a :hi",
			"net/bob|Bob| says (bot): hi\n"},
		{":carl!b@h PRIVMSG #a :hi", "net/carl|carl| says: hi\n"},
	};
	static const struct row ignored[] = {
		{"@bot :Bob!b@h PRIVMSG #a :hi",
			"net/bob|Bob| says (bot) (bridge): hi\n"},
		{":carl!b@h PRIVMSG #a :hi", "net/carl|carl| says: hi\n"},
	};
	struct fixture *f = *state;

	expect(f, heard, ARRAY_LEN(heard));
	f->folk.ignores_bots = true;
	expect(f, ignored, ARRAY_LEN(ignored));
}

static void test_commands(void **state)
{
	static const struct row rows[] = {
		{":Bob!b@h PRIVMSG #a :!chime who", ""},
		{":Bob!b@h PRIVMSG #a :!chimes",
			"net/bob|Bob| says: !chimes\n"},
		{":Bob!b@h NOTICE #a :!chime", "net/bob|Bob| notes: !chime\n"},
		{"@bot :Bob!b@h PRIVMSG #a :!chime",
			"net/bob|Bob| says (bot): !chime\n"},
		/* To a puppet: it is for whom it stands for. */
		{":Bob!b@h PRIVMSG Al[c] :!chime who",
			"net/bob|Bob| says: !chime who\n"},
	};
	struct fixture *f = *state;

	f->folk.has_commands = true;
	expect(f, rows, ARRAY_LEN(rows));
}

static void test_address(void **state)
{
	struct fixture *f = *state;
	struct irc_inbound inbound;
	struct irc_message message;
	char line[] = ":Bob!b@h PRIVMSG #a :hi";

	assert_int_equal(irc_message_parse(&message, line, strlen(line)), 0);
	irc_inbound_init(&inbound);
	assert_true(irc_inbound_read(&inbound, &f->folk, &message));
	assert_string_equal(inbound.event.sender.address, "Bob!b@h");
	assert_true(irc_inbound_read_past(&inbound, &f->folk, &message));
	assert_string_equal(inbound.event.sender.address, "Bob!b@h");
	irc_inbound_release(&inbound);
}

static void test_own_nick(void **state)
{
	static const struct row rows[] = {
		{":belfry!bel@here PRIVMSG #a :hi",
			"net/belfry|belfry| says (self): hi\n"},
		{":BELFRY!bel@here PRIVMSG #a :hi",
			"net/belfry|BELFRY| says (self): hi\n"},
	};
	expect(*state, rows, ARRAY_LEN(rows));
}

static void forget(const struct irc_delivery_result *result, void *arg)
{
	(void)result;
	(void)arg;
}

static void test_own_echo(void **state)
{
	struct fixture *f = *state;
	const struct irc_delivery_request request = {
		.command = "PRIVMSG",
		.channel = "#a",
		.text = "hi",
		.text_len = 2,
	};
	struct irc_delivery *delivery;
	assert_int_equal(
		irc_deliver(f->peer.conn, &request, forget, NULL, &delivery),
		0);
	irc_peer_turn(&f->peer);
	irc_peer_feed(&f->peer, ":belfry!bel@here PRIVMSG #a :hi");
	assert_string_equal(
		f->seen.data, "net/belfry|belfry| says (self): hi\n");
}

static void test_history(void **state)
{
	static const struct row rows[] = {
		{":s BATCH +h chathistory #a", ""},
		{"@batch=h;msgid=1 :Bob!b@h PRIVMSG #a :old", ""},
		{":Bob!b@h PRIVMSG #a :new", "net/bob|Bob| says: new\n"},
		{":s BATCH -h", ""},
		{":s BATCH +z znc.in/playback #a", ""},
		{"@batch=z :Bob!b@h PRIVMSG #a :old", ""},
		{":s BATCH -z", ""},
		/* Another kind of batch is no history. */
		{":s BATCH +o example/other #a", ""},
		{"@batch=o :Bob!b@h PRIVMSG #a :hi", "net/bob|Bob| says: hi\n"},
		{":s BATCH -o", ""},
	};
	expect(*state, rows, ARRAY_LEN(rows));
}

static void test_long_nick(void **state)
{
	struct fixture *f = *state;
	char nick[1001];
	memset(nick, 'N', sizeof(nick) - 1);
	nick[sizeof(nick) - 1] = '\0';
	irc_peer_feed(&f->peer, ":%s!b@h PRIVMSG #a :hi", nick);
	assert_memory_equal(f->seen.data, "net/nnnn", 8);
	assert_non_null(strstr(f->seen.data, "| says: hi\n"));
}

static void test_styles(void **state)
{
	struct irc_inbound inbound;
	struct fixture *f = *state;
	struct irc_message message;
	char line[] = ":Bob!b@h PRIVMSG #a :\x01"
		      "ACTION \x02"
		      "a\x1d"
		      "b\x01";
	assert_int_equal(irc_message_parse(&message, line, strlen(line)), 0);
	irc_inbound_init(&inbound);
	assert_true(irc_inbound_read(&inbound, &f->folk, &message));
	assert_int_equal(inbound.text.run_count, 2);
	assert_int_equal(inbound.text.runs[0].styles, TEXT_BOLD);
	assert_int_equal(inbound.text.runs[1].styles, TEXT_BOLD | TEXT_ITALIC);
	irc_inbound_release(&inbound);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_kinds),
		T(test_dropped),
		T(test_hostile_text),
		T(test_tags),
		T(test_tracked_account),
		T(test_folding),
		T(test_bindings),
		T(test_other_bridges),
		T(test_bots),
		T(test_commands),
		T(test_address),
		T(test_own_nick),
		T(test_own_echo),
		T(test_history),
		T(test_long_nick),
		T(test_styles),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
