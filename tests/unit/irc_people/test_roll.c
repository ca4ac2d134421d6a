#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "irc_people/roll.h"

static void test_members(void **state)
{
	struct irc_roll roll = {.map = IRC_CASEMAP_RFC1459};
	struct irc_session *al = irc_roll_add(&roll, "Al[", "net/@al");
	struct irc_session *bob = irc_roll_add(&roll, "bob", "net/bob");
	struct irc_session *al2 = irc_roll_add(&roll, "al2", "net/@al");
	struct irc_attendee *old;

	(void)state;
	assert_ptr_equal(irc_roll_find(&roll, "aL{"), al);
	assert_string_equal(al->nick, "Al[");
	assert_null(irc_roll_find(&roll, "al"));
	assert_int_equal(HASH_COUNT(roll.members), 2);
	assert_ptr_equal(irc_roll_member(&roll, "net/@al")->sessions, al);
	irc_roll_put_first(al2);
	assert_ptr_equal(irc_roll_member(&roll, "net/@al")->sessions, al2);
	assert_ptr_equal(al2->next, al);
	irc_roll_set_nick(&roll, bob, "rob");
	assert_null(irc_roll_find(&roll, "bob"));
	assert_ptr_equal(irc_roll_find(&roll, "ROB"), bob);
	old = bob->member;
	irc_roll_detach(bob);
	irc_roll_attach(&roll, bob, "net/@al");
	irc_roll_tidy(&roll, old);
	assert_null(irc_roll_member(&roll, "net/bob"));
	/* Not while there is a session. */
	irc_roll_tidy(&roll, bob->member);
	assert_non_null(irc_roll_member(&roll, "net/@al"));
	irc_roll_detach(al2);
	irc_roll_drop(&roll, al2);
	assert_null(irc_roll_find(&roll, "al2"));
	irc_roll_clear(&roll);
	assert_null(roll.sessions);
	assert_null(roll.members);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_members),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
