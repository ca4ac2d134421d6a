#include "../support/irc_parsed.h"

#include "irc/channel_private.h"
#include "irc/track.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

static struct irc_isupport isupport;
static struct irc_track track;

static void take(const char *line)
{
	irc_track_take(&track, irc_parsed(line), true);
}

static int setup(void **state)
{
	(void)state;
	irc_isupport_init(&isupport);
	(void)irc_isupport_apply(&isupport, "CHANMODES=beIq,k,l,imnpst");
	irc_track_init(&track, &isupport);
	assert_true(irc_track_enter(&track, "#A"));
	take(":me!u@h JOIN #a");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	irc_track_release(&track);
	return 0;
}

static const struct irc_member *member(const char *channel, const char *nick)
{
	return irc_channel_member(irc_track_find(&track, channel), nick);
}

static void test_enter_and_leave(void **state)
{
	(void)state;
	assert_string_equal(
		irc_channel_name(irc_track_find(&track, "#a")), "#A");
	assert_null(irc_track_find(&track, "#b"));
	assert_null(irc_track_find(&track, ""));
	irc_track_leave(&track, "#b");
	irc_track_leave(&track, "#a");
	assert_null(irc_track_find(&track, "#A"));
	take(":x!u@h JOIN #a");
	take(":s 332 me #a :topic");
	assert_null(irc_track_find(&track, "#a"));
	assert_false(irc_track_enter(&track, ""));
}

static void test_join(void **state)
{
	const struct irc_user *user;

	(void)state;
	take(":n!user@host JOIN #a account :Real Name");
	user = member("#a", "N")->user;
	assert_string_equal(user->user, "user");
	assert_string_equal(user->host, "host");
	assert_string_equal(user->account, "account");
	assert_string_equal(user->realname, "Real Name");
	take(":m!user@host JOIN #a * :Real Name");
	assert_true(member("#a", "m")->user->is_account_known);
	assert_string_equal(member("#a", "m")->user->account, "");
	take("@account=acc :o!user@host JOIN :#a");
	assert_string_equal(member("#a", "o")->user->account, "acc");
}

static void test_part_kick(void **state)
{
	(void)state;
	take(":n!u@h JOIN #a");
	take(":n!u@h PART #A :bye");
	assert_null(member("#a", "n"));
	take(":n!u@h JOIN #a");
	take(":m!u@h JOIN #a");
	take(":m!u@h KICK #a N :out");
	assert_null(member("#a", "n"));
	assert_non_null(member("#a", "m"));
	take(":m!u@h KICK #a nobody");
	take(":m!u@h KICK #a");
	assert_int_equal(
		irc_channel_member_count(irc_track_find(&track, "#a")), 2);
}

static void test_quit_leaves_all_and_says_which(void **state)
{
	(void)state;
	assert_true(irc_track_enter(&track, "#b"));
	take(":n!u@h JOIN #a");
	take(":n!u@h JOIN #b");
	assert_null(irc_track_affected(&track, 0));
	take(":n!u@h QUIT :*.net *.split");
	assert_null(member("#a", "n"));
	assert_null(member("#b", "n"));
	assert_string_equal(
		irc_channel_name(irc_track_affected(&track, 0)), "#A");
	assert_string_equal(
		irc_channel_name(irc_track_affected(&track, 1)), "#b");
	assert_null(irc_track_affected(&track, 2));
	take(":stranger!u@h QUIT");
	assert_null(irc_track_affected(&track, 0));
}

static void test_nick(void **state)
{
	(void)state;
	take(":n!u@h JOIN #a");
	take(":s MODE #a +o n");
	take(":n!u@h NICK :N2");
	assert_null(member("#a", "n"));
	assert_string_equal(member("#a", "n2")->user->nick, "N2");
	assert_string_equal(member("#a", "n2")->modes, "o");
	assert_non_null(irc_track_affected(&track, 0));
	take(":n2!u@h NICK n2");
	assert_string_equal(member("#a", "N2")->user->nick, "n2");
	/* The QUIT of the other was missed. */
	take(":x!u@h JOIN #a");
	take(":x!u@h NICK n2");
	assert_int_equal(
		irc_channel_member_count(irc_track_find(&track, "#a")), 2);
	assert_string_equal(member("#a", "n2")->modes, "");
	take(":n2!u@h NICK");
	assert_non_null(member("#a", "n2"));
}

static void test_what_people_change(void **state)
{
	(void)state;
	take(":n!u@h JOIN #a");
	take(":n!u@h CHGHOST user2 host2");
	assert_string_equal(member("#a", "n")->user->user, "user2");
	assert_string_equal(member("#a", "n")->user->host, "host2");
	assert_non_null(irc_track_affected(&track, 0));
	take(":n!user2@host2 ACCOUNT acc");
	assert_string_equal(member("#a", "n")->user->account, "acc");
	take(":n!user2@host2 ACCOUNT *");
	assert_string_equal(member("#a", "n")->user->account, "");
	take(":n!user2@host2 SETNAME :New Name");
	assert_string_equal(member("#a", "n")->user->realname, "New Name");
	take(":n!user2@host2 AWAY :gone");
	assert_true(member("#a", "n")->user->is_away);
	take(":n!user2@host2 AWAY");
	assert_false(member("#a", "n")->user->is_away);
	/* Whatever comes from someone says who it is. */
	take("@account=z :n!user3@host3 PRIVMSG #a :hi");
	assert_string_equal(member("#a", "n")->user->host, "host3");
	assert_string_equal(member("#a", "n")->user->account, "z");
	take(":stranger!u@h AWAY");
	take(":stranger!u@h SETNAME x");
	take(":stranger!u@h ACCOUNT x");
	take(":stranger!u@h CHGHOST a b");
	assert_null(irc_track_affected(&track, 0));
}

