#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "end_irc/end_irc.h"
#include "irc_people/roster.h"

#include "unit/support/irc_people_rig.h"
#include "util/alloc.h"
#include "util/str.h"

#include <stdio.h>
#include <string.h>

static int setup(void **state)
{
	static struct irc_people_rig rig;

	irc_people_rig_init(&rig);
	*state = &rig;
	return 0;
}

static int teardown(void **state)
{
	irc_people_rig_release(*state);
	return 0;
}

static void begin(struct irc_people_rig *rig, const char *names)
{
	irc_people_rig_up(rig);
	irc_people_rig_join(rig, names);
	irc_people_rig_watch(rig);
	buf_clear(&rig->told);
}

static void test_list(void **state)
{
	struct irc_people_rig *rig = *state;

	irc_people_rig_up(rig);
	irc_people_rig_join(rig, "Bob!b@h +carl!c@h");
	assert_string_equal(rig->told.data, "");
	irc_peer_expect_none(&rig->peer);
	irc_roster_watch(rig->roster, true);
	irc_peer_turn(&rig->peer);
	irc_peer_expect(&rig->peer, "WHO #a %%tcuhnfar,725");
	/* Not a word before all is known. */
	rig_says(rig, ":dan!d@h JOIN #a * :D", "");
	rig_says(rig, ":s 354 belfry 725 #a b h Bob H RealBob :B", "");
	rig_says(rig, ":s 315 belfry #b :End of WHO", "");
	rig_says(rig, ":s 315 belfry #A :End of WHO",
		"begins\n"
		"here net/@realbob Bob (RealBob) [Bob!b@h]\n"
		"here net/carl carl [carl!c@h]\n"
		"here net/dan dan [dan!d@h]\n"
		"complete\n");
	assert_int_equal(irc_roster_count(rig->roster), 3);
}

static void test_who_is_not_answered(void **state)
{
	struct irc_people_rig *rig = *state;

	irc_people_rig_up(rig);
	irc_people_rig_join(rig, "Bob!b@h");
	irc_roster_watch(rig->roster, true);
	irc_peer_turn(&rig->peer);
	irc_peer_expect(&rig->peer, "WHO #a %%tcuhnfar,725");
	irc_peer_pass(&rig->peer, CENSUS_ANSWER_MS - 1000);
	peer_assert_log(rig->told, "");
	irc_peer_pass(&rig->peer, 1000);
	peer_assert_log(rig->told, "begins\nhere net/bob Bob [Bob!b@h]\n"
				   "complete\n");
	/* It comes late. */
	rig_says(rig, ":s 354 belfry 725 #a b h Bob H RealBob :B", "");
	rig_says(rig, ":s 315 belfry #a :End of WHO",
		"here net/@realbob Bob (RealBob) [Bob!b@h], was net/bob\n");
}

static void test_coming_and_going(void **state)
{
	struct irc_people_rig *rig = *state;

	begin(rig, "Bob!b@h");
	rig_says(rig, ":carl!c@h JOIN #a Carlos :C",
		"here net/@carlos carl (Carlos) [carl!c@h]\n");
	rig_says(rig, ":carl!c@h JOIN #b Carlos :C", "");
	rig_says(rig, ":carl!c@h PART #a :I \x02go\x02",
		"left net/@carlos carl: I go\n");
	rig_says(rig, ":carl!c@h PART #a :again", "");
	rig_says(rig, ":dan!d@h JOIN #a * :D", "here net/dan dan [dan!d@h]\n");
	rig_says(rig, ":op!o@h KICK #a dan :out, caf\xe9",
		"removed net/dan dan, by op: out, caf\xc3\xa9\n");
	rig_says(rig, ":Bob!b@h PART #a", "left net/bob Bob\n");
	rig_says(rig, ":Bob!b@h JOIN #a * :B", "here net/bob Bob [Bob!b@h]\n");
	rig_says(rig, ":Bob!b@h QUIT :Quit: bye",
		"quit net/bob Bob: Quit: bye\n");
	rig_says(rig, ":Bob!b@h JOIN #a * :B", "here net/bob Bob [Bob!b@h]\n");
	rig_says(rig, ":Bob!b@h QUIT :Killed (op (x))",
		"quit net/bob Bob: Killed (op (x))\n");
	assert_int_equal(irc_roster_count(rig->roster), 0);
}

