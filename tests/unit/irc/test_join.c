#include "../support/irc_parsed.h"

#include "irc/join.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

static struct irc_isupport isupport;
static struct irc_joins joins;
static struct buf channels;
static struct buf keys;
static struct buf news;

static int setup(void **state)
{
	(void)state;
	irc_isupport_init(&isupport);
	irc_joins_init(&joins, &isupport);
	buf_init(&channels, 4096);
	buf_init(&keys, 4096);
	buf_init(&news, 1 << 20);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	irc_joins_release(&joins);
	buf_release(&channels);
	buf_release(&keys);
	buf_release(&news);
	return 0;
}

static bool take_from(const char *line, bool is_own, int64_t now_ms)
{
	return irc_joins_take(&joins, &(struct irc_join_step){
					      .msg = irc_parsed(line),
					      .own_nick = "me",
					      .is_own = is_own,
					      .now_ms = now_ms,
				      });
}

static void take(const char *line, int64_t now_ms)
{
	assert_true(take_from(line, strncmp(line, ":me!", 4) == 0, now_ms));
}

static void assert_next(int64_t now_ms, const char *expected)
{
	bool is_there = irc_joins_next(&joins, now_ms, &channels, &keys);

	if (keys.len > 0)
		buf_addf(&channels, " %s", keys.data);
	assert_string_equal(channels.data, expected);
	assert_int_equal(is_there, *expected != '\0');
}

static void assert_news(const char *expected)
{
	struct irc_join_news *one;

	buf_clear(&news);
	while ((one = irc_joins_news(&joins)) != NULL) {
		buf_addf(&news, "%c%s: %s;", one->joined ? '+' : '-',
			one->channel, one->why);
		irc_join_news_free(one);
	}
	assert_string_equal(news.data, expected);
}

static void enter(const char *channel, int64_t now_ms)
{
	char line[128];

	(void)snprintf(line, sizeof(line), ":me!u@h JOIN %s", channel);
	take(line, now_ms);
	(void)snprintf(line, sizeof(line), ":s 366 me %s :End", channel);
	take(line, now_ms);
}

static void test_a_join(void **state)
{
	(void)state;
	irc_joins_add(&joins, "#A", NULL);
	assert_next(0, ""); /* the link is down */
	assert_int_equal(irc_joins_wait_ms(&joins, 0), -1);
	irc_joins_up(&joins, 0);
	assert_int_equal(irc_joins_wait_ms(&joins, 0), 0);
	assert_next(0, "#A");
	assert_next(0, "");
	assert_false(irc_joins_is_in(&joins, "#a"));
	take(":me!u@h JOIN #a", 5);
	assert_true(irc_joins_is_in(&joins, "#a"));
	assert_news("");
	take(":s 366 me #a :End of NAMES", 6);
	assert_news("+#A: joined;");
	take(":s 366 me #a :End of NAMES", 7);
	assert_news("");
	assert_int_equal(irc_joins_wait_ms(&joins, 7), -1);
	assert_string_equal(irc_joins_next_modes(&joins), "#A");
	assert_null(irc_joins_next_modes(&joins));
}

static void test_keys_come_first(void **state)
{
	(void)state;
	irc_joins_add(&joins, "#a", NULL);
	irc_joins_add(&joins, "#b", "kb");
	irc_joins_add(&joins, "#c", "");
	irc_joins_add(&joins, "#d", "old");
	irc_joins_add(&joins, "#D", "kd");
	irc_joins_up(&joins, 0);
	assert_next(0, "#b,#d,#a,#c kb,kd");
}

static void test_thousand_channels_take_few_lines(void **state)
{
	char name[32];
	unsigned lines = 0;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		(void)snprintf(name, sizeof(name), "#channel-%d", i);
		irc_joins_add(&joins, name, i % 3 ? NULL : "key");
	}
	irc_joins_up(&joins, 0);
	while (irc_joins_next(&joins, 0, &channels, &keys)) {
		assert_in_range(channels.len + keys.len, 1, 504);
		lines++;
	}
	assert_in_range(lines, 1000 / IRC_JOIN_PER_LINE, 40);
}

