#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "irc_people/identity.h"

#include "irc/channel.h"
#include "unit/support/irc_people_rig.h"
#include "util/clock.h"
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
}

static void feed(struct irc_people_rig *rig, const char *line)
{
	irc_peer_feed_bytes(&rig->peer, line, strlen(line));
}

static void is(struct irc_people_rig *rig, const char *nick, const char *id)
{
	assert_string_equal(irc_people_rig_id(rig, nick), id);
}

static void test_id_goes_with_the_person(void **state)
{
	struct irc_people_rig *rig = *state;

	begin(rig, "Bob!b@h");
	is(rig, "Bob", "net/bob");
	feed(rig, ":Bob!b@h NICK Bob|away");
	is(rig, "bob|AWAY", "net/bob");
	assert_int_equal(irc_identity_count(rig->folk.identity), 1);
	feed(rig, ":bob|away!b@h NICK bob2");
	is(rig, "bob2", "net/bob");
	feed(rig, ":bob2!b@h NICK Bob");
	is(rig, "bob", "net/bob");
	/* What is as it always was is not kept. */
	assert_int_equal(irc_identity_count(rig->folk.identity), 0);
	/* Neither old nick means anything now. */
	feed(rig, ":bob2!x@y JOIN #a * :x");
	is(rig, "bob2", "net/bob2");
}

static void test_whoever_takes_the_nick_is_another(void **state)
{
	struct irc_people_rig *rig = *state;

	begin(rig, "Bob!b@h");
	feed(rig, ":Bob!b@h NICK rob");
	feed(rig, ":Bob!evil@x JOIN #a * :x");
	is(rig, "bob", "net/bob@2");
	is(rig, "rob", "net/bob");
	feed(rig, ":Bob!evil@x NICK eve");
	is(rig, "eve", "net/bob@2");
	feed(rig, ":Bob!third@x JOIN #a * :x");
	is(rig, "bob", "net/bob@3");
	feed(rig, ":eve!evil@x QUIT :x");
	feed(rig, ":Bob!third@x QUIT :x");
	/* Home again. */
	feed(rig, ":rob!b@h NICK Bob");
	is(rig, "bob", "net/bob");
}

static void test_who_is_not_here_is_in_nobodys_way(void **state)
{
	struct irc_people_rig *rig = *state;

	begin(rig, "Bob!b@h");
	feed(rig, ":Bob!b@h NICK rob");
	/* Back under the other nick: the same. */
	feed(rig, ":rob!b@h QUIT :x");
	feed(rig, ":rob!b@h JOIN #a * :x");
	is(rig, "rob", "net/bob");
	feed(rig, ":rob!b@h QUIT :x");
	/* Back under the first. */
	feed(rig, ":Bob!b@h JOIN #a * :x");
	is(rig, "bob", "net/bob");
	feed(rig, ":rob!r@h JOIN #a * :x");
	is(rig, "rob", "net/rob");
}

static void test_swap(void **state)
{
	struct irc_people_rig *rig = *state;

	begin(rig, "a!x@1 b!x@2");
	feed(rig, ":a!x@1 NICK tmp");
	feed(rig, ":b!x@2 NICK a");
	feed(rig, ":tmp!x@1 NICK b");
	is(rig, "b", "net/a");
	is(rig, "a", "net/b");
	feed(rig, ":a!x@2 NICK tmp");
	feed(rig, ":b!x@1 NICK a");
	feed(rig, ":tmp!x@2 NICK b");
	is(rig, "b", "net/b");
	is(rig, "a", "net/a");
	assert_int_equal(irc_identity_count(rig->folk.identity), 0);
}

static void test_storm_of_one(void **state)
{
	struct irc_people_rig *rig = *state;
	char line[128];
	char nick[32];

	begin(rig, "n0!x@1");
	for (int i = 0; i < 1000; i++) {
		snprintf(line, sizeof(line), ":n%d!x@1 NICK n%d", i, i + 1);
		feed(rig, line);
		snprintf(nick, sizeof(nick), "n%d", i + 1);
		is(rig, nick, "net/n0");
	}
	assert_int_equal(irc_identity_count(rig->folk.identity), 1);
}

