#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "end_irc/command.h"

#include "unit/support/irc_peer.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An end with one room, #a of mapping "m". */
struct fixture {
	struct irc_peer peer;
	struct end_irc *end;
	struct end_room *room;
	struct buf log;
	const char *answer; /* said as often as `answers` */
	int answers;
};

static struct irc_peer *wrapped_peer;

struct irc_conn *__wrap_irc_conn_new(struct loop *loop,
	const struct irc_conn_params *params,
	const struct irc_conn_events *events, void *arg);
struct irc_conn *__wrap_irc_conn_new(struct loop *loop,
	const struct irc_conn_params *params,
	const struct irc_conn_events *events, void *arg)
{
	assert_ptr_equal(loop, wrapped_peer->loop);
	wrapped_peer->params = *params;
	wrapped_peer->events = *events;
	irc_peer_make_for(wrapped_peer, arg);
	return wrapped_peer->conn;
}

static void on_command(void *arg, const struct irc_command *command)
{
	struct fixture *f = arg;

	assert_string_equal(command->network, "test");
	buf_addf(&f->log, "%s%s of %s in %s: %s\n", command->person->id,
		command->is_operator ? " (operator)" : "",
		str_or_empty(command->person->address),
		command->mapping ? command->mapping : "private",
		command->words);
	for (int i = 0; i < f->answers; i++)
		command->say(command->say_arg, f->answer);
}

static enum end_answer on_event(void *arg, const struct event *event)
{
	struct fixture *f = arg;

	buf_addf(&f->log, "event of %s: %s\n", event->sender.id,
		text_plain(event->text));
	return END_TAKEN;
}

static void on_ready(void *arg, bool ready, const char *why)
{
	(void)arg;
	(void)ready;
	(void)why;
}

static void make(struct fixture *f, bool has_commands)
{
	char *operators[] = {xstrdup("Boss"), xstrdup("[chief]")};
	char *relays[] = {xstrdup("disc*!*@*")};
	struct end_irc_params params = {
		.conn = f->peer.params,
		.operators = (const char *const *)operators,
		.operator_count = ARRAY_LEN(operators),
		.relays = (const char *const *)relays,
		.relay_count = ARRAY_LEN(relays),
		.command = has_commands ? on_command : NULL,
		.arg = f,
	};
	const struct end_irc_room_params room = {
		.mapping = "m",
		.channel = "#a",
	};
	const struct end_sink sink = {
		.event = on_event,
		.ready = on_ready,
		.arg = f,
	};

	f->end = end_irc_new(f->peer.loop, &params);
	/* Copied. */
	free(operators[0]);
	free(operators[1]);
	free(relays[0]);
	f->room = end_irc_open(f->end, &room, &sink);
	f->room->ops->start(f->room, -1);
	end_irc_start(f->end);
	irc_peer_start(&f->peer);
	irc_peer_welcome(&f->peer,
		"account-notify account-tag batch echo-message message-tags",
		"CHANTYPES=#");
	irc_peer_turn(&f->peer);
	irc_peer_expect(&f->peer, "JOIN #a");
	irc_peer_feed(&f->peer, ":belfry!bel@here JOIN #a");
	irc_peer_feed(&f->peer, ":s 366 belfry #a :End of NAMES");
	irc_peer_expect(&f->peer, "MODE #a");
	/* Lines are not paced here. */
	irc_peer_pass(&f->peer, 1000);
}

static int setup(void **state)
{
	static struct fixture f;

	memset(&f, 0, sizeof(f));
	irc_peer_init(&f.peer);
	f.peer.params.ping_interval_ms = 3600 * 1000;
	f.peer.params.flood_burst = 1000;
	f.peer.params.flood_interval_ms = 1;
	buf_init(&f.log, 1 << 16);
	wrapped_peer = &f.peer;
	*state = &f;
	return 0;
}

static int setup_made(void **state)
{
	setup(state);
	make(*state, true);
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	f->room->ops->close(f->room);
	end_irc_free(f->end);
	f->peer.conn = NULL;
	irc_peer_turn(&f->peer);
	irc_peer_release(&f->peer);
	buf_release(&f->log);
	return 0;
}

