#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "end_irc/direct.h"

#include "unit/support/irc_direct.h"

#include <string.h>

static void begin(struct irc_talk *t)
{
	irc_talk_say(t, "bob!b@home", "PRIVMSG", "psst");
	crowd_assert(t->log, "begins: test/bob as bob with arn:x/user/alice "
			     "(Alice)\nready\ntest/bob m: psst\n");
}

static void test_both_ways(void **state)
{
	struct irc_talk *t = *state;
	begin(t);
	irc_talk_reply(t, 1, EVENT_MESSAGE, "what is it?");
	crowd_assert(t->crowd.said, "Alice[c] PRIVMSG bob :what is it?\n");
	crowd_assert(t->log, "1 done!\n");
	irc_talk_say(t, "bob!b@home", "PRIVMSG",
		"\x01"
		"ACTION whispers\x01");
	irc_talk_say(t, "bob!b@home", "NOTICE", "beep");
	crowd_assert(t->log, "test/bob a: whispers\ntest/bob n: beep\n");
	/* The room hears nothing of it. */
	crowd_assert(t->crowd.log, "");
}

static void test_nick_is_followed(void **state)
{
	struct irc_talk *t = *state;
	begin(t);
	irc_crowd_tell(&t->crowd, 0, ":bob!b@home NICK rob");
	irc_talk_come(t, "bob!x@elsewhere");
	irc_talk_reply(t, 1, EVENT_MESSAGE, "for the first");
	crowd_assert(t->crowd.said, "Alice[c] PRIVMSG rob :for the first\n");
	crowd_assert(t->log, "1 done!\n");
	/* Another bob is another conversation. */
	t->is_slow = true;
	irc_talk_say(t, "bob!x@elsewhere", "PRIVMSG", "I am new");
	crowd_assert(t->log, "begins: test/bob@2 as bob with arn:x/user/alice "
			     "(Alice)\n");
	irc_talk_say(t, "rob!b@home", "PRIVMSG", "I am not");
	crowd_assert(t->log, "test/bob m: I am not\n");
}

static void test_gone(void **state)
{
	struct irc_talk *t = *state;
	begin(t);
	irc_crowd_tell(&t->crowd, 0, ":bob!b@home QUIT :bye");
	irc_talk_reply(t, 1, EVENT_MESSAGE, "are you there?");
	irc_talk_reply(t, 2, EVENT_MESSAGE, "hello?");
	crowd_assert(t->crowd.said, "");
	crowd_assert(t->log, "1 refused: bob is not on IRC now\n"
			     "2 refused: bob is not on IRC now\n");
	/* Speaks again from elsewhere. */
	irc_talk_say(t, "bob!b@home", "PRIVMSG", "I am");
	irc_talk_reply(t, 3, EVENT_MESSAGE, "good");
	crowd_assert(t->crowd.said, "Alice[c] PRIVMSG bob :good\n");
}

static void test_stranger(void **state)
{
	struct irc_talk *t = *state;
	irc_talk_say(t, "far!f@away", "PRIVMSG", "do you know me?");
	crowd_assert(t->log, "begins: test/far as far with arn:x/user/alice "
			     "(Alice)\nready\ntest/far m: do you know me?\n");
	irc_talk_reply(t, 1, EVENT_MESSAGE, "no");
	crowd_assert(t->crowd.said, "Alice[c] PRIVMSG far :no\n");
	crowd_assert(t->log, "1 done!\n");
	/* Seen, and not seen any more. */
	irc_talk_come(t, "far!f@away");
	irc_talk_reply(t, 2, EVENT_MESSAGE, "hello");
	crowd_assert(t->log, "2 done!\n");
	irc_crowd_tell(&t->crowd, 0, ":far!f@away QUIT :bye");
	irc_talk_reply(t, 3, EVENT_MESSAGE, "are you there?");
	crowd_assert(t->log, "3 refused: far is not on IRC now\n");
}

/* The puppet's link was ahead: they are seen later, and left before anybody
 * had something to say to them. Whoever has the nick now gets nothing. */
static void test_seen_later(void **state)
{
	static const char *const goodbyes[] = {
		":far!f@away QUIT :bye",
		":far!f@away PART #a :bye",
		":op!o@home KICK #a FAR :bye",
		":far!f@away NICK further",
	};
	struct irc_talk *t = *state;

	for (size_t i = 0; i < 3; i++) {
		irc_talk_say(t, "far!f@away", "PRIVMSG", "it is me");
		irc_talk_come(t, "far!f@away");
		irc_crowd_tell(&t->crowd, 0, "%s", goodbyes[i]);
		buf_clear(&t->log);
		irc_talk_reply(t, 1, EVENT_MESSAGE, "are you there?");
		crowd_assert(t->crowd.said, "");
		crowd_assert(t->log, "1 refused: far is not on IRC now\n");
	}
	/* They are followed to another nick. */
	irc_talk_say(t, "far!f@away", "PRIVMSG", "it is me");
	irc_talk_come(t, "far!f@away");
	irc_crowd_tell(&t->crowd, 0, "%s", goodbyes[3]);
	buf_clear(&t->log);
	irc_talk_reply(t, 2, EVENT_MESSAGE, "are you there?");
	crowd_assert(
		t->crowd.said, "Alice[c] PRIVMSG further :are you there?\n");
}