static void test_case_of_a_nick(void **state)
{
	struct irc_people_rig *rig = *state;

	begin(rig, "Bob!b@h");
	feed(rig, ":Bob!b@h NICK BOB");
	is(rig, "bob", "net/bob");
	assert_int_equal(irc_identity_count(rig->folk.identity), 0);
}

static void test_casemappings(void **state)
{
	static const struct {
		const char *isupport;
		const char *a, *b;
	} rows[] = {
		{"CHANTYPES=# WHOX", "net/{x}~", "net/{x}~"},
		{"CHANTYPES=# WHOX CASEMAPPING=rfc1459", "net/{x}~",
			"net/{x}~"},
		{"CHANTYPES=# WHOX CASEMAPPING=rfc1459-strict", "net/{x}~",
			"net/{x}^"},
		{"CHANTYPES=# WHOX CASEMAPPING=ascii", "net/[x]~", "net/{x}^"},
	};
	struct irc_people_rig *rig = *state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (i) {
			irc_people_rig_release(rig);
			irc_people_rig_init(rig);
		}
		rig->isupport = rows[i].isupport;
		begin(rig, "");
		feed(rig, ":[X]~!x@1 JOIN #a * :x");
		is(rig, "[X]~", rows[i].a);
		is(rig, "{X}^", rows[i].b);
		feed(rig, ":[X]~!x@1 NICK other");
		is(rig, "other", rows[i].a);
		feed(rig, ":{X}^!x@2 JOIN #a * :x");
		is(rig, "{X}^",
			str_eq(rows[i].a, rows[i].b) ? "net/{x}~@2"
						     : rows[i].b);
	}
}

static void test_accounts(void **state)
{
	struct irc_people_rig *rig = *state;

	begin(rig, "");
	feed(rig, ":Bob!b@h JOIN #a RealBob :x");
	is(rig, "bob", "net/@realbob");
	feed(rig, ":Bob!b@h NICK rob");
	is(rig, "rob", "net/@realbob");
	assert_int_equal(irc_identity_count(rig->folk.identity), 0);
	feed(rig, ":rob!b@h ACCOUNT *");
	is(rig, "rob", "net/rob");
	feed(rig, ":rob!b@h ACCOUNT Other");
	is(rig, "rob", "net/@other");
	/* The nick is no account. */
	feed(rig, ":other!o@h JOIN #a * :x");
	is(rig, "other", "net/other");
	feed(rig, ":@other!o@h PRIVMSG #a :x");
	is(rig, "other", "net/other");
}

/* Who has logged in does not need the id of the nick. */
static void test_logged_in_is_in_nobodys_way(void **state)
{
	struct irc_people_rig *rig = *state;

	begin(rig, "Bob!b@h");
	feed(rig, ":Bob!b@h NICK rob");
	feed(rig, ":rob!b@h ACCOUNT real");
	feed(rig, ":bob!x@h JOIN #a * :x");
	is(rig, "bob", "net/bob");
	feed(rig, ":rob!b@h ACCOUNT *");
	is(rig, "rob", "net/rob");
}

/* Without account-notify a logout would not be seen. */
static void test_accounts_that_may_be_stale(void **state)
{
	struct irc_people_rig *rig = *state;
	struct irc_message message;
	struct irc_who who;
	char line[] = "@account=real :Bob!b@h PRIVMSG #a :x";
	char plain[] = ":Bob!b@h PRIVMSG #a :x";

	rig->caps = "account-tag extended-join message-tags";
	begin(rig, "");
	feed(rig, ":Bob!b@h JOIN #a RealBob :x");
	is(rig, "bob", "net/bob");
	assert_int_equal(irc_message_parse(&message, line, strlen(line)), 0);
	who = irc_who_of_message(rig->peer.conn, &message);
	assert_string_equal(who.account, "real");
	assert_int_equal(irc_message_parse(&message, plain, strlen(plain)), 0);
	who = irc_who_of_message(rig->peer.conn, &message);
	assert_null(who.account);
}