static void says(struct fixture *f, const char *line, const char *log)
{
	irc_peer_feed_bytes(&f->peer, line, strlen(line));
	irc_peer_pass(&f->peer, 10);
	assert_string_equal(f->log.data, log);
	buf_clear(&f->log);
	/* A budget of their own for each row. */
	irc_peer_pass(&f->peer, 5000);
}

static void test_in_private(void **state)
{
	struct fixture *f = *state;

	says(f, ":Bob!b@h PRIVMSG belfry :who  lounge ",
		"test/bob of Bob!b@h in private: who  lounge \n");
	says(f, ":Bob!b@h PRIVMSG BELFRY :  \x02help\x02",
		"test/bob of Bob!b@h in private: help\n");
	says(f, ":Bob!b@h PRIVMSG belfry :!chime who",
		"test/bob of Bob!b@h in private: who\n");
	says(f, ":Bob!b@h PRIVMSG belfry :caf\xe9",
		"test/bob of Bob!b@h in private: caf\xc3\xa9\n");
	irc_peer_expect_none(&f->peer);
}

static void test_in_the_channel(void **state)
{
	struct fixture *f = *state;

	says(f, ":Bob!b@h PRIVMSG #A :!chime who",
		"test/bob of Bob!b@h in m: who\n");
	says(f, ":Bob!b@h PRIVMSG #a :!CHIME", "test/bob of Bob!b@h in m: \n");
	says(f, ":Bob!b@h PRIVMSG #a :!chimes", "event of test/bob: !chimes\n");
	says(f, ":Bob!b@h PRIVMSG #a :say !chime who",
		"event of test/bob: say !chime who\n");
	says(f, ":Bob!b@h PRIVMSG #a :belfry: who",
		"event of test/bob: belfry: who\n");
	/* Not to a mapped channel. */
	says(f, ":Bob!b@h PRIVMSG #other :!chime who", "");
	says(f, ":Bob!b@h PRIVMSG @#a :!chime who", "");
}

