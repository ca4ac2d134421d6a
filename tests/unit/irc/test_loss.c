#include "../support/irc_parsed.h"

#include "irc/loss.h"
#include "util/attr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* ERROR texts as real servers write them. */
static const struct {
	const char *text;
	enum irc_loss loss;
} ERRORS[] = {
	{"Closing Link: 127.0.0.1 (Ping timeout: 240 seconds)",
		IRC_LOSS_NORMAL},
	{"Closing connection", IRC_LOSS_NORMAL},
	{"Closing Link: n[h] (Server shutting down)", IRC_LOSS_NORMAL},
	{"Closing Link: h (Throttled: Reconnecting too fast) -Email a@b",
		IRC_LOSS_THROTTLED},
	{"Trying to reconnect too fast.", IRC_LOSS_THROTTLED},
	{"Your host is trying to (re)connect too fast -- throttled",
		IRC_LOSS_THROTTLED},
	{"Closing Link: h (Too many host connections (local))",
		IRC_LOSS_THROTTLED},
	{"Closing Link: h (No more connections allowed in your connection "
	 "class (the server is full))",
		IRC_LOSS_THROTTLED},
	{"Closing Link: n[h] op (Killed (op (spam)))", IRC_LOSS_KILLED},
	{"KILLed by op: bye", IRC_LOSS_KILLED},
	{"Closing Link: h (Excess Flood)", IRC_LOSS_KILLED},
	{"Closing link: (u@h) [RecvQ exceeded]", IRC_LOSS_KILLED},
	{"Closing Link: h (Max SendQ exceeded)", IRC_LOSS_KILLED},
	{"Closing Link: h (K-Lined)", IRC_LOSS_BANNED},
	{"Closing Link: h (*** Banned (no bots))", IRC_LOSS_BANNED},
	{"You are not welcome on this network. G-Lined: x", IRC_LOSS_BANNED},
	{"Closing Link: h (User has been permanently banned)", IRC_LOSS_BANNED},
	{"Closing Link: h (AKILL ID:123)", IRC_LOSS_BANNED},
	{"Closing Link: h (Unauthorized connection)", IRC_LOSS_BANNED},
	{"Access denied: Bad password?", IRC_LOSS_REFUSED},
	{"Closing link: (u@h) [WEBIRC: you don't match any configured WebIRC "
	 "hosts.]",
		IRC_LOSS_REFUSED},
	{"", IRC_LOSS_NORMAL},
};

static void test_errors(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ERRORS); i++)
		if (irc_loss_of_error(ERRORS[i].text) != ERRORS[i].loss)
			fail_msg("%s: %s", ERRORS[i].text,
				irc_loss_name(
					irc_loss_of_error(ERRORS[i].text)));
}

static void test_messages(void **state)
{
	enum irc_loss loss = IRC_LOSS_SASL;

	(void)state;
	assert_true(irc_loss_of_message(
		irc_parsed("ERROR :Closing Link: x (Killed (y))"), "me",
		&loss));
	assert_int_equal(loss, IRC_LOSS_KILLED);
	assert_true(irc_loss_of_message(
		irc_parsed(":s 465 me :You are banned"), "me", &loss));
	assert_int_equal(loss, IRC_LOSS_BANNED);
	assert_true(irc_loss_of_message(
		irc_parsed(":op!u@h KILL ME :go"), "me", &loss));
	assert_int_equal(loss, IRC_LOSS_KILLED);
	loss = IRC_LOSS_SASL;
	assert_false(irc_loss_of_message(
		irc_parsed(":op!u@h KILL other :go"), "me", &loss));
	assert_false(irc_loss_of_message(
		irc_parsed(":n!u@h PRIVMSG me :ERROR banned"), "me", &loss));
	assert_int_equal(loss, IRC_LOSS_SASL);
}

static void test_patience(void **state)
{
	(void)state;
	assert_int_equal(irc_loss_wait_ms(IRC_LOSS_NORMAL), 0);
	assert_int_equal(irc_loss_wait_ms(IRC_LOSS_THROTTLED), 30000);
	assert_int_equal(irc_loss_wait_ms(IRC_LOSS_KILLED), 30000);
	assert_int_equal(irc_loss_wait_ms(IRC_LOSS_BANNED), 900000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_patience),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
