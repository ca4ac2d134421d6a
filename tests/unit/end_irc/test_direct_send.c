#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "end_irc/direct_send.h"

#include "unit/support/irc_direct.h"
#include "util/str.h"

#include <errno.h>
#include <string.h>

static void begin(struct irc_talk *t)
{
	irc_talk_open(t, "test/bob", "bob");
	irc_crowd_serve(&t->crowd);
	crowd_assert(t->log, "ready\n");
}

static void test_kinds(void **state)
{
	struct irc_talk *t = *state;
	begin(t);
	irc_talk_reply(t, 1, EVENT_MESSAGE, "one\ntwo");
	irc_talk_reply(t, 2, EVENT_ACTION, "bows");
	irc_talk_reply(t, 3, EVENT_NOTICE, "beep");
	crowd_assert(t->crowd.said, "Alice[c] PRIVMSG bob :one\n"
				    "Alice[c] PRIVMSG bob :two\n"
				    "Alice[c] PRIVMSG bob :\x01"
				    "ACTION bows\x01\n"
				    "Alice[c] NOTICE bob :beep\n");
	crowd_assert(t->log, "1 done\n1 done!\n2 done!\n3 done!\n");
}

static void test_long(void **state)
{
	struct irc_talk *t = *state;
	char text[1500];
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	begin(t);
	irc_talk_reply(t, 1, EVENT_MESSAGE, text);
	crowd_assert(t->log, "1 done\n1 done\n1 done\n1 done!\n");
	size_t n = 0;
	for (const char *p = t->crowd.said.data; *p; p++)
		n += *p == 'x';
	assert_int_equal(n, sizeof(text) - 1);
	buf_clear(&t->crowd.said);
}

static void refused(struct irc_talk *t, const char *words, const char *log)
{
	t->crowd.private_refusal = words;
	irc_talk_reply(t, 1, EVENT_MESSAGE, "hello");
	crowd_assert(t->log, log);
	t->crowd.private_refusal = NULL;
	irc_talk_reply(t, 2, EVENT_MESSAGE, "again");
	crowd_assert(t->log, "2 done!\n");
	crowd_assert(t->crowd.said, "Alice[c] PRIVMSG bob :again\n");
}

static void test_refusals(void **state)
{
	struct irc_talk *t = *state;
	begin(t);
	refused(t, "401 No such nick", "1 refused: bob is not on IRC now\n");
	refused(t, "531 You may not", "1 refused: You may not (531)\n");
	refused(t, "439 Too fast", "1 later: Too fast (439)\n");
}

static void test_puppet_comes(void **state)
{
	struct irc_talk *t = *state;
	begin(t);
	irc_crowd_dismiss(&t->crowd, "alice");
	irc_crowd_pass(&t->crowd, 70 * 1000);
	assert_false(t->crowd.all[1].is_registered);
	buf_clear(&t->crowd.said);
	irc_talk_reply(t, 1, EVENT_MESSAGE, "still here");
	irc_crowd_pass(&t->crowd, 5000);
	crowd_assert(t->log, "1 done!\n");
	crowd_assert(t->crowd.said, "Alice[c] PRIVMSG bob :still here\n");
	/* It stays for a while, to be answered, and goes then. */
	irc_crowd_pass(&t->crowd, DIRECT_HOLD_MS - 60 * 1000);
	assert_true(t->crowd.all[2].is_registered);
	irc_crowd_pass(&t->crowd, 180 * 1000);
	assert_false(t->crowd.all[2].is_registered);
	assert_int_equal(t->crowd.count, 3);
}

/* Who has another name since the conversation began keeps it, also when the
 * puppet was away meanwhile. */