static void test_who_is_not_answered(void **state)
{
	static const char *const lines[] = {
		":Bob!b@h NOTICE belfry :who",
		":Bob!b@h PRIVMSG belfry :\x01VERSION\x01",
		":Bob!b@h PRIVMSG belfry :\x01"
		"ACTION who\x01",
		":irc.example.net PRIVMSG belfry :who",
		":irc.example.net NOTICE belfry :who",
		"PRIVMSG belfry :who",
		"@bot :Bob!b@h PRIVMSG belfry :who",
		"@+belfry/id=1.1 :Bob!b@h PRIVMSG belfry :who",
		"@draft/relaymsg=x :Bob/x!b@h PRIVMSG belfry :who",
		":Discord!d@h PRIVMSG belfry :who",
		":NickServ!n@services.example.net PRIVMSG belfry :who",
		":belfry!bel@here PRIVMSG belfry :who",
		":s BATCH +h chathistory #a",
		"@batch=h :Bob!b@h PRIVMSG belfry :who",
		"@batch=h :Bob!b@h PRIVMSG #a :!chime who",
		":s BATCH -h",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		says(f, lines[i], "");
	irc_peer_expect_none(&f->peer);
	/* What looks like a command is none then. */
	says(f, ":Bob!b@h NOTICE #a :!chime who",
		"event of test/bob: !chime who\n");
	says(f, "@bot :Bob!b@h PRIVMSG #a :!chime who",
		"event of test/bob: !chime who\n");
}

static void test_operators(void **state)
{
	struct fixture *f = *state;

	says(f, "@account=boss :Bob!b@h PRIVMSG belfry :x",
		"test/@boss (operator) of Bob!b@h in private: x\n");
	says(f, "@account={CHIEF} :Bob!b@h PRIVMSG #a :!chime x",
		"test/@{chief} (operator) of Bob!b@h in m: x\n");
	/* A nick is no account. */
	says(f, ":Boss!b@h PRIVMSG belfry :x",
		"test/boss of Boss!b@h in private: x\n");
	says(f, "@account=bossy :Boss!b@h PRIVMSG belfry :x",
		"test/@bossy of Boss!b@h in private: x\n");
	says(f, "@account= :Boss!b@h PRIVMSG belfry :x",
		"test/boss of Boss!b@h in private: x\n");
	/* As known from ACCOUNT. */
	says(f, ":carl!c@h JOIN #a", "");
	says(f, ":carl!c@h ACCOUNT Boss", "");
	says(f, ":carl!c@h PRIVMSG belfry :x",
		"test/@boss (operator) of carl!c@h in private: x\n");
	says(f, ":carl!c@h ACCOUNT *", "");
	says(f, ":carl!c@h PRIVMSG belfry :x",
		"test/carl of carl!c@h in private: x\n");
}

static void test_answers(void **state)
{
	struct fixture *f = *state;
	char big[2000];

	f->answers = 2;
	f->answer = "hi\r\n\x01there\x07";
	irc_peer_feed(&f->peer, ":Bob!b@h PRIVMSG #a :!chime x");
	irc_peer_pass(&f->peer, 100);
	for (int i = 0; i < 2; i++) {
		irc_peer_expect(&f->peer, "NOTICE Bob hi");
		irc_peer_expect(&f->peer, "NOTICE Bob there");
	}
	irc_peer_expect_none(&f->peer);
	/* Split; and no more than so many. */
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	f->answer = big;
	f->answers = 100;
	irc_peer_feed(&f->peer, ":Bob!b@h PRIVMSG belfry :x");
	irc_peer_pass(&f->peer, 1000);
	for (int i = 0; i < COMMAND_ANSWER_LINES; i++) {
		const char *line = irc_peer_next(&f->peer);
		assert_true(str_starts(line, "NOTICE Bob xx"));
		assert_in_range(strlen(line), 20, 510);
	}
	irc_peer_expect_none(&f->peer);
}

static int asked(struct fixture *f, const char *nick)
{
	irc_peer_feed(&f->peer, ":%s!b@h PRIVMSG belfry :x", nick);
	irc_peer_turn(&f->peer);
	bool is_heard = f->log.len > 0;
	buf_clear(&f->log);
	return is_heard;
}

static void test_budget_of_one(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < COMMAND_BURST; i++)
		assert_true(asked(f, "Bob"));
	assert_false(asked(f, "Bob"));
	/* In the channel it is the same, and still no message. */
	says(f, ":Bob!b@h PRIVMSG #a :!chime x", "");
	assert_true(asked(f, "Carl"));
	clock_advance(COMMAND_INTERVAL_MS);
	irc_peer_turn(&f->peer);
	assert_true(asked(f, "Bob"));
}

static void test_budget_of_all(void **state)
{
	struct fixture *f = *state;
	char nick[32];
	int heard = 0;

	for (int i = 0; i < 3 * COMMAND_ASKERS_MAX; i++) {
		snprintf(nick, sizeof(nick), "n%d", i);
		heard += asked(f, nick);
	}
	assert_int_equal(heard, COMMANDS_BURST);
	clock_advance(COMMANDS_WINDOW_MS);
	irc_peer_turn(&f->peer);
	assert_true(asked(f, "Bob"));
}

static void test_no_commands(void **state)
{
	struct fixture *f = *state;

	make(f, false);
	says(f, ":Bob!b@h PRIVMSG belfry :who", "");
	says(f, ":Bob!b@h PRIVMSG #a :!chime who",
		"event of test/bob: !chime who\n");
}

static void test_full_queue(void **state)
{
	struct fixture *f = *state;

	f->answer = "x";
	f->answers = 40;
	f->peer.is_full = true;
	for (int i = 0; i < 3; i++)
		assert_true(asked(f, "Bob"));
	assert_false(asked(f, "Bob"));
	irc_peer_drain(&f->peer);
	irc_peer_pass(&f->peer, 5000);
	assert_true(asked(f, "Bob"));
	f->peer.written.len = 0;
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup_made, teardown)
	const struct CMUnitTest tests[] = {
		T(test_in_private),
		T(test_in_the_channel),
		T(test_who_is_not_answered),
		T(test_operators),
		T(test_answers),
		T(test_budget_of_one),
		T(test_budget_of_all),
		T(test_full_queue),
		cmocka_unit_test_setup_teardown(
			test_no_commands, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
