#include "reconcile/rights.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_denials_have_reasons(void **state)
{
	struct rights rights = {.states = {{{.is_denied = false}}}};

	(void)state;
	assert_null(rights_denied(&rights, SIDE_IRC, RIGHT_BANS));
	assert_false(rights_set(&rights, SIDE_IRC, RIGHT_BANS, true, NULL));
	assert_true(rights_set(&rights, SIDE_IRC, RIGHT_BANS, false, "no op"));
	assert_string_equal(
		"no op", rights_denied(&rights, SIDE_IRC, RIGHT_BANS));
	assert_false(rights_set(&rights, SIDE_IRC, RIGHT_BANS, false, NULL));
	assert_non_null(rights_denied(&rights, SIDE_IRC, RIGHT_BANS));
	assert_null(rights_denied(&rights, SIDE_CHIME, RIGHT_BANS));
	assert_true(rights_set(&rights, SIDE_IRC, RIGHT_BANS, true, "x"));
	assert_null(rights_denied(&rights, SIDE_IRC, RIGHT_BANS));
	rights_release(&rights);
}

static void count(void *arg, const char *text)
{
	int *says = arg;

	assert_string_equal("The bridge may not change bans on IRC: x.", text);
	++*says;
}

static void test_a_denial_is_said_once(void **state)
{
	struct rights rights = {.states = {{{.is_denied = false}}}};
	int says = 0;
	struct rights_voice voice = {count, &says};

	(void)state;
	assert_true(rights_allow(&rights, SIDE_IRC, RIGHT_BANS, &voice));
	(void)rights_set(&rights, SIDE_IRC, RIGHT_BANS, false, "x");
	for (int i = 0; i < 3; i++)
		assert_false(
			rights_allow(&rights, SIDE_IRC, RIGHT_BANS, &voice));
	assert_int_equal(1, says);
	(void)rights_set(&rights, SIDE_IRC, RIGHT_BANS, true, NULL);
	(void)rights_set(&rights, SIDE_IRC, RIGHT_BANS, false, "x");
	assert_false(rights_allow(&rights, SIDE_IRC, RIGHT_BANS, &voice));
	assert_int_equal(2, says);
	rights_release(&rights);
}

static void test_each_has_its_name(void **state)
{
	(void)state;
	assert_string_equal("bans", right_name(right_of_kind(STANDING_BANNED)));
	assert_string_equal(
		"moderators", right_name(right_of_kind(STANDING_MODERATOR)));
	assert_string_equal(
		"the topic", right_name(right_of_attribute(ATTRIBUTE_TOPIC)));
	assert_string_equal("the mode",
		right_name(right_of_attribute(ATTRIBUTE_RESTRICTED)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_denials_have_reasons),
		cmocka_unit_test(test_a_denial_is_said_once),
		cmocka_unit_test(test_each_has_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
