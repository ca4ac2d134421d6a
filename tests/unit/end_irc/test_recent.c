#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "end_irc/recent.h"

#include <stdio.h>

static void test_tickets(void **state)
{
	struct irc_recent recent = {.next_unsent = 0};
	(void)state;
	irc_recent_note_ticket(&recent, 1, true);
	assert_true(irc_recent_is_unsent(&recent, 1));
	irc_recent_note_ticket(&recent, 1, false);
	assert_false(irc_recent_is_unsent(&recent, 1));
	for (uint64_t i = 2; i < 2 + IRC_RECENT; i++)
		irc_recent_note_ticket(&recent, i, true);
	assert_true(irc_recent_is_unsent(&recent, 2));
	irc_recent_note_ticket(&recent, 1000, true);
	assert_true(irc_recent_is_unsent(&recent, 1000));
	assert_false(irc_recent_is_unsent(&recent, 2));
	assert_true(irc_recent_is_unsent(&recent, 3));
	irc_recent_release(&recent);
}

static void test_msgids(void **state)
{
	struct irc_recent recent = {.next_unsent = 0};
	char id[16];
	(void)state;
	irc_recent_note_msgid(&recent, "");
	assert_false(irc_recent_has_msgid(&recent, ""));
	for (int i = 0; i <= IRC_RECENT; i++) {
		(void)snprintf(id, sizeof(id), "m%d", i);
		irc_recent_note_msgid(&recent, id);
	}
	assert_false(irc_recent_has_msgid(&recent, "m0"));
	assert_true(irc_recent_has_msgid(&recent, "m1"));
	irc_recent_release(&recent);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tickets),
		cmocka_unit_test(test_msgids),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
