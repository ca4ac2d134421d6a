#include "bridge/guard.h"

#include "util/attr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct {
	enum message_policy policy;
	enum lane_way way;
	enum event_origin origin;
	enum guard_verdict verdict;
} cases[] = {
	{MESSAGES_BOTH, LANE_TO_IRC, ORIGIN_PERSON, GUARD_PASS},
	{MESSAGES_BOTH, LANE_TO_CHIME, ORIGIN_PERSON, GUARD_PASS},
	{MESSAGES_TO_IRC, LANE_TO_IRC, ORIGIN_PERSON, GUARD_PASS},
	{MESSAGES_TO_IRC, LANE_TO_CHIME, ORIGIN_PERSON, GUARD_POLICY},
	{MESSAGES_TO_CHIME, LANE_TO_IRC, ORIGIN_PERSON, GUARD_POLICY},
	{MESSAGES_TO_CHIME, LANE_TO_CHIME, ORIGIN_PERSON, GUARD_PASS},
	{MESSAGES_BOTH, LANE_TO_IRC, ORIGIN_SELF, GUARD_ECHO},
	{MESSAGES_BOTH, LANE_TO_CHIME, ORIGIN_SELF, GUARD_ECHO},
	{MESSAGES_BOTH, LANE_TO_IRC, ORIGIN_BRIDGE, GUARD_ECHO},
	{MESSAGES_TO_IRC, LANE_TO_CHIME, ORIGIN_BRIDGE, GUARD_ECHO},
};

static void test_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(cases[i].verdict,
			guard_judge(cases[i].policy, cases[i].way,
				cases[i].origin));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