static void test_restart(void **state)
{
	struct irc_people_rig *rig = *state;

	begin(rig, "Bob!b@h a!a@1");
	feed(rig, ":Bob!b@h NICK rob");
	feed(rig, ":bob!x@h JOIN #a * :x");
	is(rig, "bob", "net/bob@2");
	feed(rig, ":a!a@1 NICK b");
	feed(rig, ":b!a@1 NICK a");
	irc_people_rig_restart(rig);
	assert_int_equal(irc_identity_count(rig->folk.identity), 2);
	is(rig, "bob", "net/bob@2");
	is(rig, "rob", "net/bob");
	is(rig, "a", "net/a");
}

/* In the first minute not all who are there have been seen. */
static void test_grace(void **state)
{
	struct irc_people_rig *rig = *state;

	begin(rig, "Bob!b@h");
	feed(rig, ":Bob!b@h NICK rob");
	irc_people_rig_restart(rig);
	irc_people_rig_again(rig);
	is(rig, "bob", "net/bob@2");
	is(rig, "rob", "net/bob");
	/* Rob it was who came back as Bob. */
	clock_advance(IDENTITY_GRACE_MS);
	is(rig, "bob", "net/bob");
	is(rig, "rob", "net/rob");
	irc_people_rig_restart(rig);
	is(rig, "bob", "net/bob");
	is(rig, "rob", "net/rob");
}

/* There are two of them indeed. */
static void test_grace_of_two(void **state)
{
	struct irc_people_rig *rig = *state;

	begin(rig, "Bob!b@h");
	feed(rig, ":Bob!b@h NICK rob");
	assert_true(irc_identity_is_settled(rig->folk.identity));
	irc_people_rig_again(rig);
	assert_false(irc_identity_is_settled(rig->folk.identity));
	is(rig, "bob", "net/bob@2");
	irc_peer_turn(&rig->peer);
	irc_peer_expect(&rig->peer, "JOIN #a");
	feed(rig, ":belfry!bel@here JOIN #a * :x");
	feed(rig, ":s 353 belfry = #a :belfry rob!b@h bob!x@h");
	feed(rig, ":s 366 belfry #a :End");
	irc_identity_settle(rig->folk.identity);
	assert_true(irc_identity_is_settled(rig->folk.identity));
	is(rig, "bob", "net/bob@2");
	is(rig, "rob", "net/bob");
	irc_people_rig_restart(rig);
	is(rig, "bob", "net/bob@2");
	is(rig, "rob", "net/bob");
}

/* Nobody is taken for whoever had the nick ages ago. */
static void test_kept(void **state)
{
	struct irc_people_rig *rig = *state;
	char id[IRC_ID_BYTES];

	begin(rig, "Bob!b@h al!a@h");
	feed(rig, ":Bob!b@h NICK rob");
	feed(rig, ":al!a@h NICK lunch");
	feed(rig, ":lunch!a@h PART #a");
	/* Past the pings. */
	clock_advance(IDENTITY_KEPT_MS - 1);
	is(rig, "lunch", "net/al");
	clock_advance(1);
	irc_identity_past_id(
		rig->folk.identity, &(struct irc_who){.nick = "lunch"}, id);
	assert_string_equal(id, "net/lunch");
	is(rig, "lunch", "net/lunch");
	/* Who is here stays who they are. */
	is(rig, "rob", "net/bob");
	assert_int_equal(irc_identity_count(rig->folk.identity), 1);
}

