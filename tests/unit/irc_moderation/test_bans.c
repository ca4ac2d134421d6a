#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "irc_moderation/bans.h"

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

static void begin(struct irc_moderation_rig *rig)
{
	irc_moderation_rig_join(rig, "@", "Bob!~b@h1 carl!c@h2");
	irc_moderation_rig_watch(rig, NULL);
	rig_expects(rig, "ban begins\n"
			 "ban complete whole\n"
			 "mod begins\n"
			 "mod - net/bob Bob auto\n"
			 "mod - net/carl carl auto\n"
			 "mod complete\n");
}

static void test_list(void **state)
{
	struct irc_moderation_rig *rig = *state;
	static const char *const bans[] = {
		"*!*@h1 op!o@h 1600000005",
		"eve!*@* op",
		"*!*@* irc.example 1600000006",
		"$a:carl belfry!bel@here 1600000007",
		"*!*@net.* ChanServ!ChanServ@services.int 1600000007",
		NULL,
	};

	irc_moderation_rig_join(rig, "@", "Bob!~b@h1 carl!c@h2");
	irc_moderation_rig_watch(rig, bans);
	rig_expects(rig,
		"ban begins\n"
		"ban + net/bob Bob mask=*!*@h1 by=op at=5\n"
		"ban + mask=eve!*@* by=op\n"
		"ban + net/bob Bob mask=*!*@* by=irc.example at=6 auto\n"
		"ban + net/carl carl mask=*!*@* by=irc.example at=6 auto\n"
		"ban + mask=$a:carl by=belfry at=7 auto\n"
		"ban + mask=*!*@net.* by=ChanServ at=7 auto\n"
		"ban complete whole\n"
		"mod begins\n"
		"mod - net/bob Bob auto\n"
		"mod - net/carl carl auto\n"
		"mod complete\n");
}

static void test_changes(void **state)
{
	struct irc_moderation_rig *rig = *state;

	begin(rig);
	rig_says(rig,
		"@time=2020-09-13T12:26:45.000Z :carl!c@h2 MODE #a +bb *!*@h1 "
		"x!*@*",
		"ban + net/bob Bob mask=*!*@h1 by=carl at=5\n"
		"ban + mask=x!*@* by=carl at=5\n");
	rig_says(rig,
		"@time=2020-09-13T12:26:46.000Z :irc.example MODE #a -b *!*@h1",
		"ban - mask=*!*@h1 by=irc.example at=6 auto\n");
	/* Of other channels, and other lists. */
	rig_says(rig, ":carl!c@h2 MODE #b +b *!*@h1", "");
	rig_says(rig, ":carl!c@h2 MODE #a +I *!*@h1", "");
	/* A question. */
	rig_says(rig, ":carl!c@h2 MODE #a b", "");
}

/* As ngircd tells of it: in the letters of whoever lifts it. */
static void test_other_letters(void **state)
{
	struct irc_moderation_rig *rig = *state;
	static const char *const bans[] = {
		"BOB[1]!*@* op!o@h 1600000005",
		NULL,
	};

	irc_moderation_rig_join(rig, "@", "");
	irc_moderation_rig_watch(rig, bans);
	buf_clear(&rig->told);
	rig_says(rig,
		"@time=2020-09-13T12:26:46.000Z :op!o@h MODE #a -b bob{1}!*@*",
		"ban - mask=BOB[1]!*@* by=op at=6\n");
	rig_says(rig,
		"@time=2020-09-13T12:26:46.000Z :op!o@h MODE #a +b-b Dan!*@* "
		"DAN!*@*",
		"ban + mask=Dan!*@* by=op at=6\n"
		"ban - mask=Dan!*@* by=op at=6\n");
	rig_says(rig,
		"@time=2020-09-13T12:26:46.000Z :op!o@h MODE #a -b dan!*@*",
		"ban - mask=dan!*@* by=op at=6\n");
}

/* Who comes, and who has gone. */
static void test_people(void **state)
{
	struct irc_moderation_rig *rig = *state;
	static const char line[] =
		"@time=2020-09-13T12:26:45.000Z :carl!c@h2 MODE #a +b ";
	char text[256];

	begin(rig);
	rig_says(rig, ":Bob!~b@h1 PART #a", "");
	snprintf(text, sizeof(text), "%s*!*b@h1", line);
	rig_says(rig, text, "ban + net/bob Bob mask=*!*b@h1 by=carl at=5\n");
	snprintf(text, sizeof(text), "%s$a:dan", line);
	rig_says(rig, text, "ban + mask=$a:dan by=carl at=5\n");
	rig_says(rig, ":Dan!d@h JOIN #a dan :D",
		"mod - net/@dan Dan auto\n"
		"ban + net/@dan Dan mask=$a:dan by=carl at=5\n");
	rig_says(rig, ":carl!c@h2 PRIVMSG #a :hello", "");
	snprintf(text, sizeof(text), "%s*!*@x.y", line);
	rig_says(rig, text, "ban + mask=*!*@x.y by=carl at=5\n");
	rig_says(rig, ":carl!c@h2 CHGHOST c x.y",
		"mod - net/carl carl auto\n"
		"ban + net/carl carl mask=*!*@x.y by=carl at=5\n");
	/* Back under a nick that the mask of the past does not fit. */
	rig_says(rig, ":Bob!z@zz JOIN #a * :B", "mod - net/bob Bob auto\n");
}

