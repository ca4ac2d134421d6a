#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "irc_moderation/moderation.h"

#include "unit/support/irc_moderation_rig.h"
#include "util/alloc.h"

#include <stdio.h>
#include <string.h>

static int setup(void **state)
{
	static struct irc_moderation_rig rig;

	irc_moderation_rig_init(&rig);
	*state = &rig;
	return 0;
}

static int teardown(void **state)
{
	irc_moderation_rig_release(*state);
	return 0;
}

static void test_off(void **state)
{
	struct irc_moderation_rig *rig = *state;

	irc_moderation_rig_join(rig, "@", "Bob!b@h1");
	irc_peer_expect_none(&rig->peer);
	rig_says(rig, ":Bob!b@h1 MODE #a +b *!*@*", "");
	irc_moderation_rig_watch(rig, NULL);
	buf_clear(&rig->told);
	irc_moderation_watch(rig->moderation, false);
	irc_peer_turn(&rig->peer);
	rig_says(rig, ":Bob!b@h1 MODE #a +b *!*@*", "");
	rig_says(rig, ":Bob!b@h1 TOPIC #a :x", "");
	rig_says(rig, ":s MODE #a -o belfry", "");
}

/* A fresh list while on. */
static void test_again(void **state)
{
	struct irc_moderation_rig *rig = *state;
	static const char *const bans[] = {"x!*@* op 1600000005", NULL};

	irc_moderation_rig_join(rig, "@", "");
	irc_moderation_rig_watch(rig, NULL);
	buf_clear(&rig->told);
	irc_moderation_rig_watch(rig, bans);
	rig_expects(rig, "ban begins\n"
			 "ban + mask=x!*@* by=op at=5\n"
			 "ban complete whole\n"
			 "mod begins\n"
			 "mod complete\n");
}

/* The link is lost, and back: all is asked for again. */
static void test_link(void **state)
{
	struct irc_moderation_rig *rig = *state;
	struct irc_peer *peer = &rig->peer;

	irc_moderation_rig_join(rig, "@", "Bob!b@h1");
	irc_moderation_rig_watch(rig, NULL);
	buf_clear(&rig->told);
	irc_peer_close(peer, "reset");
	assert_non_null(strstr(rig->told.data, "ban unknown\nmod unknown\n"));
	buf_clear(&rig->told);
	irc_peer_pass_until(peer, IRC_CONN_CONNECTING, 60000);
	peer->fn(STREAM_CONNECTED, peer->arg);
	irc_peer_turn(peer);
	for (int i = 0; i < 3; i++)
		(void)irc_peer_next(peer);
	irc_peer_welcome(peer, MODERATION_CAPS, rig->isupport);
	irc_peer_turn(peer);
	irc_peer_expect(peer, "JOIN #a");
	irc_peer_feed(peer, ":belfry!bel@here JOIN #a belfry :Bridge");
	irc_peer_feed(peer, ":s 353 belfry = #a :belfry!bel@here");
	irc_peer_feed(peer, ":s 366 belfry #a :End of NAMES");
	irc_peer_expect(peer, "MODE #a");
	irc_peer_expect(peer, "MODE #a b");
	irc_peer_expect(peer, "MODE #a e");
	assert_non_null(strstr(rig->told.data, "may not bans"));
}

static void test_bob_is_remembered(void **state)
{
	struct irc_moderation_rig *rig = *state;
	static const char *const bans[] = {"*!*@h1 op 1600000005", NULL};

	irc_moderation_rig_join(rig, "@", "Bob!b@h1");
	irc_moderation_rig_watch(rig, NULL);
	irc_peer_feed(&rig->peer, ":Bob!b@h1 QUIT :bye");
	buf_clear(&rig->told);
	irc_moderation_rig_watch(rig, bans);
	rig_expects(rig, "ban begins\n"
			 "ban + net/bob Bob mask=*!*@h1 by=op at=5\n"
			 "ban complete whole\n"
			 "mod begins\n"
			 "mod complete\n");
}

static void test_closed(void **state)
{
	struct irc_moderation_rig *rig = *state;

	irc_moderation_rig_join(rig, "@", "Bob!b@h1");
	irc_moderation_watch(rig->moderation, true);
	rig->closes = true;
	irc_peer_turn(&rig->peer);
	assert_null(rig->moderation);
	irc_peer_turn(&rig->peer);
	rig_expects(rig, "may bans\n");
	irc_moderation_close(NULL);
}

static void test_answers(void **state)
{
	static const struct {
		const char *command;
		int numeric;
		bool is_one;
	} rows[] = {
		{"PONG", -1, true},
		{"PING", -1, false},
		{"401", 401, true},
		{"482", 482, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct irc_message message = {
			.command = rows[i].command,
			.numeric = rows[i].numeric,
		};
		assert_int_equal(
			irc_moderation_is_answer(&message), rows[i].is_one);
	}
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_off),
		T(test_again),
		T(test_link),
		T(test_bob_is_remembered),
		T(test_closed),
		T(test_answers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