static void test_past(void **state)
{
	struct irc_people_rig *rig = *state;
	char id[IRC_ID_BYTES];

	begin(rig, "Bob!b@h");
	feed(rig, ":Bob!b@h NICK rob");
	irc_identity_past_id(
		rig->folk.identity, &(struct irc_who){.nick = "Rob"}, id);
	assert_string_equal(id, "net/bob");
	irc_identity_past_id(
		rig->folk.identity, &(struct irc_who){.nick = "Bob"}, id);
	assert_string_equal(id, "net/bob");
	irc_identity_past_id(rig->folk.identity,
		&(struct irc_who){.nick = "Bob", .account = "Real"}, id);
	assert_string_equal(id, "net/@real");
	assert_int_equal(irc_identity_count(rig->folk.identity), 1);
}

static const char *found(struct irc_people_rig *rig, const char *id)
{
	const struct irc_user *user = irc_identity_find(rig->folk.identity, id);

	return user ? user->nick : "nobody";
}

static void test_find(void **state)
{
	struct irc_people_rig *rig = *state;

	begin(rig, "Bob!b@h Carl!c@h");
	feed(rig, ":dan!d@h JOIN #a Real :x");
	feed(rig, ":Bob!b@h NICK rob");
	assert_string_equal(found(rig, "net/bob"), "rob");
	assert_string_equal(found(rig, "net/rob"), "nobody");
	assert_string_equal(found(rig, "net/carl"), "Carl");
	assert_string_equal(found(rig, "net/@real"), "dan");
	/* The nick is not who they are. */
	assert_string_equal(found(rig, "net/dan"), "nobody");
	assert_string_equal(found(rig, "net/@carl"), "nobody");
	assert_string_equal(found(rig, "other/carl"), "nobody");
	assert_string_equal(found(rig, "net/"), "nobody");
	assert_string_equal(found(rig, "net"), "nobody");
	feed(rig, ":bob!x@h JOIN #a * :x");
	is(rig, "bob", "net/bob@2");
	assert_string_equal(found(rig, "net/bob@2"), "bob");
	assert_string_equal(found(rig, "net/bob"), "rob");
}

/* A server that is mad moves nobody's id to another. */
static void test_nick_of_nobody(void **state)
{
	struct irc_people_rig *rig = *state;

	begin(rig, "Bob!b@h");
	feed(rig, ":ghost!g@h NICK Bob");
	feed(rig, ":!g@h NICK Bob");
	is(rig, "bob", "net/bob");
}

static void test_own_nick(void **state)
{
	struct irc_people_rig *rig = *state;

	begin(rig, "");
	feed(rig, ":belfry!bel@here NICK belfry_");
	assert_int_equal(irc_identity_count(rig->folk.identity), 0);
}

/* Nobody who is here loses their id to make room. */
static void test_bound(void **state)
{
	struct irc_people_rig *rig = *state;
	char line[128];

	begin(rig, "Bob!b@h");
	feed(rig, ":Bob!b@h NICK rob");
	for (int i = 0; i < IDENTITY_BINDINGS_MAX + 10; i++) {
		snprintf(line, sizeof(line), ":x%d!x@1 JOIN #a * :x", i);
		feed(rig, line);
		snprintf(line, sizeof(line), ":x%d!x@1 NICK y%d", i, i);
		feed(rig, line);
		snprintf(line, sizeof(line), ":y%d!x@1 QUIT :x", i);
		feed(rig, line);
	}
	assert_int_equal(
		irc_identity_count(rig->folk.identity), IDENTITY_BINDINGS_MAX);
	is(rig, "rob", "net/bob");
	is(rig, "y0", "net/y0");
	is(rig, "y50000", "net/x50000");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_id_goes_with_the_person),
		T(test_whoever_takes_the_nick_is_another),
		T(test_who_is_not_here_is_in_nobodys_way),
		T(test_swap),
		T(test_storm_of_one),
		T(test_case_of_a_nick),
		T(test_casemappings),
		T(test_accounts),
		T(test_logged_in_is_in_nobodys_way),
		T(test_accounts_that_may_be_stale),
		T(test_restart),
		T(test_grace),
		T(test_grace_of_two),
		T(test_kept),
		T(test_past),
		T(test_find),
		T(test_nick_of_nobody),
		T(test_own_nick),
		T(test_bound),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