static void test_server_limits_per_line(void **state)
{
	(void)state;
	(void)irc_isupport_apply(&isupport, "TARGMAX=PRIVMSG:4,JOIN:2,KICK:1");
	irc_joins_add(&joins, "#a", NULL);
	irc_joins_add(&joins, "#b", NULL);
	irc_joins_add(&joins, "#c", NULL);
	irc_joins_up(&joins, 0);
	assert_next(0, "#a,#b");
	assert_next(0, "#c");
	(void)irc_isupport_apply(&isupport, "TARGMAX=PRIVMSG:4");
	(void)irc_isupport_apply(&isupport, "MAXTARGETS=1");
	irc_joins_up(&joins, 0);
	assert_next(0, "#a");
}

static void test_refusals_slow_down(void **state)
{
	int64_t now_ms = 0;
	int64_t wait_ms = 0;
	int64_t last_ms = 0;

	(void)state;
	irc_joins_add(&joins, "#a", NULL);
	irc_joins_up(&joins, 0);
	for (int i = 0; i < 10; i++) {
		assert_next(now_ms, "#a");
		take(":s 474 me #a :Cannot join channel (+b)", now_ms);
		assert_news("-#a: Cannot join channel (+b) (474);");
		wait_ms = irc_joins_wait_ms(&joins, now_ms);
		assert_in_range(wait_ms, IRC_JOIN_RETRY_MIN_MS,
			IRC_JOIN_RETRY_MAX_MS + IRC_JOIN_RETRY_MAX_MS / 10);
		assert_next(now_ms + wait_ms - 1, "");
		if (i < 5)
			assert_true(wait_ms > last_ms);
		last_ms = wait_ms;
		now_ms += wait_ms;
	}
	assert_true(wait_ms >= IRC_JOIN_RETRY_MAX_MS);
	/* After a reconnect it is asked at once. */
	irc_joins_down(&joins, "lost");
	assert_news("");
	irc_joins_up(&joins, now_ms);
	assert_next(now_ms, "#a");
}

static void test_every_kind_of_refusal(void **state)
{
	static const char *const LINES[] = {
		":s 403 me #a :No such channel",
		":s 405 me #a :You have joined too many channels",
		":s 437 me #a :Nick/channel is temporarily unavailable",
		":s 471 me #a :Cannot join channel (+l)",
		":s 473 me #A :Cannot join channel (+i)",
		":s 475 me #a :Cannot join channel (+k)",
		":s 476 me #a :Bad channel mask",
		":s 477 me #a :You need a registered nick",
		":s 489 me #a :Secure connection required",
		":s 520 me #a :Operators only",
		"FAIL JOIN NOPE #a :Not for you",
	};

	(void)state;
	irc_joins_add(&joins, "#a", NULL);
	for (size_t i = 0; i < sizeof(LINES) / sizeof(*LINES); i++) {
		irc_joins_up(&joins, 0);
		assert_next(0, "#a");
		take(LINES[i], 0);
		assert_true(
			irc_joins_wait_ms(&joins, 0) >= IRC_JOIN_RETRY_MIN_MS);
		while (joins.news)
			irc_join_news_free(irc_joins_news(&joins));
	}
	/* What was not asked for is not refused. */
	irc_joins_up(&joins, 0);
	take(":s 403 me #a :No such channel", 0);
	take(":s 474 me #b :Cannot join", 0);
	assert_news("");
}

static void test_forwards_are_not_followed(void **state)
{
	(void)state;
	irc_joins_add(&joins, "#a", NULL);
	irc_joins_up(&joins, 0);
	assert_next(0, "#a");
	take(":s 470 me #a ##b :Forwarding to another channel", 0);
	assert_news("-#a: forwarded to ##b, which is not wanted;");
	assert_false(take_from(":me!u@h JOIN ##b", true, 0));
	/* ban-redirect says both: counted once */
	take(":s 474 me #a :Cannot join", 0);
	assert_news("");
	/* Somebody else may join what he wants. */
	assert_true(take_from(":you!u@h JOIN ##b", false, 0));
}