/* The main link dies: who is there is not known then, and nobody is gone. */
static void test_main_link_dies(void **state)
{
	struct irc_talk *t = *state;

	begin(t);
	irc_crowd_cut(&t->crowd, 0, NULL);
	irc_talk_reply(t, 1, EVENT_MESSAGE, "are you there?");
	crowd_assert(t->log, "1 later: who is on IRC is not known yet\n");
	irc_crowd_pass(&t->crowd, 60 * 1000);
	irc_talk_come(t, "bob!b@home");
	buf_clear(&t->crowd.said);
	irc_talk_reply(t, 1, EVENT_MESSAGE, "are you there?");
	crowd_assert(t->crowd.said, "Alice[c] PRIVMSG bob :are you there?\n");
	crowd_assert(t->log, "1 done!\n");
}

/* NAMES tells the nick, WHO later the account: who is known by it is not gone
 * in between. */
static void test_account_is_told_later(void **state)
{
	struct irc_talk *t = *state;
	t->crowd.caps = "account-notify extended-join";
	irc_talk_start(t);
	irc_crowd_tell(&t->crowd, 0, ":bob!b@home JOIN #a robert :Bob");
	irc_talk_say(t, "bob!b@home", "PRIVMSG", "psst");
	crowd_assert(t->log, "begins: test/@robert as bob with "
			     "arn:x/user/alice (Alice)\nready\n"
			     "test/@robert m: psst\n");
	irc_crowd_cut(&t->crowd, 0, NULL);
	irc_crowd_pass(&t->crowd, 5 * 1000);
	irc_crowd_tell(&t->crowd, 0, ":s 353 belfry = #a :bob");
	irc_crowd_tell(&t->crowd, 0, ":s 366 belfry #a :End");
	irc_talk_reply(t, 1, EVENT_MESSAGE, "are you there?");
	crowd_assert(t->log, "1 later: who is on IRC is not known yet\n");
	irc_crowd_tell(&t->crowd, 0, ":bob!b@home ACCOUNT robert");
	buf_clear(&t->crowd.said);
	irc_talk_reply(t, 2, EVENT_MESSAGE, "are you there?");
	crowd_assert(t->crowd.said, "Alice[c] PRIVMSG bob :are you there?\n");
	crowd_assert(t->log, "2 done!\n");
	irc_crowd_tell(&t->crowd, 0, ":bob!b@home ACCOUNT *");
	irc_talk_reply(t, 3, EVENT_MESSAGE, "are you?");
	crowd_assert(t->log, "3 refused: bob is not on IRC now\n");
}

/* Who is not seen since we are not let in there may be there all the same; not
 * that it is waited for without end. */
static void test_main_is_kicked(void **state)
{
	struct irc_talk *t = *state;
	begin(t);
	t->crowd.all[0].is_deaf = true;
	irc_crowd_tell(&t->crowd, 0, ":op!o@h KICK #a belfry :out");
	irc_talk_reply(t, 1, EVENT_MESSAGE, "where are you?");
	crowd_assert(t->log, "1 later: who is on IRC is not known yet\n");
	irc_crowd_pass(&t->crowd, 30 * 1000);
	irc_talk_reply(t, 2, EVENT_MESSAGE, "and now?");
	crowd_assert(t->log, "2 later: who is on IRC is not known yet\n");
	irc_crowd_pass(&t->crowd, 60 * 1000);
	irc_talk_reply(t, 3, EVENT_MESSAGE, "so be it");
	crowd_assert(t->log, "3 refused: bob is not on IRC now\n");
}

static void test_busy(void **state)
{
	struct irc_talk *t = *state;
	begin(t);
	t->is_busy = true;
	for (int i = 0; i <= DIRECT_WAITING_MAX; i++)
		irc_talk_say(t, "bob!b@home", "PRIVMSG", "more");
	crowd_assert(t->log, "");
	crowd_assert(t->crowd.said, "Alice[c] NOTICE bob :Your message could "
				    "not be relayed: too many wait already.\n");
	t->is_busy = false;
	t->room->ops->resume(t->room);
	irc_crowd_serve(&t->crowd);
	assert_int_equal(
		t->log.len, DIRECT_WAITING_MAX * strlen("test/bob m: more\n"));
	buf_clear(&t->log);
	irc_talk_say(t, "bob!b@home", "PRIVMSG", "last");
	crowd_assert(t->log, "test/bob m: last\n");
}

static void test_note(void **state)
{
	struct irc_talk *t = *state;
	begin(t);
	t->room->ops->note(t->room, "could not be relayed");
	irc_crowd_serve(&t->crowd);
	crowd_assert(
		t->crowd.said, "Alice[c] NOTICE bob :could not be relayed\n");
	irc_crowd_tell(&t->crowd, 0, ":bob!b@home QUIT :bye");
	t->room->ops->note(t->room, "to nobody");
	irc_crowd_serve(&t->crowd);
	crowd_assert(t->crowd.said, "");
}

static void test_close(void **state)
{
	struct irc_talk *t = *state;
	begin(t);
	t->is_busy = true;
	irc_talk_say(t, "bob!b@home", "PRIVMSG", "waits");
	irc_talk_close(t);
	/* The next message begins anew. */
	t->is_busy = false;
	irc_talk_say(t, "bob!b@home", "PRIVMSG", "again");
	crowd_assert(t->log, "begins: test/bob as bob with arn:x/user/alice "
			     "(Alice)\nready\ntest/bob m: again\n");
}

#define T(test)                                                                \
	cmocka_unit_test_setup_teardown(test, irc_talk_setup, irc_talk_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_both_ways),
		T(test_nick_is_followed),
		T(test_gone),
		T(test_stranger),
		T(test_seen_later),
		T(test_main_link_dies),
		cmocka_unit_test_setup_teardown(test_account_is_told_later,
			irc_talk_setup_cold, irc_talk_teardown),
		T(test_main_is_kicked),
		T(test_busy),
		T(test_note),
		T(test_close),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
