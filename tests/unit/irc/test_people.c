#include "irc/people.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static struct irc_people people;

static int setup(void **state)
{
	(void)state;
	irc_people_init(&people, IRC_CASEMAP_RFC1459);
	return 0;
}

static void test_found_under_the_case_mapping(void **state)
{
	struct irc_person *person = irc_people_get(&people, "Nick[a]");

	(void)state;
	assert_non_null(person);
	assert_ptr_equal(irc_people_find(&people, "nick{A}"), person);
	assert_ptr_equal(irc_people_get(&people, "NICK{a]"), person);
	assert_null(irc_people_find(&people, "nick"));
	assert_null(irc_people_find(&people, ""));
	assert_string_equal(person->user.nick, "Nick[a]");
	assert_string_equal(person->user.host, "");
	irc_people_drop(&people, person);
	assert_null(irc_people_find(&people, "nick{A}"));
}

static void test_fields(void **state)
{
	struct irc_person *person = irc_people_get(&people, "n");
	char longer[2000];

	(void)state;
	irc_person_set(person, IRC_PERSON_HOST, "h");
	irc_person_set(person, IRC_PERSON_HOST, "");
	assert_string_equal(person->user.host, "h");
	irc_person_set(person, IRC_PERSON_REALNAME, "x");
	irc_person_set(person, IRC_PERSON_REALNAME, "");
	assert_string_equal(person->user.realname, "");
	assert_false(person->user.is_account_known);
	irc_person_set_account(person, "acc");
	assert_string_equal(person->user.account, "acc");
	irc_person_set_account(person, "*");
	assert_string_equal(person->user.account, "");
	assert_true(person->user.is_account_known);
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	irc_person_set(person, IRC_PERSON_USER, longer);
	assert_int_equal(strlen(person->user.user), IRC_PERSON_FIELD_BYTES);
	irc_people_drop(&people, person);
}

static void test_rename(void **state)
{
	struct irc_person *a = irc_people_get(&people, "a");
	struct irc_person *b = irc_people_get(&people, "b");

	(void)state;
	assert_ptr_equal(irc_people_in_the_way(&people, a, "B"), b);
	assert_null(irc_people_in_the_way(&people, a, "A"));
	assert_null(irc_people_in_the_way(&people, a, "c"));
	irc_people_rename(&people, a, "A");
	irc_people_rename(&people, a, "c");
	assert_ptr_equal(irc_people_find(&people, "C"), a);
	assert_null(irc_people_find(&people, "a"));
	irc_people_drop(&people, a);
	irc_people_drop(&people, b);
}

static void test_nicks_out_of_bounds(void **state)
{
	char longer[IRC_NAME_BYTES + 1];

	(void)state;
	assert_null(irc_people_get(&people, ""));
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	assert_null(irc_people_get(&people, longer));
	assert_null(irc_people_find(&people, longer));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, setup)
	const struct CMUnitTest tests[] = {
		TEST(test_found_under_the_case_mapping),
		TEST(test_fields),
		TEST(test_rename),
		TEST(test_nicks_out_of_bounds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