static void test_exceptions(void **state)
{
	struct irc_moderation_rig *rig = *state;

	begin(rig);
	rig_says(rig,
		"@time=2020-09-13T12:26:45.000Z :op!o@h MODE #a +e *!*@h2", "");
	rig_says(rig,
		"@time=2020-09-13T12:26:45.000Z :op!o@h MODE #a +b *!*@h*",
		"ban + net/bob Bob mask=*!*@h* by=op at=5\n");
	rig_says(rig,
		"@time=2020-09-13T12:26:46.000Z :op!o@h MODE #a +e bob!*@*",
		"ban - net/bob Bob mask=*!*@h* by=op at=6\n");
	rig_says(rig,
		"@time=2020-09-13T12:26:47.000Z :op!o@h MODE #a -e *!*@h2",
		"ban + net/carl carl mask=*!*@h* by=op at=7\n");
	assert_true(irc_bans_is_except(rig->moderation, 'e'));
	assert_false(irc_bans_is_except(rig->moderation, 'b'));
}

/* They may have come to stand while we were away. */
static void test_exceptions_that_were_there(void **state)
{
	struct irc_moderation_rig *rig = *state;
	struct irc_peer *peer = &rig->peer;

	irc_moderation_rig_join(rig, "@", "Bob!~b@h1 carl!c@h2");
	irc_moderation_watch(rig->moderation, true);
	irc_peer_turn(peer);
	irc_peer_feed(peer, ":s 367 belfry #a *!*@h* op!o@h 1600000005");
	irc_peer_feed(peer, ":s 368 belfry #a :End");
	irc_peer_feed(peer, ":s 348 belfry #a bob!*@* op!o@h 1600000005");
	irc_peer_feed(peer, ":s 348 belfry #a dan!*@* op!o@h 1600000005");
	irc_peer_feed(peer, ":s 349 belfry #a :End");
	buf_clear(&rig->told);
	irc_peer_feed(peer, ":s 315 belfry #a :End of WHO");
	rig_expects(rig, "ban begins\n"
			 "ban + net/carl carl mask=*!*@h* by=op at=5\n"
			 "ban - net/bob Bob mask=*!*@h*\n"
			 "ban complete whole\n"
			 "mod begins\n"
			 "mod - net/bob Bob auto\n"
			 "mod - net/carl carl auto\n"
			 "mod complete\n");
	rig_says(rig, ":dan!d@h3 JOIN #a * :D",
		"mod - net/dan dan auto\n"
		"ban - net/dan dan mask=*!*@h*\n");
}

/* Who was not told of the exceptions asks when they may know. */
static void test_hidden_exceptions(void **state)
{
	struct irc_moderation_rig *rig = *state;
	struct irc_peer *peer = &rig->peer;

	irc_moderation_rig_join(rig, "", "Bob!~b@h1");
	irc_moderation_watch(rig->moderation, true);
	irc_peer_turn(peer);
	irc_peer_expect(peer, "MODE #a b");
	irc_peer_expect(peer, "MODE #a e");
	irc_peer_expect(peer, "WHO #a %%tcuhnfar,725");
	irc_peer_feed(peer, ":s 367 belfry #a *!*@h* op!o@h 1600000005");
	irc_peer_feed(peer, ":s 368 belfry #a :End");
	irc_peer_feed(peer, ":s 482 belfry #a :You're not channel operator");
	irc_peer_feed(peer, ":s 315 belfry #a :End of WHO");
	irc_peer_feed(peer, ":op!o@h MODE #a +v belfry");
	irc_peer_turn(peer);
	irc_peer_expect_none(peer);
	irc_peer_feed(peer, ":op!o@h MODE #a +o belfry");
	irc_peer_turn(peer);
	irc_peer_expect(peer, "MODE #a b");
	irc_peer_expect(peer, "MODE #a e");
	irc_peer_expect(peer, "WHO #a %%tcuhnfar,725");
	irc_peer_feed(peer, ":s 367 belfry #a *!*@h* op!o@h 1600000005");
	irc_peer_feed(peer, ":s 368 belfry #a :End");
	irc_peer_feed(peer, ":s 348 belfry #a bob!*@* op!o@h 1600000005");
	irc_peer_feed(peer, ":s 349 belfry #a :End");
	buf_clear(&rig->told);
	irc_peer_feed(peer, ":s 315 belfry #a :End of WHO");
	rig_expects(rig, "ban begins\n"
			 "ban + mask=*!*@h* by=op at=5\n"
			 "ban - net/bob Bob mask=*!*@h*\n"
			 "ban complete whole\n"
			 "mod begins\n"
			 "mod - net/bob Bob auto\n"
			 "mod complete\n");
	/* Once. */
	irc_peer_feed(peer, ":op!o@h MODE #a -o belfry");
	irc_peer_feed(peer, ":op!o@h MODE #a +o belfry");
	irc_peer_turn(peer);
	irc_peer_expect_none(peer);
}