static void test_modes(void **state)
{
	const struct irc_channel *channel = irc_track_find(&track, "#a");
	const struct irc_list_entry *entry;

	(void)state;
	take(":n!u@h JOIN #a");
	take("@time=2020-01-01T00:00:00.000Z :op!o@p MODE #a "
	     "+ovntkl-m n n key 5");
	assert_string_equal(member("#a", "n")->modes, "ov");
	assert_string_equal(irc_channel_mode_param(channel, 'k'), "key");
	assert_string_equal(irc_channel_mode_param(channel, 'l'), "5");
	take("@time=2020-01-01T00:00:00.000Z :op!o@p MODE #a +b-v *!*@bad n");
	assert_string_equal(member("#a", "n")->modes, "o");
	entry = irc_channel_entry(channel, 'b', "*!*@BAD");
	assert_string_equal(entry->setter, "op!o@p");
	assert_int_equal(entry->set_ms, INT64_C(1577836800000));
	take(":op!o@p MODE #a -b *!*@bad");
	assert_int_equal(irc_channel_list_count(channel, 'b'), 0);
	take(":op!o@p MODE #a +b");
	take(":op!o@p MODE #a");
	take(":op!o@p MODE #a -k key");
	assert_false(irc_channel_has_mode(channel, 'k'));
	take(":s 324 me #a +stl 9");
	assert_true(irc_channel_modes_known(channel));
	assert_string_equal(irc_channel_modes(channel), "stl");
	take(":s 324 me #a :+");
	assert_string_equal(irc_channel_modes(channel), "");
}

static void test_topic(void **state)
{
	const struct irc_channel *channel = irc_track_find(&track, "#a");

	(void)state;
	take(":s 332 me #a :the topic");
	take(":s 333 me #a n!u@h 1577836800");
	assert_string_equal(irc_channel_topic(channel).text, "the topic");
	assert_string_equal(irc_channel_topic(channel).setter, "n!u@h");
	assert_int_equal(
		irc_channel_topic(channel).set_ms, INT64_C(1577836800000));
	take("@time=2021-01-01T00:00:00Z :x!u@h TOPIC #a :new");
	assert_string_equal(irc_channel_topic(channel).text, "new");
	assert_string_equal(irc_channel_topic(channel).setter, "x!u@h");
	assert_int_equal(
		irc_channel_topic(channel).set_ms, INT64_C(1609459200000));
	take(":s 331 me #a :No topic is set");
	assert_string_equal(irc_channel_topic(channel).text, "");
	take(":s 333 me #a n garbage");
	assert_int_equal(irc_channel_topic(channel).set_ms, 0);
}

static void test_lists(void **state)
{
	const struct irc_channel *channel = irc_track_find(&track, "#a");

	(void)state;
	take(":s 367 me #a *!*@x op!u@h 1577836800");
	take(":s 367 me #a *!*@y");
	assert_false(irc_channel_list_is_complete(channel, 'b'));
	take(":s 368 me #a :End");
	assert_true(irc_channel_list_is_complete(channel, 'b'));
	assert_int_equal(irc_channel_list_count(channel, 'b'), 2);
	assert_int_equal(irc_channel_entry(channel, 'b', "*!*@x")->set_ms,
		INT64_C(1577836800000));
	assert_string_equal(
		irc_channel_entry(channel, 'b', "*!*@y")->setter, "");
	take(":s 346 me #a inv op 1");
	take(":s 347 me #a :End");
	assert_non_null(irc_channel_entry(channel, 'I', "inv"));
	take(":s 348 me #a exc op 1");
	take(":s 349 me #a :End");
	assert_non_null(irc_channel_entry(channel, 'e', "exc"));
	take(":s 728 me #a q quiet op 7");
	take(":s 729 me #a q :End");
	assert_int_equal(
		irc_channel_entry(channel, 'q', "quiet")->set_ms, 7000);
	assert_true(irc_channel_list_is_complete(channel, 'q'));
	take(":s 368 me #a :End");
	assert_int_equal(irc_channel_list_count(channel, 'b'), 0);
}

static void test_clear_takes_the_case_mapping(void **state)
{
	(void)state;
	(void)irc_isupport_apply(&isupport, "CASEMAPPING=ascii");
	irc_track_clear(&track);
	assert_null(irc_track_find(&track, "#a"));
	assert_true(irc_track_enter(&track, "#[x]"));
	assert_null(irc_track_find(&track, "#{x}"));
	assert_non_null(irc_track_find(&track, "#[X]"));
}

static void test_bounds(void **state)
{
	char name[400];

	(void)state;
	for (int i = 0; i < IRC_TRACK_CHANNELS_MAX + 5; i++) {
		(void)snprintf(name, sizeof(name), "#%d", i);
		(void)irc_track_enter(&track, name);
	}
	assert_int_equal(HASH_COUNT(track.channels), IRC_TRACK_CHANNELS_MAX);
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_false(irc_track_enter(&track, name));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_enter_and_leave),
		TEST(test_join),
		TEST(test_part_kick),
		TEST(test_quit_leaves_all_and_says_which),
		TEST(test_nick),
		TEST(test_what_people_change),
		TEST(test_modes),
		TEST(test_topic),
		TEST(test_lists),
		TEST(test_clear_takes_the_case_mapping),
		TEST(test_bounds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
