#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "end_irc/directs.h"

#include "unit/support/irc_direct.h"

#include <stdio.h>
#include <string.h>

static const char BEGINS[] =
	"begins: test/bob as bob with arn:x/user/alice (Alice)\n";

static void test_what_begins_nothing(void **state)
{
	struct irc_talk *t = *state;
	irc_talk_say(t, "bob!b@home", "NOTICE", "auto reply");
	irc_talk_say(t, "bob!b@home", "PRIVMSG", "\x01VERSION\x01");
	irc_talk_say(t, "bob!b@home", "PRIVMSG", "");
	irc_talk_say(t, "s.example", "PRIVMSG", "by a server");
	irc_talk_say(t, "NickServ!n@services.example", "PRIVMSG", "register!");
	irc_talk_say(t, "belfry!b@h", "PRIVMSG", "by ourselves");
	irc_talk_say(t, "Alice[c]!a@h", "PRIVMSG", "to herself");
	crowd_assert(t->log, "");
	crowd_assert(t->crowd.said, "");
}

static void test_kept_until_it_is_open(void **state)
{
	struct irc_talk *t = *state;
	char text[32];
	t->is_slow = true;
	for (int i = 0; i <= DIRECTS_KEPT_LINES; i++) {
		(void)snprintf(text, sizeof(text), "%d", i);
		irc_talk_say(t, "bob!b@home", "PRIVMSG", text);
	}
	crowd_assert(t->log, BEGINS);
	crowd_assert(t->crowd.said, "Alice[c] NOTICE bob :Your message could "
				    "not be relayed: too many wait already.\n");
	irc_talk_open(t, "test/bob", "bob");
	irc_crowd_serve(&t->crowd);
	assert_memory_equal(
		t->log.data, "ready\ntest/bob m: 0\ntest/bob m: 1\n", 34);
	assert_non_null(strstr(t->log.data, "test/bob m: 19\n"));
	assert_null(strstr(t->log.data, "test/bob m: 20\n"));
	buf_clear(&t->log);
}

static void test_never_opened(void **state)
{
	struct irc_talk *t = *state;
	t->is_slow = true;
	irc_talk_say(t, "bob!b@home", "PRIVMSG", "psst");
	crowd_assert(t->log, BEGINS);
	irc_crowd_pass(&t->crowd, DIRECTS_KEPT_MS - 5000);
	crowd_assert(t->crowd.said, "");
	irc_crowd_pass(&t->crowd, 10000);
	crowd_assert(t->crowd.said, "Alice[c] NOTICE bob :Your message could "
				    "not be relayed.\n");
	irc_talk_say(t, "bob!b@home", "PRIVMSG", "again");
	crowd_assert(t->log, BEGINS);
}

static void test_one_begins_too_often(void **state)
{
	struct irc_talk *t = *state;
	for (int i = 0; i < DIRECTS_BEGIN_PERSON; i++) {
		irc_talk_say(t, "bob!b@home", "PRIVMSG", "psst");
		irc_talk_close(t);
		buf_clear(&t->log);
	}
	irc_talk_say(t, "bob!b@home", "PRIVMSG", "psst");
	crowd_assert(t->log, "");
	assert_non_null(strstr(t->crowd.said.data, "NOTICE bob :Your message "
						   "could not be relayed"));
	buf_clear(&t->crowd.said);
	irc_crowd_pass(&t->crowd, 30 * 1000);
	irc_talk_say(t, "bob!b@home", "PRIVMSG", "psst");
	assert_memory_equal(t->log.data, BEGINS, strlen(BEGINS));
	buf_clear(&t->log);
}

static void test_many_begin(void **state)
{
	struct irc_talk *t = *state;
	unsigned begun = 0, told = 0;
	char mask[64];
	t->is_slow = true;
	for (int i = 0; i < DIRECTS_BEGIN_ALL + 30; i++) {
		(void)snprintf(mask, sizeof(mask), "p%d!u@h%d", i, i);
		irc_talk_say(t, mask, "PRIVMSG", "psst");
	}
	for (const char *p = t->log.data; (p = strstr(p, "begins")); p++)
		begun++;
	for (const char *p = t->crowd.said.data; (p = strstr(p, "NOTICE")); p++)
		told++;
	assert_int_equal(begun, DIRECTS_BEGIN_ALL);
	assert_int_equal(told, DIRECTS_TOLD);
	buf_clear(&t->log);
	buf_clear(&t->crowd.said);
}

/* The puppet's link may be read before the main one. */
static void test_another_mask(void **state)
{
	struct irc_talk *t = *state;
	irc_talk_say(t, "bob!m@mallory", "PRIVMSG", "I am bob");
	crowd_assert(t->log, "");
	assert_non_null(strstr(t->crowd.said.data, "say it again"));
	buf_clear(&t->crowd.said);
	/* The main link is heard: it is somebody else. */
	irc_crowd_tell(&t->crowd, 0, ":bob!b@home NICK rob");
	t->is_slow = true;
	irc_talk_say(t, "bob!m@mallory", "PRIVMSG", "I am bob");
	assert_null(strstr(t->log.data, "test/bob as"));
	buf_clear(&t->log);
}

static void test_a_host_that_changed(void **state)
{
	struct irc_talk *t = *state;
	irc_talk_say(t, "bob!b@cloak", "PRIVMSG", "one");
	crowd_assert(t->log, "");
	irc_crowd_pass(&t->crowd, DIRECTS_UNSURE_MS + 1000);
	buf_clear(&t->crowd.said);
	irc_talk_say(t, "bob!b@cloak", "PRIVMSG", "two");
	assert_memory_equal(t->log.data, BEGINS, strlen(BEGINS));
	/* Not for ever. */
	irc_crowd_pass(&t->crowd, 700 * 1000);
	buf_clear(&t->log);
	irc_talk_say(t, "bob!b@cloak", "PRIVMSG", "three");
	crowd_assert(t->log, "");
}

/* Each is remembered, when several say something at a time. */
static void test_two_hosts_that_changed(void **state)
{
	struct irc_talk *t = *state;
	irc_talk_come(t, "rob!r@home");
	t->is_slow = true;
	for (int i = 0; i < 2; i++) {
		crowd_assert(t->log, "");
		irc_talk_say(t, "bob!b@cloak", "PRIVMSG", "one");
		irc_talk_say(t, "rob!r@cloak", "PRIVMSG", "two");
		irc_crowd_pass(&t->crowd, DIRECTS_UNSURE_MS + 1000);
	}
	assert_memory_equal(t->log.data, BEGINS, strlen(BEGINS));
	assert_non_null(strstr(t->log.data, "begins: test/rob"));
	buf_clear(&t->log);
	buf_clear(&t->crowd.said);
}

static void test_switched_off(void **state)
{
	struct irc_talk *t = *state;
	t->crowd.params.direct = NULL;
	irc_talk_start(t);
	irc_talk_say(t, "bob!b@home", "PRIVMSG", "psst");
	crowd_assert(t->log, "");
	crowd_assert(t->crowd.said, "Alice[c] NOTICE bob :Private messages are "
				    "not relayed to Amazon Chime here.\n");
}

#define T(test)                                                                \
	cmocka_unit_test_setup_teardown(test, irc_talk_setup, irc_talk_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_what_begins_nothing),
		T(test_kept_until_it_is_open),
		T(test_never_opened),
		T(test_one_begins_too_often),
		T(test_many_begin),
		T(test_another_mask),
		T(test_a_host_that_changed),
		T(test_two_hosts_that_changed),
		cmocka_unit_test_setup_teardown(test_switched_off,
			irc_talk_setup_cold, irc_talk_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