static void test_netsplit(void **state)
{
	struct irc_people_rig *rig = *state;

	begin(rig, "Bob!b@h carl!c@h dan!d@h");
	rig_says(rig, ":s BATCH +n netsplit a.net b.net", "");
	rig_says(rig, "@batch=n :Bob!b@h QUIT :gone",
		"split net/bob Bob: gone\n");
	rig_says(rig, ":s BATCH -n", "");
	rig_says(rig, ":carl!c@h QUIT :hub.a.net leaf.b.net",
		"split net/carl carl: hub.a.net leaf.b.net\n");
	rig_says(rig, ":s BATCH +j netjoin a.net b.net", "");
	rig_says(rig, "@batch=j :Bob!b@h JOIN #a * :B",
		"here net/bob Bob [Bob!b@h]\n");
	rig_says(rig, ":s BATCH -j", "");
	rig_says(rig, ":dan!d@h QUIT :Ping timeout",
		"quit net/dan dan: Ping timeout\n");
}

static void test_nicks(void **state)
{
	struct irc_people_rig *rig = *state;

	begin(rig, "Bob!b@h carl!c@h");
	rig_says(rig, ":Bob!b@h NICK BOB", "renamed net/bob BOB [BOB!b@h]\n");
	rig_says(rig, ":BOB!b@h NICK rob", "renamed net/bob rob [rob!b@h]\n");
	rig_says(
		rig, ":bob!x@h JOIN #a * :x", "here net/bob@2 bob [bob!x@h]\n");
	assert_string_equal(
		irc_roster_nick(rig->roster, "net/bob", NULL), "rob");
	assert_null(irc_roster_nick(rig->roster, "net/bob", "rob"));
	assert_null(irc_roster_nick(rig->roster, "net/rob", NULL));
	/* Somebody whose QUIT we did not see. */
	rig_says(rig, ":rob!b@h NICK carl",
		"quit net/carl carl\n"
		"renamed net/bob carl [carl!b@h]\n");
	rig_says(rig, ":belfry!bel@here NICK belfry_", "");
	rig_says(rig, ":bob!x@h CHGHOST x cloak",
		"here net/bob@2 bob [bob!x@cloak]\n");
}

static void test_accounts(void **state)
{
	struct irc_people_rig *rig = *state;

	begin(rig, "Bob!b@h");
	rig_says(rig, ":Bob!b@h ACCOUNT Real",
		"here net/@real Bob (Real) [Bob!b@h], was net/bob\n");
	rig_says(rig, ":Bob!b@h NICK rob",
		"renamed net/@real rob (Real) [rob!b@h]\n");
	rig_says(rig, ":rob!b@h ACCOUNT *",
		"here net/rob rob [rob!b@h], was net/@real\n");
	/* First heard of in what they say. */
	rig_says(rig, "@account=real :rob!b@h PRIVMSG #a :hi",
		"here net/@real rob (real) [rob!b@h], was net/rob\n");
	rig_says(rig, ":rob!b@h PRIVMSG #a :hi", "");
}

static void test_two_sessions(void **state)
{
	struct irc_people_rig *rig = *state;
	const char *nick;

	begin(rig, "");
	rig_says(rig, ":al!a@1 JOIN #a Al :x",
		"here net/@al al (Al) [al!a@1]\n");
	rig_says(rig, ":al_!a@2 JOIN #a Al :x", "");
	rig_says(rig, "@account=Al :al_!a@2 PRIVMSG #a :x", "");
	nick = irc_roster_nick(rig->roster, "net/@al", NULL);
	assert_string_equal(nick, "al");
	nick = irc_roster_nick(rig->roster, "net/@al", nick);
	assert_string_equal(nick, "al_");
	assert_null(irc_roster_nick(rig->roster, "net/@al", nick));
	assert_int_equal(irc_roster_count(rig->roster), 1);
	rig_says(rig, ":al_!a@2 NICK al2", "");
	rig_says(rig, ":al!a@1 NICK al3",
		"renamed net/@al al3 (Al) [al3!a@1]\n");
	rig_says(rig, ":al3!a@1 QUIT :x",
		"renamed net/@al al2 (Al) [al2!a@2]\n");
	rig_says(rig, ":al!a@1 JOIN #a Al :x", "");
	/* One of them is somebody else from now on; nobody has gone. */
	rig_says(rig, ":al2!a@2 ACCOUNT *",
		"here net/al2 al2 [al2!a@2]\n"
		"renamed net/@al al (Al) [al!a@1]\n");
	rig_says(rig, ":al2!a@2 ACCOUNT Al",
		"here net/@al al (Al) [al!a@1], was net/al2\n");
	rig_says(rig, ":op!o@h KICK #a al2 :x", "");
	rig_says(
		rig, ":op!o@h KICK #a al :x", "removed net/@al al, by op: x\n");
}