static void test_kick(void **state)
{
	(void)state;
	irc_joins_add(&joins, "#a", NULL);
	irc_joins_up(&joins, 0);
	assert_next(0, "#a");
	enter("#a", 0);
	assert_news("+#a: joined;");
	take(":op!u@h KICK #a other :x", 10);
	assert_news("");
	take(":op!u@h KICK #A ME :bad bot", 10);
	assert_news("-#a: kicked by op: bad bot;");
	assert_in_range(irc_joins_wait_ms(&joins, 10), 60000, 66000);
	assert_next(59000, "");
	assert_next(70000, "#a");
	enter("#a", 70000);
	/* Again, soon: longer. */
	take(":op!u@h KICK #a me :x", 80000);
	assert_in_range(irc_joins_wait_ms(&joins, 80000), 120000, 132000);
	assert_next(220000, "#a");
	enter("#a", 220000);
	/* After a good while: as the first time. */
	take(":op!u@h KICK #a me :x", 220000 + IRC_JOIN_FORGIVE_MS);
	assert_in_range(irc_joins_wait_ms(&joins, 220000 + IRC_JOIN_FORGIVE_MS),
		60000, 66000);
}

static void test_made_to_leave(void **state)
{
	(void)state;
	irc_joins_add(&joins, "#a", NULL);
	irc_joins_up(&joins, 0);
	assert_next(0, "#a");
	enter("#a", 0);
	assert_news("+#a: joined;");
	take(":me!u@h PART #a :sapart", 0);
	assert_news("-#a: made to leave: sapart;");
	assert_false(irc_joins_is_in(&joins, "#a"));
}

static void test_no_answer(void **state)
{
	(void)state;
	irc_joins_add(&joins, "#a", NULL);
	irc_joins_add(&joins, "#b", NULL);
	irc_joins_up(&joins, 0);
	assert_next(0, "#a,#b");
	take(":me!u@h JOIN #b", 0);
	assert_in_range(irc_joins_wait_ms(&joins, 0), 1, 30000);
	/* The end of NAMES does not come: in all the same. */
	assert_next(30000, "");
	assert_news("+#b: joined;");
	assert_next(89000, "");
	assert_next(90000, "");
	assert_news("-#a: the server did not answer JOIN;");
	assert_in_range(irc_joins_wait_ms(&joins, 90000), 60000, 66000);
}

static void test_remove(void **state)
{
	(void)state;
	irc_joins_add(&joins, "#a", NULL);
	assert_false(irc_joins_remove(&joins, "#a"));
	assert_false(irc_joins_remove(&joins, "#a"));
	irc_joins_add(&joins, "#a", NULL);
	irc_joins_up(&joins, 0);
	assert_next(0, "#a");
	assert_true(irc_joins_remove(&joins, "#A"));
	/* The answer that is still under way. */
	assert_false(take_from(":me!u@h JOIN #a", true, 0));
	irc_joins_add(&joins, "#b", NULL);
	assert_next(0, "#b");
	enter("#b", 0);
	assert_true(irc_joins_remove(&joins, "#b"));
	assert_null(irc_joins_next_modes(&joins));
	assert_int_equal(joins.modes_due, 0);
}