static void test_puppet_was_renamed(void **state)
{
	struct irc_talk *t = *state;
	begin(t);
	irc_crowd_admit(&t->crowd, "alice", "Alicia");
	irc_crowd_pass(&t->crowd, 20 * 1000);
	assert_string_equal(t->crowd.all[1].nick, "Alicia[c]");
	irc_talk_reply(t, 1, EVENT_MESSAGE, "one");
	irc_crowd_pass(&t->crowd, 20 * 1000);
	assert_string_equal(t->crowd.all[1].nick, "Alicia[c]");
	crowd_assert(t->crowd.said, "Alicia[c] PRIVMSG bob :one\n");
	irc_crowd_dismiss(&t->crowd, "alice");
	irc_crowd_pass(&t->crowd, DIRECT_HOLD_MS + 70 * 1000);
	assert_false(t->crowd.all[1].is_registered);
	buf_clear(&t->crowd.said);
	irc_talk_reply(t, 2, EVENT_MESSAGE, "two");
	irc_crowd_pass(&t->crowd, 5000);
	crowd_assert(t->crowd.said, "Alicia[c] PRIVMSG bob :two\n");
	crowd_assert(t->log, "1 done!\n2 done!\n");
}

static void test_puppet_does_not_come(void **state)
{
	struct irc_talk *t = *state;
	begin(t);
	irc_crowd_dismiss(&t->crowd, "alice");
	irc_crowd_pass(&t->crowd, 70 * 1000);
	t->crowd.all[2].is_deaf = true;
	irc_talk_reply(t, 1, EVENT_MESSAGE, "one");
	irc_talk_reply(t, 2, EVENT_MESSAGE, "two");
	irc_crowd_pass(&t->crowd, DIRECT_WAIT_MS - 2000);
	crowd_assert(t->log, "");
	irc_crowd_pass(&t->crowd, 4000);
	crowd_assert(t->log, "1 later: the puppet is not on IRC yet\n"
			     "2 later: waits for an older one\n");
}

static void test_link_dies(void **state)
{
	struct irc_talk *t = *state;
	begin(t);
	t->crowd.is_silent = true;
	irc_talk_reply(t, 1, EVENT_MESSAGE, "one");
	irc_talk_reply(t, 2, EVENT_MESSAGE, "two");
	crowd_assert(t->log, "");
	irc_crowd_cut(&t->crowd, 1, NULL);
	irc_crowd_serve(&t->crowd);
	assert_true(str_starts(t->log.data, "1 in doubt: "));
	assert_non_null(strstr(t->log.data, "2 later: "));
	buf_clear(&t->log);
}

static void test_close_while_sending(void **state)
{
	struct irc_talk *t = *state;
	begin(t);
	t->crowd.is_silent = true;
	irc_talk_reply(t, 1, EVENT_MESSAGE, "one");
	irc_talk_close(t);
	t->crowd.is_silent = false;
	irc_crowd_pass(&t->crowd, 20 * 1000);
	crowd_assert(t->log, "");
}

/* What is left then is not refused: the next process says it. */
static void test_stop_while_sending(void **state)
{
	struct irc_talk *t = *state;
	begin(t);
	end_irc_stop(t->crowd.end, "bye", NULL, NULL);
	irc_talk_reply(t, 1, EVENT_MESSAGE, "one");
	irc_crowd_pass(&t->crowd, 5000);
	crowd_assert(t->log, "");
}

static void test_payload(void **state)
{
	struct text AUTOTEXT text;
	struct buf AUTOBUF out;
	const char *why = NULL;
	const struct event event = {.kind = EVENT_ACTION, .text = &text};
	(void)state;
	text_init(&text, 1 << 20);
	buf_init(&out, 1 << 20);
	text_append_plain(&text, " ");
	assert_int_equal(irc_direct_payload(&out, &event, &why), -ENODATA);
	text_append(&text, "bows", 4, TEXT_BOLD);
	assert_int_equal(irc_direct_payload(&out, &event, &why), 0);
	assert_true(str_starts(out.data, "1a\n"));
	for (int i = 0; i < 70000; i++)
		text_append_plain(&text, "x");
	assert_int_equal(irc_direct_payload(&out, &event, &why), -EMSGSIZE);
	assert_non_null(why);
}

#define T(test)                                                                \
	cmocka_unit_test_setup_teardown(test, irc_talk_setup, irc_talk_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_kinds),
		T(test_long),
		T(test_refusals),
		T(test_puppet_comes),
		T(test_puppet_was_renamed),
		T(test_puppet_does_not_come),
		T(test_link_dies),
		T(test_close_while_sending),
		T(test_stop_while_sending),
		cmocka_unit_test(test_payload),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