static void test_strangers(void **state)
{
	static const char *const relays[] = {"disc*!*@*"};
	struct irc_people_rig *rig = *state;
	const struct irc_folk_params params = {
		.network = "net",
		.relays = relays,
		.relay_count = 1,
		.ignores_bots = true,
	};
	struct irc_identity *identity = rig->folk.identity;

	irc_folk_init(&rig->folk, rig->peer.conn, &params);
	rig->folk.identity = identity;
	rig->isupport = "CHANTYPES=# WHOX BOT=B PREFIX=(ov)@+";
	irc_people_rig_up(rig);
	irc_people_rig_join(rig, "Discord!d@h robot!r@h Bob!b@h "
				 "ChanServ!C@services.example.net");
	irc_roster_watch(rig->roster, true);
	irc_peer_turn(&rig->peer);
	irc_peer_expect(&rig->peer, "WHO #a %%tcuhnfar,725");
	rig_says(rig, ":s 354 belfry 725 #a r h robot HB 0 :R", "");
	rig_says(rig, ":s 315 belfry #a :End of WHO",
		"begins\nhere net/bob Bob [Bob!b@h]\ncomplete\n");
	rig_says(rig, ":disco2!x@h JOIN #a * :x", "");
	rig_says(rig, ":Q!s@Services.x JOIN #a * :x", "");
	rig_says(rig, ":robot!r@h PRIVMSG #a :x", "");
	rig_says(rig, ":robot!r@h NICK robot2", "");
	rig_says(rig, ":robot2!r@h QUIT :x", "");
	/* One who turns out to be one. */
	rig_says(rig, "@bot :Bob!b@h PRIVMSG #a :x", "left net/bob Bob\n");
}

static void test_bots_that_are_not_ignored(void **state)
{
	struct irc_people_rig *rig = *state;

	rig->isupport = "CHANTYPES=# WHOX BOT=B PREFIX=(ov)@+";
	irc_people_rig_up(rig);
	irc_people_rig_join(rig, "robot!r@h");
	irc_roster_watch(rig->roster, true);
	irc_peer_turn(&rig->peer);
	irc_peer_expect(&rig->peer, "WHO #a %%tcuhnfar,725");
	rig_says(rig, ":s 354 belfry 725 #a r h robot HB 0 :R", "");
	rig_says(rig, ":s 315 belfry #a :End of WHO",
		"begins\nhere net/robot robot [robot!r@h] bot\ncomplete\n");
}

static void test_loss(void **state)
{
	struct irc_people_rig *rig = *state;

	begin(rig, "Bob!b@h");
	rig_says(rig, ":op!o@h KICK #a belfry :out", "unknown\n");
	rig_says(rig, ":Bob!b@h QUIT :x", "");
	assert_int_equal(irc_roster_count(rig->roster), 0);
}

static void test_reconnect(void **state)
{
	struct irc_people_rig *rig = *state;

	begin(rig, "Bob!b@h carl!c@h");
	irc_people_rig_again(rig);
	peer_assert_log(rig->told, "unknown\n");
	irc_peer_turn(&rig->peer);
	irc_peer_expect(&rig->peer, "JOIN #a");
	rig_says(rig, ":belfry!bel@here JOIN #a * :x", "");
	rig_says(rig, ":s 353 belfry = #a :belfry Bob!b@h dan!d@h", "");
	rig_says(rig, ":s 366 belfry #a :End", "");
	irc_peer_expect(&rig->peer, "MODE #a");
	irc_peer_expect(&rig->peer, "WHO #a %%tcuhnfar,725");
	rig_says(rig, ":s 315 belfry #a :End",
		"begins\nhere net/bob Bob [Bob!b@h]\n"
		"here net/dan dan [dan!d@h]\ncomplete\n");
}

static void test_lost_while_asking(void **state)
{
	struct irc_people_rig *rig = *state;

	irc_people_rig_up(rig);
	irc_people_rig_join(rig, "Bob!b@h");
	irc_roster_watch(rig->roster, true);
	irc_peer_turn(&rig->peer);
	irc_peer_expect(&rig->peer, "WHO #a %%tcuhnfar,725");
	irc_peer_close(&rig->peer, "reset");
	irc_peer_pass(&rig->peer, 1000);
	peer_assert_log(rig->told, "");
}