static void test_names_that_cannot_be(void **state)
{
	char name[400];

	(void)state;
	irc_joins_add(&joins, "#a,#b", NULL);
	irc_joins_add(&joins, "#a b", NULL);
	irc_joins_add(&joins, "", NULL);
	irc_joins_add(&joins, ":x", NULL);
	irc_joins_add(&joins, "#a\r\nQUIT", NULL);
	irc_joins_add(&joins, "#a", "k k");
	memset(name, '#', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	irc_joins_add(&joins, name, NULL);
	assert_null(joins.by_name);
	while (joins.news)
		irc_join_news_free(irc_joins_news(&joins));
	/* "JOIN 0" would leave every channel. */
	irc_joins_add(&joins, "0", NULL);
	irc_joins_up(&joins, 0);
	assert_next(0, "");
	assert_news("-0: not the name of a channel on this network;");
}

static void test_down_tells_those_that_were_in(void **state)
{
	(void)state;
	irc_joins_add(&joins, "#a", NULL);
	irc_joins_add(&joins, "#b", NULL);
	irc_joins_up(&joins, 0);
	assert_next(0, "#a,#b");
	enter("#a", 0);
	assert_news("+#a: joined;");
	irc_joins_down(&joins, "link lost");
	assert_news("-#a: link lost;");
	assert_int_equal(joins.modes_due, 0);
}

static void test_lingering(void **state)
{
	(void)state;
	irc_joins_add(&joins, "#a", NULL);
	irc_joins_add(&joins, "#b", NULL);
	irc_joins_up(&joins, 0);
	assert_next(0, "#a,#b");
	enter("#a", 1);
	assert_news("+#a: joined;");
	assert_string_equal(irc_joins_next_modes(&joins), "#a");
	irc_joins_linger(&joins, "#A", 10);
	irc_joins_linger(&joins, "#c", 10);
	assert_int_equal(irc_joins_wait_ms(&joins, 10), IRC_JOIN_LINGER_MS);
	assert_null(irc_joins_next_leave(&joins, 10));
	/* Wanted again: as if it had been joined. */
	irc_joins_add(&joins, "#a", NULL);
	assert_news("+#a: still there;");
	assert_string_equal(irc_joins_next_modes(&joins), "#a");
	assert_null(irc_joins_next_leave(&joins, 10 + IRC_JOIN_LINGER_MS));
	assert_next(11, "");
	/* Not wanted. */
	irc_joins_linger(&joins, "#a", 20);
	assert_string_equal(
		irc_joins_next_leave(&joins, 20 + IRC_JOIN_LINGER_MS), "#a");
	assert_true(irc_joins_remove(&joins, "#a"));
	assert_null(irc_joins_next_leave(&joins, 20 + IRC_JOIN_LINGER_MS));
}

/* What is to be left is not joined once more. */
static void test_lingering_outside(void **state)
{
	(void)state;
	irc_joins_add(&joins, "#a", NULL);
	irc_joins_up(&joins, 0);
	assert_next(0, "#a");
	enter("#a", 1);
	irc_joins_linger(&joins, "#a", 10);
	irc_joins_down(&joins, "link lost");
	irc_joins_up(&joins, 20);
	assert_next(20, "");
	assert_news("+#a: joined;-#a: link lost;");
	assert_string_equal(
		irc_joins_next_leave(&joins, 10 + IRC_JOIN_LINGER_MS), "#a");
	irc_joins_add(&joins, "#a", NULL);
	assert_news("");
	assert_next(30, "#a");
}

static void test_another_case_mapping(void **state)
{
	(void)state;
	(void)irc_isupport_apply(&isupport, "CASEMAPPING=ascii");
	irc_joins_up(&joins, 0);
	irc_joins_add(&joins, "#[a]", NULL);
	irc_joins_add(&joins, "#{a}", NULL);
	assert_next(0, "#[a],#{a}");
	irc_joins_down(&joins, "x");
	(void)irc_isupport_apply(&isupport, "CASEMAPPING=rfc1459");
	irc_joins_up(&joins, 0);
	assert_next(0, "#[a]");
	assert_news("-#{a}: is the same channel as another one here;");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_a_join),
		TEST(test_keys_come_first),
		TEST(test_thousand_channels_take_few_lines),
		TEST(test_server_limits_per_line),
		TEST(test_refusals_slow_down),
		TEST(test_every_kind_of_refusal),
		TEST(test_forwards_are_not_followed),
		TEST(test_kick),
		TEST(test_made_to_leave),
		TEST(test_no_answer),
		TEST(test_remove),
		TEST(test_names_that_cannot_be),
		TEST(test_down_tells_those_that_were_in),
		TEST(test_lingering),
		TEST(test_lingering_outside),
		TEST(test_another_case_mapping),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
