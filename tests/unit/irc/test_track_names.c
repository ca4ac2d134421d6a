#include "irc/track_names.h"

#include "../support/irc_parsed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct irc_isupport isupport;
static struct irc_track track;

static void take(const char *line, bool has_multi_prefix)
{
	irc_track_take(&track, irc_parsed(line), has_multi_prefix);
}

static int setup(void **state)
{
	(void)state;
	irc_isupport_init(&isupport);
	irc_track_init(&track, &isupport);
	assert_true(irc_track_enter(&track, "#a"));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	irc_track_release(&track);
	return 0;
}

static const struct irc_member *member(const char *nick)
{
	return irc_channel_member(irc_track_find(&track, "#a"), nick);
}

static void test_names(void **state)
{
	const struct irc_channel *channel = irc_track_find(&track, "#a");

	(void)state;
	take(":s 353 me = #a :@+op +voice plain  ", true);
	take(":s 353 me @ #a :second!user@host @third!u@h", true);
	assert_false(irc_channel_is_listed(channel));
	take(":s 366 me #a :End of NAMES", true);
	assert_true(irc_channel_is_listed(channel));
	assert_int_equal(irc_channel_member_count(channel), 5);
	assert_string_equal(member("op")->modes, "ov");
	assert_string_equal(member("voice")->modes, "v");
	assert_string_equal(member("plain")->modes, "");
	assert_string_equal(member("second")->user->user, "user");
	assert_string_equal(member("second")->user->host, "host");
	assert_string_equal(member("third")->modes, "o");
	/* A later list is the truth. */
	take(":s 353 me = #a :op @plain", true);
	take(":s 366 me #a :End of NAMES", true);
	assert_int_equal(irc_channel_member_count(channel), 2);
	assert_string_equal(member("op")->modes, "");
	assert_string_equal(member("plain")->modes, "o");
}

/* Without multi-prefix a list shows the highest rank only. */
static void test_names_without_multi_prefix(void **state)
{
	(void)state;
	take(":s 353 me = #a :@n +m", false);
	take(":s 366 me #a :End", false);
	take(":s MODE #a +v n", false);
	take(":s 353 me = #a :@n +m", false);
	take(":s 366 me #a :End", false);
	assert_string_equal(member("n")->modes, "ov");
	assert_string_equal(member("m")->modes, "v");
	take(":s 353 me = #a :+n m", false);
	take(":s 366 me #a :End", false);
	assert_string_equal(member("n")->modes, "v");
	assert_string_equal(member("m")->modes, "");
}

static void test_who(void **state)
{
	(void)state;
	take(":s 353 me = #a :@n m", true);
	take(":s 366 me #a :End", true);
	take(":s 352 me #a user host server n G@ :0 Real Name", true);
	assert_string_equal(member("n")->user->user, "user");
	assert_string_equal(member("n")->user->host, "host");
	assert_string_equal(member("n")->user->realname, "Real Name");
	assert_true(member("n")->user->is_away);
	assert_string_equal(member("n")->modes, "o");
	take(":s 352 me #a user host server stranger H :0 x", true);
	assert_null(member("stranger"));
	take(":s 352 me #a", true);
}

static void test_whox(void **state)
{
	(void)state;
	take(":s 353 me = #a :@n m", true);
	take(":s 366 me #a :End", true);
	take(":s 354 me 725 #a user host n H*@+ acc :Real Name", true);
	assert_string_equal(member("n")->user->account, "acc");
	assert_string_equal(member("n")->user->realname, "Real Name");
	assert_string_equal(member("n")->modes, "ov");
	assert_false(member("n")->user->is_away);
	take(":s 354 me 725 #a user host m H 0 :x", true);
	assert_string_equal(member("m")->user->account, "");
	assert_true(member("m")->user->is_account_known);
	/* Somebody else's question. */
	take(":s 354 me 999 #a user other m H acc :x", true);
	assert_string_equal(member("m")->user->host, "host");
	take(":s 354 me 725 #a user other m H acc", true);
	assert_string_equal(member("m")->user->host, "host");
}

static void test_bots(void **state)
{
	(void)state;
	take(":s 353 me = #a :n m", true);
	take(":s 366 me #a :End", true);
	take(":s 354 me 725 #a user host n HB@ acc :x", true);
	assert_false(member("n")->user->is_bot); /* no BOT in ISUPPORT */
	(void)irc_isupport_apply(&isupport, "BOT=B");
	take(":s 354 me 725 #a user host n HB@ acc :x", true);
	assert_true(member("n")->user->is_bot);
	assert_string_equal(member("n")->modes, "o");
	take(":s 352 me #a user host s m GB :0 x", true);
	assert_true(member("m")->user->is_bot);
	take(":s 352 me #a user host s m G :0 x", true);
	assert_false(member("m")->user->is_bot);
	take("@bot :m!u@h PRIVMSG #a :beep", true);
	assert_true(member("m")->user->is_bot);
}

static void test_odd_names(void **state)
{
	(void)state;
	take(":s 353 me = #a", true);
	take(":s 353 me = #a :", true);
	take(":s 353 me = #a :@ + @+ !u@h @!u@h x!y", true);
	take(":s 353 me #a :short", true);
	take(":s 366 me #a", true);
	assert_non_null(member("x"));
	assert_null(member("short"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_names),
		TEST(test_names_without_multi_prefix),
		TEST(test_who),
		TEST(test_whox),
		TEST(test_bots),
		TEST(test_odd_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