/* What the server hides, or does not answer, is gone without. */
static void test_no_answer(void **state)
{
	struct irc_moderation_rig *rig = *state;
	struct irc_peer *peer = &rig->peer;

	irc_moderation_rig_join(rig, "@", "");
	irc_moderation_watch(rig->moderation, true);
	irc_peer_turn(peer);
	irc_peer_feed(peer, ":s 482 belfry #a :You're not channel operator");
	irc_peer_feed(peer, ":s 315 belfry #a :End of WHO");
	buf_clear(&rig->told);
	irc_peer_pass(peer, MODERATION_LIST_MS - 1000);
	rig_expects(rig, "");
	irc_peer_pass(peer, 2000);
	rig_expects(
		rig, "ban begins\nban complete\nmod begins\nmod complete\n");
}

/* The queue may be longer than a minute: what comes then is told then. */
static void test_late_answer(void **state)
{
	struct irc_moderation_rig *rig = *state;
	struct irc_peer *peer = &rig->peer;

	irc_moderation_rig_join(rig, "@", "Bob!~b@h1 carl!c@h2");
	irc_moderation_watch(rig->moderation, true);
	irc_peer_turn(peer);
	irc_peer_feed(peer, ":s 315 belfry #a :End of WHO");
	irc_peer_feed(peer, ":s 367 belfry #a *!*@h* op!o@h 1600000005");
	irc_peer_feed(peer, ":s 368 belfry #a :End");
	buf_clear(&rig->told);
	irc_peer_pass(peer, MODERATION_LIST_MS + 1000);
	/* Bob may be excepted. */
	rig_expects(rig, "ban begins\nban complete\n"
			 "mod begins\n"
			 "mod - net/bob Bob auto\n"
			 "mod - net/carl carl auto\n"
			 "mod complete\n");
	irc_peer_feed(peer, ":s 348 belfry #a bob!*@* op!o@h 1600000005");
	rig_says(rig, ":s 349 belfry #a :End",
		"ban begins\n"
		"ban + net/carl carl mask=*!*@h* by=op at=5\n"
		"ban - net/bob Bob mask=*!*@h*\n"
		"ban complete whole\n"
		"mod begins\n"
		"mod - net/bob Bob auto\n"
		"mod - net/carl carl auto\n"
		"mod complete\n");
	/* Once. */
	rig_says(rig, ":s 368 belfry #a :End", "");
}

static void test_late_bans(void **state)
{
	struct irc_moderation_rig *rig = *state;
	struct irc_peer *peer = &rig->peer;

	irc_moderation_rig_join(rig, "@", "");
	irc_moderation_watch(rig->moderation, true);
	irc_peer_turn(peer);
	irc_peer_feed(peer, ":s 315 belfry #a :End of WHO");
	irc_peer_feed(peer, ":s 349 belfry #a :End");
	buf_clear(&rig->told);
	irc_peer_pass(peer, MODERATION_LIST_MS + 1000);
	rig_expects(
		rig, "ban begins\nban complete\nmod begins\nmod complete\n");
	irc_peer_feed(peer, ":s 367 belfry #a x!*@* op 1600000005");
	rig_says(rig, ":s 368 belfry #a :End",
		"ban begins\n"
		"ban + mask=x!*@* by=op at=5\n"
		"ban complete whole\n"
		"mod begins\nmod complete\n");
}

static void test_close_within(void **state)
{
	struct irc_moderation_rig *rig = *state;

	begin(rig);
	rig->closes = true;
	rig_says(rig,
		"@time=2020-09-13T12:26:45.000Z :op!o@h MODE #a +bb *!*@h* "
		"x!*@*",
		"ban + net/bob Bob mask=*!*@h* by=op at=5\n");
	assert_null(rig->moderation);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_list),
		T(test_changes),
		T(test_other_letters),
		T(test_people),
		T(test_exceptions),
		T(test_exceptions_that_were_there),
		T(test_hidden_exceptions),
		T(test_no_answer),
		T(test_late_answer),
		T(test_late_bans),
		T(test_close_within),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