static void test_list_again(void **state)
{
	struct irc_people_rig *rig = *state;

	begin(rig, "Bob!b@h carl!c@h");
	irc_roster_watch(rig->roster, true);
	irc_peer_turn(&rig->peer);
	irc_peer_expect(&rig->peer, "NAMES #a");
	irc_peer_expect_none(&rig->peer);
	rig_says(rig, ":s 353 belfry = #a :belfry Bob!b@h dan!d@h", "");
	/* What happens meanwhile is told. */
	rig_says(rig, ":eve!e@h JOIN #a * :x", "here net/eve eve [eve!e@h]\n");
	rig_says(rig, ":s 366 belfry #a :End", "");
	irc_peer_expect(&rig->peer, "WHO #a %%tcuhnfar,725");
	rig_says(rig, ":s 315 belfry #a :End",
		"begins\nhere net/bob Bob [Bob!b@h]\n"
		"here net/dan dan [dan!d@h]\nhere net/eve eve [eve!e@h]\n"
		"complete\n");
}

static void test_not_watched(void **state)
{
	struct irc_people_rig *rig = *state;

	begin(rig, "Bob!b@h");
	irc_roster_watch(rig->roster, false);
	rig_says(rig, ":Bob!b@h NICK rob", "");
	irc_peer_turn(&rig->peer);
	assert_int_equal(irc_roster_count(rig->roster), 0);
	rig_says(rig, ":rob!b@h QUIT :x", "");
	rig_says(rig, ":op!o@h KICK #a belfry :out", "");
	irc_peer_expect_none(&rig->peer);
}

static void on_told_close(
	struct irc_people_rig *rig, const struct presence *presence, int state)
{
	(void)presence;
	if (rig->roster && (state == ROSTER_BEGINS || rig->hook_arg))
		irc_roster_close(TAKE(rig->roster));
}

static void on_told_unwatch(
	struct irc_people_rig *rig, const struct presence *presence, int state)
{
	(void)state;
	if (presence)
		irc_roster_watch(rig->roster, false);
}

static void test_calls_from_inside(void **state)
{
	struct irc_people_rig *rig = *state;

	irc_people_rig_up(rig);
	irc_people_rig_join(rig, "Bob!b@h carl!c@h");
	rig->hook = on_told_unwatch;
	irc_people_rig_watch(rig);
	peer_assert_log(rig->told, "begins\nhere net/bob Bob [Bob!b@h]\n");
	rig->hook = NULL;
	irc_peer_turn(&rig->peer);
	/* It was asked for once, and is told at once. */
	irc_roster_watch(rig->roster, true);
	irc_peer_turn(&rig->peer);
	irc_peer_expect_none(&rig->peer);
	peer_assert_log(rig->told, "begins\nhere net/bob Bob [Bob!b@h]\n"
				   "here net/carl carl [carl!c@h]\ncomplete\n");
	rig->hook = on_told_unwatch;
	rig_says(rig, ":Bob!b@h QUIT :x", "quit net/bob Bob: x\n");
	rig->hook = on_told_close;
	irc_roster_watch(rig->roster, true);
	irc_peer_turn(&rig->peer);
	peer_assert_log(rig->told, "begins\n");
}

static void test_close_inside_a_change(void **state)
{
	struct irc_people_rig *rig = *state;

	begin(rig, "Bob!b@h carl!c@h");
	rig->hook = on_told_close;
	rig->hook_arg = rig;
	rig_says(rig, ":Bob!b@h NICK carl", "quit net/carl carl\n");
}

/* A crowd: one WHO, nothing else. */
static void test_crowd(void **state)
{
	struct irc_people_rig *rig = *state;

	irc_people_rig_up(rig);
	irc_people_rig_join(rig, "");
	for (int i = 0; i < 2000; i++)
		irc_peer_feed(&rig->peer, ":p%d!u@h JOIN #a * :P", i);
	irc_people_rig_watch(rig);
	irc_peer_expect_none(&rig->peer);
	assert_int_equal(irc_roster_count(rig->roster), 2000);
	assert_true(irc_peer_log_has(&rig->told, "\nhere net/p0 p0 "));
	assert_true(irc_peer_log_has(&rig->told, "\nhere net/p1999 p1999 "));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_list),
		T(test_who_is_not_answered),
		T(test_coming_and_going),
		T(test_netsplit),
		T(test_nicks),
		T(test_accounts),
		T(test_two_sessions),
		T(test_strangers),
		T(test_bots_that_are_not_ignored),
		T(test_loss),
		T(test_reconnect),
		T(test_lost_while_asking),
		T(test_list_again),
		T(test_not_watched),
		T(test_calls_from_inside),
		T(test_close_inside_a_change),
		T(test_crowd),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
